import type { FlowStep } from "#lib/connectors/connector.ts";
import { flowOf } from "#lib/connectors/flow.ts";
import type { Effect } from "#lib/simulation/faults.ts";
import type { Received } from "#lib/simulation/server.ts";
import type { Saga } from "#lib/worker/saga.ts";
import type { Build } from "./builds.ts";
import type { End, Flow } from "./flows.ts";
import type { Lane } from "./lane.ts";
import { intentState, prepare, recover, type Subject, stepsDone, stuckWith, takeBack } from "./subject.ts";
import type { CrashWorld } from "./worlds.ts";

/** Something on the wire that goes wrong at the nth call of an operation, `times` in a row. */
export interface WireFault {
  readonly by: "target" | "vault";
  readonly operation: string;
  readonly nth: number;
  readonly effect: Effect;
  readonly times?: number;
}

/** A real worker is killed at this place. */
interface Killed {
  readonly kind: "killed";
  readonly at: string;
  /** The worker that takes over is killed here. */
  readonly again?: string;
  /** Refused for good before that, so that the worker is one that takes back what was done. */
  readonly after?: WireFault;
  /** Not for good: it was stuck and a person had it taken back. */
  readonly asked?: boolean;
  /** What it meets on its way. */
  readonly meets?: WireFault;
  readonly builds?: readonly Build[];
}

/** One thing that goes wrong in one flow. */
export type Mishap =
  | Killed
  /** A real worker stops there, loses its steps to another, and goes on when that one has ended them. */
  | { readonly kind: "paused"; readonly at: string; readonly builds?: readonly Build[] }
  | { readonly kind: "fault"; readonly fault: WireFault }
  /** As `paused` where a step was taken and not yet begun: it is another's next, two deliveries of it change places, and hints rain. */
  | { readonly kind: "delivered twice"; readonly at: string; readonly builds: readonly Build[] }
  /** Reads show an older world, all of them or every second, until it has ended. */
  | {
      readonly kind: "lagging";
      readonly by: "target" | "vault";
      readonly how: "stale" | "flap";
      /** Refused for good there, so that it is taken back. */
      readonly after?: WireFault;
    }
  /** Somebody else changes what was made when so many steps were done. */
  | { readonly kind: "drift"; readonly after: number; readonly drift: string }
  /** A target or vault that misbehaves at random, in every call, and a real worker that is killed in it, amid other mishaps. */
  | { readonly kind: "storm"; readonly seed: number; readonly at: string }
  /** Four requests, two real workers, and PostgreSQL stopped at once and started again and again. */
  | { readonly kind: "restarts"; readonly seed: number }
  /** Two real workers side by side; one is killed on the way. */
  | { readonly kind: "two workers"; readonly at: string }
  /** Something that is not ours has the name, unmarked or with the mark of another identity. */
  | { readonly kind: "squatter"; readonly copied: boolean };

/** One mishap in one flow of one world. */
export interface Run {
  /** The same in every process: results are kept by it. */
  readonly id: string;
  readonly world: string;
  readonly flow: Flow;
  readonly mishap: Mishap;
  readonly ends: End;
  /** A sabotage's order of the steps. */
  reorder?(steps: readonly FlowStep[]): readonly FlowStep[];
}

export interface Extent {
  /** Every error kind at every changing call, every answer lost, and a pause at every place. */
  readonly full: boolean;
  /** So many storms in each flow. */
  readonly seeds: number;
}

export const faultName = ({ by, operation, nth, effect, times = 1 }: WireFault): string => {
  const when = "when" in effect ? ` ${effect.when}` : "";
  return `${effect.kind}${when} at ${by} ${operation} ${nth}${times > 1 ? ` ×${times}` : ""}`;
};

export function mishapName(mishap: Mishap): string {
  if (mishap.kind === "fault") return faultName(mishap.fault);
  if (mishap.kind === "storm") return `storm ${mishap.seed}, killed at ${mishap.at}`;
  if (mishap.kind === "restarts") return `PostgreSQL restarted, ${mishap.seed}`;
  if (mishap.kind === "lagging")
    return `${mishap.how === "stale" ? "lagging" : "flapping"} reads of the ${mishap.by}${mishap.after ? ` after ${faultName(mishap.after)}` : ""}`;
  if (mishap.kind === "drift") return `${mishap.drift} after ${mishap.after} steps`;
  if (mishap.kind === "squatter") return `squatter ${mishap.copied ? "with a copied mark" : "without a mark"}`;
  const builds = "builds" in mishap && mishap.builds ? ` (${mishap.builds.join(", ")})` : "";
  const after =
    mishap.kind === "killed" && mishap.after ? ` ${mishap.asked ? "asked " : ""}after ${faultName(mishap.after)}` : "";
  const then = mishap.kind === "killed" && mishap.again ? ` and ${mishap.again}` : "";
  return `${mishap.kind} at ${mishap.at}${then}${after}${builds}`;
}

