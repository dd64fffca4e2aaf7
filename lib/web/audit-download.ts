import { readsAudit } from "#db/read/audit.ts";
import { streamAuditLog } from "#db/read/audit-export.ts";
import type { SessionPerson } from "#db/read/session.ts";
import { linesTo } from "#lib/audit/export.ts";
import { database } from "./database.ts";
import { fault } from "./log.ts";
import { answer } from "./route.ts";

/** The whole audit log as JSON Lines, streamed: what `npm run audit:verify` reads. For security and auditor. */
export async function auditDownload(person: SessionPerson): Promise<Response> {
  if (!readsAudit(person)) return answer(404, { sentence: "There is nothing here." });
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  const write = (lines: readonly string[]) => writer.write(encoder.encode(lines.map((line) => `${line}\n`).join("")));
  streamAuditLog(database().sql, linesTo(write))
    .then(() => writer.close())
    .catch((thrown) => writer.abort(new Error(`The export broke off (reference ${fault("audit.export", thrown)}).`)));
  return new Response(readable, {
    headers: {
      "content-type": "application/jsonl; charset=utf-8",
      "content-disposition": 'attachment; filename="charter-audit.jsonl"',
      "cache-control": "no-store",
    },
  });
}
