import { type ExportedAttestation, readAttestations } from "#db/read/attestation-export.ts";
import type { SessionPerson } from "#db/read/session.ts";
import { attestationLine } from "#lib/audit/attestation.ts";
import { csvLine } from "#lib/domain/csv.ts";
import type { Json } from "#lib/domain/json.ts";
import { database } from "./database.ts";
import { download } from "./download.ts";

interface Form {
  readonly type: string;
  readonly file: string;
  readonly head: string;
  readonly line: (row: ExportedAttestation) => string;
}

const columns = [
  ...["Identity", "Environment", "Target", "Answer", "Reason", "By", "As", "Answered", "Due", "Next due", "Owner then"],
  ...["Last used", "Reaches", "Findings", "Fingerprint of the evidence", "Attestation"],
] as const;

const signed: Form = {
  type: "application/jsonl",
  file: "charter-attestations.jsonl",
  head: "",
  line: ({ statement, signature }) => `${attestationLine({ statement, signature })}\n`,
};
const csv: Form = {
  type: "text/csv",
  file: "charter-attestations.csv",
  head: csvLine(columns),
  line: (row) => csvLine(cellsOf(row)),
};

function cellsOf({ statement, ...row }: ExportedAttestation): readonly (string | number)[] {
  const shown = (...path: readonly string[]) => textAt(statement.shown ?? null, path);
  return [
    ...[row.name, shown("environment"), shown("target"), row.answer, row.reason, row.person, row.standing],
    ...[row.answeredAt.toISOString(), row.dueAt.toISOString(), row.nextDueAt.toISOString(), shown("owner")],
    shown("use", "lastUsedOn") || shown("use", "answer"),
    ...[shown("reach", "phrase"), countAt(statement.shown ?? null, "findings"), row.evidence, row.id],
  ];
}

const within = (value: Json | undefined, key: string): Json =>
  typeof value === "object" && value !== null ? (new Map<string, Json>(Object.entries(value)).get(key) ?? null) : null;
function textAt(value: Json, path: readonly string[]): string {
  const found = path.reduce<Json>(within, value);
  return typeof found === "string" ? found : "";
}
function countAt(value: Json, key: string): number {
  const found = within(value, key);
  return Array.isArray(found) ? found.length : 0;
}

/** Every attestation in the person's sight, streamed: `?as=signed` for `npm run attestations:verify`, else CSV for people. */
export async function attestationDownload(person: SessionPerson, request: Request): Promise<Response> {
  const form = new URL(request.url).searchParams.get("as") === "signed" ? signed : csv;
  return download({
    ...{ name: "attestations.export", type: form.type, file: form.file },
    write: async (put) => {
      await put(form.head);
      for await (const rows of readAttestations(database().db, person)) await put(rows.map(form.line).join(""));
    },
  });
}
