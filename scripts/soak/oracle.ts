import { createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { fileSource } from "#lib/audit/file.ts";
import { verifyExport } from "#lib/audit/verify.ts";
import { exportAuditLog } from "#lib/worker/commands/audit-export.ts";
import { unaudited } from "#test/worker/saga-world.ts";
import type { Ground } from "./ground.ts";
import type { Asked } from "./traffic.ts";

export type Wrong = "lost" | "twice" | "orphans";

/** Everything that is not as it was asked for, each in a sentence. */
export class Findings {
  readonly lost: string[] = [];
  readonly twice: string[] = [];
  readonly orphans: string[] = [];

  add(wrong: Wrong, broken: boolean, sentence: string): void {
    if (broken) this[wrong].push(sentence);
  }
}

interface Identity {
  readonly id: string;
  readonly name: string;
  readonly object: string;
  readonly state: string;
  readonly request: string;
}

/** Compares the account, the vault and the audit log with what was asked; the portal's own tables only to name things. */
export async function judge(ground: Ground, asked: readonly Asked[]): Promise<Findings> {
  const found = new Findings();
  const { admin } = ground.database;
  const identities = await admin<Identity[]>`
    select id, name, object_name as object, state, charter_request as request from charter.identities`;
  for (const one of asked) judgeOne(ground, found, { one, of: identities.filter(({ request }) => request === one.id) });
  const ids = new Set(asked.map(({ id }) => id));
  for (const { request, name } of identities)
    found.add("orphans", !ids.has(request), `${name} was asked for by nobody`);
  judgeStanding(
    ground,
    found,
    identities.filter(({ state }) => state === "live"),
  );
  found.add("twice", ground.mostKeys() > 1, `a user had ${ground.mostKeys()} active keys at once`);
  await judgeLog(ground, found, asked);
  const without = await unaudited(admin);
  found.add("lost", without > 0, `${without} rows have changed without an audit entry`);
  return found;
}

interface Judged {
  readonly one: Asked;
  readonly of: readonly Identity[];
}

function judgeOne(ground: Ground, found: Findings, { one, of }: Judged): void {
  const [identity] = of;
  found.add("twice", of.length > 1, `${one.name} has ${of.length} identities`);
  found.add("lost", one.taken && identity === undefined, `${one.name} was taken and has come to nothing`);
  if (identity === undefined || identity.state === "failed") return;
  found.add("lost", identity.state !== "live", `${one.name} is ${identity.state}`);
  if (identity.state === "live") judgeLive(ground, found, { one, identity });
}

/** Where the configuration lets its secret lie. */
const slotOf = (object: string): string => `payments/staging/${object}`;

/** It may do what it was made for, holds one key at most, and that key's secret lies in the vault. */
function judgeLive(
  { aws, vault }: Ground,
  found: Findings,
  { one, identity }: { one: Asked; identity: Identity },
): void {
  const account = aws.world();
  const holders = [...Object.values(account.users), ...Object.values(account.roles)].filter(
    ({ tags }) => tags["charter:identity"] === identity.id,
  );
  const { name } = one;
  found.add("lost", holders.length === 0, `${name} is live and not in the account`);
  found.add("twice", holders.length > 1, `${name} has ${holders.length} objects`);
  const [holder] = holders;
  if (holder === undefined) return;
  found.add("lost", holder.inline["charter-permissions"] === undefined, `${name} may do nothing`);
  if (one.kind === "role") return;
  const keys = Object.entries(account.keys).filter(([, key]) => key.user === holder.name);
  found.add("lost", keys.length === 0, `${name} has no key`);
  found.add("twice", keys.length > 1, `${name} has ${keys.length} keys`);
  const slot = vault.world().mounts.kv?.[slotOf(holder.name)];
  const data = slot?.versions[String(slot.current)]?.data;
  const works = keys.some(
    ([id, key]) => key.active && data?.access_key_id === id && data.secret_access_key === key.secret,
  );
  found.add("lost", !works, `${name}: what lies in the vault is not its live key`);
}

/** Nothing of ours stands in the account or the vault but what belongs to a live identity. */
function judgeStanding({ aws, vault }: Ground, found: Findings, live: readonly Identity[]): void {
  const account = aws.world();
  const objects = new Set(live.map(({ object }) => object));
  const holders = [...Object.values(account.users), ...Object.values(account.roles)]
    // What a worker made to try its rights has no power, and the next look takes it away.
    .filter(({ path, tags }) => path === "/charter/" && tags["charter:check"] === undefined);
  for (const { name } of holders) found.add("orphans", !objects.has(name), `${name} in the account is nobody's`);
  for (const { user } of Object.values(account.keys))
    found.add("orphans", user.startsWith("charter-staging-") && !objects.has(user), `a key of ${user} is nobody's`);
  const slots = new Set(live.map(({ object }) => slotOf(object)));
  for (const path of Object.keys(vault.world().mounts.kv ?? {}))
    found.add("orphans", path.startsWith("payments/") && !slots.has(path), `the slot ${path} is nobody's`);
}

interface Entry {
  readonly noun: string;
  readonly aggregate: string;
  readonly action: string;
}

/** The exported log holds together, and by itself tells that each request came, and that its identity went live once. */
async function judgeLog(ground: Ground, found: Findings, asked: readonly Asked[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "charter-soak-log-"));
  const file = join(folder, "audit.jsonl");
  const out = createWriteStream(file);
  await exportAuditLog(ground.database.auditorUrl, out);
  out.end();
  await finished(out);
  const report = await verifyExport({ source: await fileSource(file), key: ground.checkpointKey, anchored: [] });
  for (const fault of report.faults) found.add("lost", true, `audit: ${fault}`);
  found.add("lost", report.sealed === 0, "audit: nothing is sealed");
  const entries = readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line): Entry[] => (line.startsWith('{"entry"') ? [JSON.parse(line).entry] : []));
  rmSync(folder, { recursive: true, force: true });
  const times = (of: (entry: Entry) => boolean): ReadonlyMap<string, number> => {
    const counts = new Map<string, number>();
    for (const entry of entries.filter(of)) counts.set(entry.aggregate, (counts.get(entry.aggregate) ?? 0) + 1);
    return counts;
  };
  const came = times(({ action }) => action.startsWith("request."));
  const lived = times(({ action }) => action === "identity.live");
  for (const { id, name, taken } of asked) {
    found.add("lost", taken && !came.has(id), `audit: ${name} was taken and nothing tells of it`);
    found.add("twice", (lived.get(id) ?? 0) > 1, `audit: ${name} went live ${lived.get(id)} times`);
  }
  for (const [step, count] of times(({ action }) => action === "step.done"))
    found.add("twice", count > 1, `audit: step ${step} was done ${count} times`);
}