/** What a flow does when nothing goes wrong: its places, and its calls as the target and the vault saw them. */
export interface Course {
  readonly world: CrashWorld;
  readonly flow: Flow;
  readonly places: readonly string[];
  readonly calls: readonly {
    readonly by: "target" | "vault";
    readonly operation: string;
    readonly nth: number;
    readonly isRead: boolean;
  }[];
  /** What others can do to what there is, by how many steps were done. */
  readonly drifts: readonly { readonly after: number; readonly drift: string }[];
}

/** What a course is recorded of; with a fault, of its taking back: `asked` where a person has it taken back. */
interface Recording {
  readonly world: CrashWorld;
  readonly flow: Flow;
  readonly fault?: WireFault;
  readonly asked?: boolean;
}

/** Runs a flow once and writes down what happens; with `fault`, what it does then. */
export async function record(lane: Lane, of: Recording): Promise<Course> {
  const subject = await prepare(lane, of);
  const heard: Heard[] = [];
  const changed = () => [...of.world.calls(), ...lane.worlds.vault.calls()].filter(({ isRead }) => !isRead).length;
  const hear = (step: string, call: string) => void heard.push({ step, call, changedBefore: changed() });
  const before = { target: of.world.calls().length, vault: lane.worlds.vault.calls().length };
  const saga = lane.saga({ heard: hear });
  const drifts: { after: number; drift: string }[] = [];
  if (of.fault) await refuse(lane, subject, { ...of, fault: of.fault, saga });
  else await recover(lane, subject, { saga, enough: () => noteDrifts(lane, subject, drifts) });
  await recover(lane, subject, { saga });
  disarm(lane, of.world);
  const state = await intentState(lane, subject);
  if (state !== (of.fault ? "failed" : "done")) throw new Error(`${of.world.name}: ${of.flow.name} ended as ${state}.`);
  await note(lane, subject, state === "failed" ? endOfUndone(of.flow) : of.flow.ends);
  return {
    ...{ world: of.world, flow: of.flow, drifts },
    places: placesOf(subject, [...heard, { step: "", call: "", changedBefore: changed() }]),
    calls: [
      ...numbered("target", of.world.calls().slice(before.target)),
      ...numbered("vault", lane.worlds.vault.calls().slice(before.vault)),
    ],
  };
}

/** Lets a request be refused for good, or be stuck until a person has it taken back: until that begins. */
export async function refuse(
  lane: Lane,
  subject: Subject,
  of: { readonly fault: WireFault; readonly asked?: boolean; readonly saga?: Saga },
): Promise<void> {
  const saga = of.saga ?? lane.saga();
  arm(lane, subject.world, of.fault);
  const isStuck = async () => (await stuckWith(lane, subject)) !== null;
  const isUndoing = async () => (await intentState(lane, subject)) === "undoing";
  await recover(lane, subject, { saga, enough: of.asked ? isStuck : isUndoing });
  if (of.asked) await takeBack(lane, subject);
  disarm(lane, subject.world);
}
export const endOfUndone = ({ kind }: Flow): End => (kind === "provision" ? "failed" : "kept");

/** Which drifts could befall it now, once for each number of steps done. */
async function noteDrifts(lane: Lane, subject: Subject, into: { after: number; drift: string }[]): Promise<boolean> {
  const after = await stepsDone(lane, subject);
  const hit = { name: subject.seeded.plan.name, storage: subject.storage };
  const open = after < subject.seeded.steps.length && !into.some((one) => one.after === after);
  for (const drift of open ? subject.world.drifts : [])
    if (await drift.may(hit)) into.push({ after, drift: drift.name });
  return false;
}

/** What a run without mishap leaves counts as standing. */
async function note(lane: Lane, { world, seeded }: Subject, ends: End): Promise<void> {
  const standing = lane.standing.get(world.name) ?? new Set<string>();
  if (ends !== "retired" && ends !== "failed") standing.add(seeded.plan.name);
  lane.standing.set(world.name, standing);
}

