import { unaudited } from "../saga-world.ts";
import type { End } from "./flows.ts";
import type { Lane } from "./lane.ts";
import type { Subject } from "./subject.ts";
import type { Lying } from "./worlds.ts";

/** Sums of all runs; everything but `runs` must stay 0. */
export interface Tally {
  runs: number;
  /** Something lies at a target or in the vault that nobody answers for. */
  orphans: number;
  /** Something that must be there is not, or does not work. */
  lost: number;
  /** Two where one was approved, or a step moved by two workers. */
  duplicates: number;
  unaudited: number;
  /** Does not end once the fault is over. */
  stuck: number;
}
export type Wrong = Exclude<keyof Tally, "runs">;
export const newTally = (): Tally => ({ runs: 0, orphans: 0, lost: 0, duplicates: 0, unaudited: 0, stuck: 0 });

/** One broken promise. */
export interface Found {
  readonly wrong: Wrong;
  readonly sentence: string;
}

const isUndone = (ends: End): boolean => ends === "failed" || ends === "kept";

class Findings {
  readonly list: Found[] = [];
  add(wrong: Wrong, broken: boolean, said: unknown): void {
    if (broken) this.list.push({ wrong, sentence: typeof said === "string" ? said : JSON.stringify(said) });
  }
}

/** Asks the target, the vault and the audit log what a run has come to; the portal's tables only beside them. */
export async function judge(lane: Lane, subject: Subject, ends: End): Promise<readonly Found[]> {
  const found = new Findings();
  const seen = await subject.world.look(subject.seeded.plan.name, subject.storage);
  judgeWorld(found, { subject, ends, seen });
  await judgeStanding(lane, found, { subject, ends });
  await judgeLog(lane, found, { subject, ends });
  await judgeTables(lane, found, { subject, ends });
  return found.list;
}

interface Judged {
  readonly subject: Subject;
  readonly ends: End;
}

function judgeWorld(found: Findings, { subject, ends, seen }: Judged & { readonly seen: Lying }): void {
  const { world } = subject;
  const beside = subject.flow.kind === "rotate" || subject.flow.strange ? 2 : 1;
  found.add("duplicates", world.most() > beside, `an object had more than ${beside} active credentials at once`);
  if (ends === "retired" || ends === "failed") {
    found.add("orphans", seen.objects + seen.credentials > 0 || seen.slot, seen);
    return;
  }
  found.add("lost", seen.objects < world.objects, seen);
  found.add("duplicates", seen.objects > world.objects || seen.credentials > 1, seen);
  const access = world.accessOf(subject.seeded.plan.name, ends === "kept" ? undefined : subject.flow.access);
  found.add("lost", seen.access !== access, `it may do ${seen.access}, and should do ${access}`);
  if (ends === "live" || ends === "kept") found.add("lost", !seen.powerful || !seen.secretWorks, seen);
  else found.add("orphans", seen.credentials > 0 && seen.secretWorks && world.stores, seen);
}

/** Every object and every slot belongs to an identity that a run has left standing. */
async function judgeStanding(lane: Lane, found: Findings, { subject, ends }: Judged): Promise<void> {
  const { world, seeded, storage } = subject;
  const standing = lane.standing.get(world.name) ?? new Set<string>();
  lane.standing.set(world.name, standing);
  const own = seeded.plan.name;
  if (ends === "retired" || ends === "failed") standing.delete(own);
  else standing.add(own);
  const names = new Set(await world.names());
  found.add(
    "orphans",
    [...names].some((name) => !standing.has(name)),
    [...names].filter((name) => !standing.has(name)),
  );
  found.add(
    "lost",
    [...standing].some((name) => !names.has(name)),
    [...standing].filter((name) => !names.has(name)),
  );
  // Each is told of once, by the run that lost or left it.
  for (const name of standing) if (!names.has(name)) standing.delete(name);
  for (const name of names) standing.add(name);
  const slot = storage === null ? undefined : lane.worlds.vault.world().mounts[storage.mount]?.[storage.path];
  found.add("lost", storage !== null && standing.has(own) && slot === undefined, "its slot in the vault is empty");
}

const lastEntry: Readonly<Record<End, { readonly intent: string; readonly identity: RegExp }>> = {
  live: { intent: "intent.done", identity: /^identity\.(?!failed|retired|disabled|suspended)/ },
  suspended: { intent: "intent.done", identity: /^identity\.suspended$/ },
  retired: { intent: "intent.done", identity: /^identity\.retired$/ },
  failed: { intent: "intent.failed", identity: /^identity\.failed$/ },
  kept: { intent: "intent.failed", identity: /^identity\.(?!failed|retired|disabled|suspended)/ },
};

interface Logged {
  readonly noun: string;
  readonly aggregate: string;
  readonly action: string;
  readonly fence: number | null;
}

/** The log alone tells that it ended, once, and that no worker moved a step after a later one had taken it. */
async function judgeLog(lane: Lane, found: Findings, { subject, ends }: Judged): Promise<void> {
  const { seeded } = subject;
  const entries = await lane.database.admin<Logged[]>`
    select noun, aggregate, action, (detail->>'fence')::int as fence from charter.audit_entries
    where aggregate = any(${[...seeded.steps, seeded.intent, seeded.identity]}) order by noun, aggregate, seq`;
  const of = (noun: string) => entries.filter((entry) => entry.noun === noun);
  const last = { intent: of("intent").at(-1)?.action, identity: of("identity").at(-1)?.action };
  const wanted = lastEntry[ends];
  found.add("lost", last.intent !== wanted.intent || !wanted.identity.test(last.identity ?? ""), { last });
  for (const step of seeded.steps) {
    const own = of("step").filter(({ aggregate }) => aggregate === step);
    const fences = own.flatMap(({ fence }) => (fence === null ? [] : [fence]));
    const backwards = fences.some((fence, place) => fence < (fences[place - 1] ?? 0));
    found.add("duplicates", backwards, `a step was moved under an older fence: ${fences.join(" ")}`);
    const times = own.filter(({ action }) => action === "step.done").length;
    found.add("duplicates", times > 1, `a step was done ${times} times`);
    found.add("lost", !isUndone(ends) && times === 0, "a step was never done");
  }
}

async function judgeTables(lane: Lane, found: Findings, { subject, ends }: Judged): Promise<void> {
  const { admin } = lane.database;
  const { seeded, world, storage } = subject;
  const [row] = await admin`select r.state as request, d.state as identity, i.state as intent
    from charter.request_states r, charter.identities d, charter.intents i
    where r.request = ${seeded.request} and d.id = ${seeded.identity} and i.id = ${seeded.intent}`;
  const open = isUndone(ends) ? ["done", "failed", "undone"] : ["done"];
  const stuck = await admin`select name, state, fault from charter.steps
    where intent = ${seeded.intent} and (stuck_at is not null or state <> all(${open}))
      and state <> ${isUndone(ends) ? "waiting" : ""}`;
  found.add("stuck", stuck.length > 0, stuck);
  const identity = ends === "kept" ? "live" : ends;
  found.add("lost", row?.identity !== identity || row?.intent !== (isUndone(ends) ? "failed" : "done"), row);
  if (identity === "live" && world.stores && storage !== null) {
    const active = await admin`select vault_version as version from charter.credentials
      where identity = ${seeded.identity} and state = 'active'`;
    const current = lane.worlds.vault.world().mounts[storage.mount]?.[storage.path]?.current;
    found.add("lost", active.length !== 1 || active[0]?.version !== current, { active, current });
  }
  const without = await unaudited(admin);
  found.add("unaudited", without > 0, `${without} rows`);
}
