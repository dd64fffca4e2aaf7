import { readFileSync, writeFileSync } from "node:fs";
import { lastWords, run } from "../launcher/run.mjs";

/**
 * What an auditor does: exports the log, verifies the file with the public key alone, then changes one byte of a copy and verifies that.
 * By the commands of docs/audit.md. Returns {sound, said, changed: {line, before, after}, found, saidThen}; the files stay in demo/.
 */
export async function checkAudit({ home, node, workerEnv }) {
  const file = (name) => home.path("demo", name);
  const command = (path, ...args) => run(node, [path, ...args], { env: workerEnv });
  const key = await command("lib/worker/commands/audit-key.ts");
  writeFileSync(file("checkpoint.pub.pem"), key.stdout);
  const exported = await command("lib/worker/commands/audit-export.ts", file("audit.jsonl"));
  if (key.status !== 0 || exported.status !== 0) throw new Error(lastWords(exported.status === 0 ? key : exported, 3));
  const verify = (name) => command("lib/audit/verify-command.ts", file(name), "--key", file("checkpoint.pub.pem"));
  const whole = await verify("audit.jsonl");
  const changed = flipByte(file("audit.jsonl"), file("audit-changed.jsonl"));
  const other = await verify("audit-changed.jsonl");
  return {
    ...{ sound: whole.status === 0, said: lastWords(whole, 6) },
    ...{ changed, found: other.status !== 0, saidThen: lastWords(other, 6) },
  };
}

/** Writes a copy in which one letter of one entry's action is another; tells which. */
function flipByte(from, to) {
  const lines = readFileSync(from, "utf8").split("\n");
  const entries = lines.flatMap((line, at) => (line.includes('"action"') ? [at] : []));
  const line = entries[Math.floor(entries.length / 2)];
  const at = lines[line].indexOf('"action":"') + '"action":"'.length;
  const before = lines[line][at];
  const after = before === "x" ? "y" : "x";
  lines[line] = lines[line].slice(0, at) + after + lines[line].slice(at + 1);
  writeFileSync(to, lines.join("\n"), { mode: 0o600 });
  return { line: line + 1, before, after };
}
