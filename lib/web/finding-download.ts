import { type FindingRow, readWholeFindings } from "#db/read/findings.ts";
import type { SessionPerson } from "#db/read/session.ts";
import { levelOf, wordsOf } from "#lib/domain/finding.ts";
import { findingFilter, queryOf } from "./address.ts";
import { database } from "./database.ts";
import { rowsDownload, type Sheet } from "./rows-download.ts";

const sheet: Sheet<FindingRow> = {
  columns: [
    ...["Severity", "Points", "Kind", "Finding", "Identity", "Environment", "State", "Owner", "Target", "Object"],
    ...["Open since", "Muted until", "Muted because", "Identity id", "Finding id"],
  ],
  cells: (row) => [
    ...[levelOf(row.severity), row.severity, wordsOf(row.kind).title, row.sentence, row.name ?? ""],
    ...[row.environment ?? "", row.state ?? "", row.ownerName, row.target ?? "", row.object ?? ""],
    ...[row.openedAt.toISOString(), row.mutedUntil?.toISOString() ?? "", row.muteReason ?? ""],
    ...[row.identity ?? "", row.id],
  ],
};

/** Open findings as their address filters them, of the person's sight, streamed: `?as=json` for one JSON object a line, else CSV. */
export async function findingDownload(person: SessionPerson, request: Request): Promise<Response> {
  const query = queryOf(request);
  const rows = readWholeFindings(database().db, person, findingFilter(query));
  return rowsDownload({ name: "findings.export", file: "charter-findings", as: query.get("as"), sheet, rows });
}
