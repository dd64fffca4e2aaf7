import { z } from "zod";
import { readOnlySession } from "#lib/claims/refusals.ts";
import type { ClaimContext } from "#lib/claims/run.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { settings } from "../settings.ts";

/** The desk of the launcher that started this web: what only it can do. Its address is told to no other web. */
export interface Desk {
  /** Asks for one of its acts; refuses with the launcher's sentence, or when it does not answer in time. */
  ask<T>(act: string, input: unknown, answer: z.ZodType<T>): Promise<Outcome<T>>;
}

/** Exporting and checking a log is the longest act. */
const patienceMs = 60_000;
const said = z.object({ sentence: z.string().max(2_000) });

/** Null where no launcher has given this web its desk: every real installation. */
export function desk(): Desk | null {
  const address = settings().demoDesk;
  return address === null ? null : { ask: (act, input, answer) => post(`${address}/${act}`, input, answer) };
}

async function post<T>(url: string, input: unknown, shape: z.ZodType<T>): Promise<Outcome<T>> {
  const silent = refuse({ code: "conflict", sentence: "The launcher does not answer.", mend: "Look at its terminal." });
  try {
    const body = JSON.stringify(input);
    const response = await fetch(url, { method: "POST", body, signal: AbortSignal.timeout(patienceMs) });
    const answer: unknown = await response.json();
    if (response.ok) return ok(shape.parse(answer));
    const refused = said.safeParse(answer);
    return refused.success ? refuse({ code: "invalid", sentence: refused.data.sentence }) : silent;
  } catch (error) {
    if (error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError")) return silent;
    throw error;
  }
}

const noDesk = refuse({ code: "not-found", sentence: "There is nothing like this in this installation." });

/**
 * Makes what an action runs of what is done at the desk: refused where there is none, and to a session for reading only. Who may
 * use it is everyone signed in, since where there is a desk everyone is an example.
 */
export const atDesk =
  <Input, T>(act: (at: Desk, input: Input, context: ClaimContext) => Promise<Outcome<T>>) =>
  async (context: ClaimContext, input: Input): Promise<Outcome<T>> => {
    const at = desk();
    if (at === null) return noDesk;
    return context.actor.readOnly ? readOnlySession : act(at, input, context);
  };
