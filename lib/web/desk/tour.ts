import { z } from "zod";
import { type ExamplePerson, readExamplePeople } from "#db/read/example-people.ts";
import { readTour, type TourFacts } from "#db/read/tour.ts";
import { database } from "../database.ts";
import { settings } from "../settings.ts";
import { desk } from "./desk.ts";
import { rolesToCome } from "./roles-to-come.ts";

/** What is done at the desk from within a step, or the refusal that is tried. */
export type TourDeed = "try-own" | "kill" | "token" | "skip" | "audit";

export interface TourStep {
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly done: boolean;
  /** Who does it; null: anyone. */
  readonly as: { readonly subject: string; readonly name: string } | null;
  readonly href: string | null;
  readonly deed: TourDeed | null;
}

export interface Tour {
  readonly people: readonly ExamplePerson[];
  readonly steps: readonly TourStep[];
  /** What *try-own* sends. */
  readonly request: Pick<TourFacts["request"], "id" | "version" | "planDigest"> | null;
}

/** What was done at the launcher's desk, by act. */
const record = z.record(z.string(), z.object({ at: z.string() }));

/** Example people and the five minutes; null where there is no desk. */
export async function tour(): Promise<Tour | null> {
  const at = desk();
  if (at === null) return null;
  const { db } = database();
  const [facts, told, coming] = await Promise.all([readTour(db), at.ask("record", {}, record), rolesToCome()]);
  const people = await readExamplePeople(db, settings().issuer, coming);
  const acts = "ok" in told ? told.ok : {};
  const request = facts === null ? null : facts.request;
  return { people, request, steps: facts === null ? [] : stepsOf(facts, people, acts) };
}

type Acts = z.output<typeof record>;
const did = (acts: Acts, act: string): boolean => acts[act] !== undefined;

function stepsOf(facts: TourFacts, people: readonly ExamplePerson[], acts: Acts): readonly TourStep[] {
  const [first = null, second = null] = people.filter(({ roles }) => roles.includes("security"));
  const auditor = people.find(({ roles }) => roles.includes("auditor")) ?? null;
  return [...asking(facts, first), ...making(facts, second ?? first), ...keeping(facts, { first, auditor, acts })];
}

/** Until the request is one that may be approved. */
function asking({ request }: TourFacts, first: ExamplePerson | null): readonly TourStep[] {
  const requester = { subject: request.requesterSubject, name: request.requester };
  return [
    {
      ...{ id: "less", title: `${request.name} could make itself administrator: ask for less`, as: first, deed: null },
      detail:
        "The way to more power is drawn. Ask for less is the first button: the action that opens it is ticked already.",
      ...{ href: `/approvals?r=${request.id}`, done: request.askedForLess },
    },
    {
      ...{ id: "take-over", title: "Take it over, and watch red turn green", as: requester, deed: null },
      detail: "The proposal becomes the next version in one click, and the drawn way is gone.",
      ...{ href: `/requests/${request.id}`, done: request.takenOver },
    },
    {
      ...{ id: "own", title: "Try to approve your own", as: requester, deed: "try-own" },
      detail:
        "No page offers it. This sends the approval all the same: it is refused, and the attempt is in the audit log.",
      ...{ href: null, done: request.ownRefused },
    },
  ];
}

/** From approval to use. */
function making({ request, resumed }: TourFacts, second: ExamplePerson | null): readonly TourStep[] {
  return [
    {
      ...{ id: "kill", title: "Let the worker die in the middle of it", as: null, deed: "kill", href: null },
      detail:
        "Set this before the second approval: the worker is killed while a call is under way. It starts again and resumes to exactly one identity.",
      done: resumed,
    },
    {
      ...{ id: "approve", title: "Two of security approve exactly that version", as: second, deed: null },
      detail: `${request.approvals} of 2 so far. Then its steps are seen as they happen, each with its evidence.`,
      ...{ href: `/approvals?r=${request.id}`, done: request.live && request.approvals >= 2 },
    },
  ];
}

interface Keeping {
  readonly first: ExamplePerson | null;
  readonly auditor: ExamplePerson | null;
  readonly acts: Acts;
}

/** What is true of it later. */
function keeping({ request, leaver, daysAhead }: TourFacts, { first, auditor, acts }: Keeping): readonly TourStep[] {
  const used: TourStep = {
    ...{ id: "use", title: "Use it: the right repository, and a neighbour", as: null, deed: "token" },
    detail:
      "Its workflow's token is exchanged for credentials; another repository's is turned away by the claim that differs.",
    ...{ href: `/identities/${request.id}`, done: did(acts, "admitted") && did(acts, "turned-away") },
  };
  const left: readonly TourStep[] =
    leaver === null
      ? []
      : [
          {
            ...{ id: "leaver", title: `${leaver.name}: a stale key whose owner left`, as: first, deed: null },
            detail: `${leaver.owner} is gone and nobody uses the key. Suspend it, hand it over, or retire it.`,
            ...{ href: `/identities/${leaver.id}`, done: leaver.asked },
          },
        ];
  return [
    used,
    ...left,
    {
      ...{ id: "skip", title: "Skip 60 days", as: null, deed: "skip", href: "/findings", done: daysAhead >= 60 },
      detail: "What ends in that time ends: requests expire, identities are disabled, questions come due.",
    },
    {
      ...{
        id: "audit",
        title: "Verify the audit log, then change one byte",
        as: auditor,
        deed: "audit",
        href: "/audit",
      },
      detail: "The export is verified with a public key alone; the changed copy is found out.",
      done: did(acts, "verified"),
    },
  ];
}