/** A guarded call as it begins. */
interface Heard {
  readonly step: string;
  readonly call: string;
  /** Changing calls that the target and the vault had had before it. */
  readonly changedBefore: number;
}

/** Before, in and after each step; before and after each call that changes something, and after each other one. */
function placesOf(subject: Subject, heard: readonly Heard[]): readonly string[] {
  const forward = flowOf(subject.seeded.plan).map(({ name }) => name);
  const undone = heard.map(({ step }) => step).filter((name) => name.startsWith("undo "));
  return [...new Set([...forward, ...undone])].flatMap((step) => {
    const within = heard.flatMap((one, place) => {
      if (one.step !== step) return [];
      const changes = (heard[place + 1]?.changedBefore ?? 0) > one.changedBefore;
      return (changes ? ["C1", "C2"] : ["C2"]).map((point) => `${step}/${one.call}:${point}`);
    });
    return [`${step}:C0`, ...new Set(within), `${step}:C3`, `${step}:C4`];
  });
}

function numbered(by: "target" | "vault", received: readonly Received[]): Course["calls"] {
  const counts = new Map<string, number>();
  return received.map(({ operation, isRead }) => {
    const nth = counts.get(operation) ?? 0;
    counts.set(operation, nth + 1);
    return { by, operation, nth, isRead };
  });
}

export function arm(lane: Lane, world: CrashWorld, { by, operation, nth, effect, times = 1 }: WireFault): void {
  (by === "target" ? world : lane.worlds.vault).fault({ operation, effect, skip: nth, times });
}
export function disarm(lane: Lane, world: CrashWorld): void {
  world.clearFaults();
  lane.worlds.vault.clearFaults();
}

/** Errors that pass, each with how often it comes before it does. */
const passing: readonly { readonly effect: Effect; readonly times: number }[] = [
  { effect: { kind: "reset", when: "before" }, times: 1 },
  { effect: { kind: "unavailable", when: "after" }, times: 1 },
  { effect: { kind: "unavailable", when: "before" }, times: 2 },
  { effect: { kind: "throttle" }, times: 2 },
  { effect: { kind: "denied" }, times: 3 },
  { effect: { kind: "quota" }, times: 3 },
];

/** Everything that is to go wrong in one flow of one world. */
export async function runsOf(
  lane: Lane,
  of: { world: CrashWorld; flow: Flow },
  extent: Extent,
): Promise<readonly Run[]> {
  const course = await record(lane, of);
  const births = of.flow.before.length === 0;
  const mishaps: (readonly [Mishap, End?])[] = [
    ...course.places.map((at) => [{ kind: "killed", at }] as const),
    ...twice(course).map((mishap) => [mishap] as const),
    ...(extent.full ? course.calls : changing(course)).map((call) => [lost(call)] as const),
    ...(births ? await takingBack(lane, course) : []),
    ...(of.flow.kind === "provision" || of.flow.kind === "change-access" ? await takenBack(lane, course) : []),
    ...among(course.places, extent.full ? 3 : 1).map((at) => [{ kind: "two workers", at }] as const),
    ...pauses(course, extent).map((at) => [{ kind: "paused", at, builds: ["pausing"] }] as const),
    ...begun(course, extent).map((at) => [{ kind: "delivered twice", at, builds: ["pausing"] }] as const),
    ...lags(course).map((mishap) => [mishap] as const),
    ...(extent.full || births ? course.drifts : thinned(course.drifts)).map(
      (drift) => [{ kind: "drift", ...drift }] as const,
    ),
    ...(births ? [0, 1, 2].map((seed) => [{ kind: "restarts", seed }] as const) : []),
    ...(births ? [false, true].map((copied) => [{ kind: "squatter", copied }, "failed"] as const) : []),
    ...(extent.full
      ? changing(course)
          .flatMap(errorsAt)
          .map((mishap) => [mishap] as const)
      : []),
    ...Array.from({ length: extent.seeds }, (_, seed) => [storm(course, seed)] as const),
  ];
  return mishaps.map(([mishap, ends = of.flow.ends]) => ({
    ...{ id: `${of.world.name}, ${of.flow.name}, ${mishapName(mishap)}`, world: of.world.name, flow: of.flow },
    ...{ mishap, ends },
  }));
}

