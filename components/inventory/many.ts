"use client";
import { useState } from "react";
import type { ManyAsked } from "#lib/claims/many/ask.ts";
import type { Consequence, Foretold, ManyInput } from "#lib/claims/many/foresee.ts";
import type { Selected } from "#lib/claims/many/match.ts";
import type { ManyVerb } from "#lib/domain/many.ts";
import type { Refusal } from "#lib/domain/refusal.ts";
import type { Answer } from "#lib/web/action.ts";
import { unanswered } from "../unanswered.ts";

/** What is asked of each: `verb` and its change. */
export type Wanted =
  | { readonly verb: "transfer"; readonly change: { readonly to: string } }
  | { readonly verb: "renew"; readonly change: { readonly endsAt: string } }
  | { readonly verb: "retire"; readonly change: { readonly reason: string } }
  | { readonly verb: "ask"; readonly change: Record<string, never> };
type Sent = Wanted & { readonly rows: { id: string; identity: string }[] };

export interface ManyActions {
  readonly matchMany: (input: { query: string }) => Promise<Answer<readonly Selected[]>>;
  readonly foreseeMany: (input: Sent) => Promise<Answer<readonly Foretold[]>>;
  readonly askForMany: (input: Sent) => Promise<Answer<ManyAsked>>;
}
export type { ManyInput, ManyVerb, Selected };

/** What would become of one identity, or became of it. */
export type Fate =
  | { readonly is: "possible"; readonly consequence: Consequence }
  | { readonly is: "refused"; readonly refusals: readonly Refusal[] }
  | { readonly is: "asked"; readonly request: string | null };
export type Fates = ReadonlyMap<string, Fate>;

interface Trouble {
  readonly refusals: readonly Refusal[];
  readonly fault: string | null;
}
const noTrouble: Trouble = { refusals: [], fault: null };
/** So many go in one message: its answer comes within a second or two, and a fault leaves little unknown. */
const together = 20;

/** What is known of each, put together from answers that come a few at a time; the first that fails ends the turn. */
function useTurns() {
  const [fates, setFates] = useState<Fates>(new Map());
  const [doing, setDoing] = useState<"foreseeing" | "asking" | null>(null);
  const [trouble, setTrouble] = useState(noTrouble);
  /** True when all of them were answered. */
  const run = async (
    what: "foreseeing" | "asking",
    identities: readonly string[],
    act: (part: readonly string[]) => Promise<Fates | Trouble>,
  ) => {
    setTrouble(noTrouble);
    setDoing(what);
    let whole = true;
    for (let at = 0; whole && at < identities.length; at += together) {
      const answered = await act(identities.slice(at, at + together));
      whole = !("fault" in answered);
      if ("fault" in answered) setTrouble(answered);
      else setFates((before) => new Map([...before, ...answered]));
    }
    setDoing(null);
    return whole;
  };
  const forget = () => setFates(new Map());
  return { fates, doing, trouble, run, forget };
}

/**
 * Foretells and sends the same of many, a few at a time. `ids` names each identity with the id of the request it becomes, one for
 * the dialog's life: what is sent again, after a fault or by a second click, is the same request.
 */
export function useMany(ids: ReadonlyMap<string, string>, actions: ManyActions) {
  const { run, forget, ...known } = useTurns();
  const rowsOf = (part: readonly string[]) => part.map((identity) => ({ id: ids.get(identity) ?? "", identity }));
  const foresee = (wanted: Wanted) => {
    forget();
    return run("foreseeing", [...ids.keys()], async (part) =>
      foretold(await actions.foreseeMany({ ...wanted, rows: rowsOf(part) }).catch(unanswered)),
    );
  };
  const ask = (wanted: Wanted) => {
    const possible = [...ids.keys()].filter((identity) => known.fates.get(identity)?.is === "possible");
    return run("asking", possible, async (part) =>
      asked(await actions.askForMany({ ...wanted, rows: rowsOf(part) }).catch(unanswered)),
    );
  };
  return { ...known, foresee, ask };
}

function foretold(answer: Answer<readonly Foretold[]>): Fates | Trouble {
  if (!("ok" in answer)) return troubleIn(answer);
  return new Map(
    answer.ok.map(({ identity, outcome }) => [
      identity,
      "refusals" in outcome
        ? { is: "refused", refusals: outcome.refusals }
        : { is: "possible", consequence: outcome.ok },
    ]),
  );
}

function asked(answer: Answer<ManyAsked>): Fates | Trouble {
  if ("ok" in answer)
    return new Map<string, Fate>([
      ...answer.ok.asked.map(({ identity, request }) => [identity, { is: "asked", request }] as const),
      ...answer.ok.refused.map(({ identity, refusals }) => [identity, { is: "refused", refusals }] as const),
    ]);
  if (!("refusals" in answer) || answer.refusals.some(({ field }) => field === undefined)) return troubleIn(answer);
  const named = Map.groupBy(answer.refusals, ({ field }) => field ?? "");
  return new Map([...named].map(([identity, refusals]) => [identity, { is: "refused", refusals }]));
}

const troubleIn = (answer: Exclude<Answer<unknown>, { ok: unknown }>): Trouble =>
  "fault" in answer ? { refusals: [], fault: answer.fault } : { refusals: answer.refusals, fault: null };
