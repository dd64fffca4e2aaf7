import { readsAudit } from "#db/read/audit.ts";
import { streamAuditLog } from "#db/read/audit-export.ts";
import type { SessionPerson } from "#db/read/session.ts";
import { linesTo } from "#lib/audit/export.ts";
import { database } from "./database.ts";
import { download } from "./download.ts";
import { answer } from "./route.ts";

/** The whole audit log as JSON Lines, streamed: what `npm run audit:verify` reads. For security and auditor. */
export async function auditDownload(person: SessionPerson): Promise<Response> {
  if (!readsAudit(person)) return answer(404, { sentence: "There is nothing here." });
  return download({
    ...{ name: "audit.export", type: "application/jsonl", file: "charter-audit.jsonl" },
    write: (put) =>
      streamAuditLog(
        database().sql,
        linesTo((lines) => put(lines.map((line) => `${line}\n`).join(""))),
      ),
  });
}