/** While a secret is made and not yet stored: at every change and after every call; and the next worker where it has just stored its own. A worker's start signs in to the vault already. */
function twice({ places }: Course): readonly Mishap[] {
  const again = "issue/vault put:C2";
  const before = places.slice(0, Math.max(places.indexOf(again), 0));
  return before
    .filter((at) => /^issue\/(?!vault login).*:C[12]$/.test(at))
    .map((at) => ({ kind: "killed", at, again }));
}

/** A pause lasts several seconds: a few places of each flow, or all. After C4 there is nothing left to go wrong. */
function pauses({ places }: Course, { full }: Extent): readonly string[] {
  const held = places.filter((at) => !at.endsWith(":C4") && !at.endsWith(":C0"));
  return full ? held : among(held, 2);
}

/** Where a step was taken and nothing done yet: all, or one in the middle. */
function begun({ places }: Course, { full }: Extent): readonly string[] {
  const at = places.filter((place) => place.endsWith(":C0"));
  return full ? at : among(at, 1);
}

function lags({ world, calls }: Course): readonly Extract<Mishap, { kind: "lagging" }>[] {
  const by = (["target", "vault"] as const).filter((one) => calls.some((call) => call.by === one));
  const lagging = by.filter((one) => one === "vault" || world.lags);
  return lagging.flatMap((one) =>
    (["stale", "flap"] as const).map((how) => ({ kind: "lagging", by: one, how }) as const),
  );
}

/** One in three, another one at each number of steps. */
const thinned = (drifts: Course["drifts"]): Course["drifts"] =>
  drifts.filter(({ after }, place) => (place + after) % 3 === 0);

type Call = Course["calls"][number];
const changing = ({ calls }: Course): readonly Call[] => calls.filter(({ isRead }) => !isRead);
const lost = ({ isRead: _, ...call }: Call): Mishap => ({
  kind: "fault",
  fault: { ...call, effect: { kind: "reset", when: "after" } },
});
const errorsAt = ({ isRead: _, ...call }: Call): readonly Mishap[] =>
  passing.map((error) => ({ kind: "fault", fault: { ...call, ...error } }));
const storm = ({ places }: Course, seed: number): Mishap => ({
  kind: "storm",
  seed,
  at: places[(seed * 7) % places.length] ?? "",
});

/** So many places, spread over the whole flow. */
const among = (places: readonly string[], count: number): readonly string[] =>
  Array.from({ length: count }, (_, place) => places[Math.floor(((place + 0.5) * places.length) / count)] ?? "");

/** Refused for good at each changing call of a birth; and, at the last of them, killed at every place of taking back. */
async function takingBack(lane: Lane, course: Course): Promise<readonly (readonly [Mishap, End])[]> {
  const refusals = changing(course)
    .filter(({ operation }) => !/^(BEGIN|COMMIT|ROLLBACK|approle-login|token-)/.test(operation))
    .map(({ isRead: _, ...call }): WireFault => ({ ...call, effect: { kind: "invalid" } }));
  const last = refusals.filter(({ by }) => by === "target").at(-1);
  if (last === undefined) return [];
  const { places } = await record(lane, { ...course, fault: last });
  const undoing = places.filter((at) => at.startsWith("undo "));
  return [
    ...refusals.map((fault) => [{ kind: "fault", fault }, "failed"] as const),
    ...undoing.map((at) => [{ kind: "killed", at, after: last }, "failed"] as const),
    ...lags(course).map((lag) => [{ ...lag, after: last }, "failed"] as const),
  ];
}

/** Stuck at the very last, and taken back on a person's word: killed at every place of that. */
async function takenBack(lane: Lane, course: Course): Promise<readonly (readonly [Mishap, End])[]> {
  const last = course.calls
    .filter(({ by, operation }) => by === "target" && !/^(COMMIT|ROLLBACK)$/.test(operation))
    .at(-1);
  if (last === undefined) return [];
  const { isRead: _, ...call } = last;
  const after: WireFault = { ...call, effect: { kind: "denied" }, times: 1_000 };
  const { places } = await record(lane, { world: course.world, flow: course.flow, fault: after, asked: true });
  return places
    .filter((at) => at.startsWith("undo "))
    .map((at) => [{ kind: "killed", at, after, asked: true }, endOfUndone(course.flow)] as const);
}
