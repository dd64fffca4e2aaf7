import type { FlowStep } from "#lib/connectors/connector.ts";
import type { Build } from "./builds.ts";
import { flowNamed } from "./flows.ts";
import type { Lane } from "./lane.ts";
import { type Course, type Mishap, record } from "./mishaps.ts";
import type { Found, Wrong } from "./oracle.ts";
import { run } from "./run.ts";
import type { CrashWorld } from "./worlds.ts";

/** A worker built wrongly, the mishap in which that must show, and as what. */
interface Sabotage {
  readonly name: string;
  /** The worlds that can show it: those whose birth comes by this place. */
  readonly at: RegExp;
  mishap(at: string): Mishap;
  readonly shows: { readonly wrong: readonly Wrong[]; readonly said: RegExp };
  /** Prepares the lane's database; it serves no other run afterwards. */
  prepare?(lane: Lane): Promise<void>;
  reorder?(steps: readonly FlowStep[]): readonly FlowStep[];
}

const killedAs =
  (...builds: readonly Build[]) =>
  (at: string): Mishap => ({ kind: "killed", at, builds });

/** Each breaks one law. The last one leaves its database unfit for others. */
const sabotages: readonly Sabotage[] = [
  {
    name: "no intent first",
    at: /set password:C2$/,
    mishap: killedAs("no intent first"),
    shows: { wrong: ["stuck", "lost"], said: /./ },
  },
  {
    name: "no fence",
    at: /CreateAccessKey:C2$/,
    mishap: (at) => ({ kind: "paused", at, builds: ["pausing", "no fence"] }),
    shows: { wrong: ["duplicates"], said: /older fence/ },
  },
  {
    name: "power first",
    at: /^empower-user:C4$/,
    mishap: killedAs("power first"),
    shows: { wrong: ["lost"], said: /power before/ },
    reorder: (steps) => [...steps].sort((a, b) => rank(a) - rank(b)),
  },
  {
    name: "client retries on",
    at: /^verify-user:C4$/,
    mishap: (at) => ({
      ...{ kind: "killed", at, builds: ["client retries on"] },
      // Twice: a worker that starts also makes a key to check its rights.
      meets: { by: "target", operation: "CreateAccessKey", nth: 0, times: 2, effect: { kind: "reset", when: "after" } },
    }),
    shows: { wrong: ["duplicates"], said: /active credentials at once/ },
  },
  {
    name: "audit outside the transaction",
    at: /^create-roles?:C4$/,
    mishap: killedAs("audit outside the transaction"),
    shows: { wrong: ["unaudited"], said: /rows/ },
    prepare: unguarded,
  },
];

/** Empowering comes right after the object is made. */
const rank = ({ kind, name }: FlowStep): number => (name.startsWith("create-") ? 0 : kind === "empower" ? 1 : 2);

/** Lets the database take a change without its entry: what the guard would refuse at once is then left to be found. */
async function unguarded({ database: { admin } }: Lane): Promise<void> {
  const guards = await admin`select tgname as name, tgrelid::regclass::text as of from pg_trigger
    where tgdeferrable and tgconstraint <> 0 and not tgisinternal`;
  for (const { name, of } of guards) await admin.unsafe(`alter table ${of} disable trigger "${name}"`);
}

/** What became of one sabotage. */
export interface Tried {
  readonly name: string;
  readonly caught: boolean;
  /** What shows it; where nothing does, whatever else was found. */
  readonly found: readonly Found[];
}

/** Tries each sabotage in the worlds that can show it, in a lane that is good for nothing else afterwards. */
export async function tryAll(lane: Lane, tell: (tried: Tried) => void): Promise<void> {
  const flow = flowNamed("provision");
  const courses: Course[] = [];
  for (const world of lane.worlds.all) courses.push(await record(lane, { world, flow }));
  for (const sabotage of sabotages) {
    const shown = courses.flatMap(({ world, places }) =>
      places.filter((at) => sabotage.at.test(at)).map((at) => ({ world, at })),
    );
    for (const one of shown.slice(0, 1)) tell(await tryOne(lane, sabotage, one));
  }
}

async function tryOne(
  lane: Lane,
  sabotage: Sabotage,
  { world, at }: { world: CrashWorld; at: string },
): Promise<Tried> {
  await sabotage.prepare?.(lane);
  const flow = flowNamed("provision");
  const mishap = sabotage.mishap(at);
  const of = { id: sabotage.name, world: world.name, flow, mishap, ends: flow.ends } as const;
  const { wrong, said } = sabotage.shows;
  let found: readonly Found[] = [];
  // A place that was not come to shows nothing: a busy machine, or a worker's start that had done it already.
  for (let tries = 0; tries < 3; tries += 1) {
    const tried = await run(lane, sabotage.reorder ? { ...of, reorder: sabotage.reorder } : of);
    const shown = tried.found.filter((one) => wrong.includes(one.wrong) && said.test(one.sentence));
    if (shown.length > 0) return { name: sabotage.name, caught: true, found: shown };
    found = tried.unmet ? [{ wrong: "stuck", sentence: `did not come to ${at}` }, ...tried.found] : tried.found;
    if (!tried.unmet) break;
  }
  return { name: sabotage.name, caught: false, found };
}
