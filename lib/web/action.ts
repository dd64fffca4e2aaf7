import { headers } from "next/headers";
import { unstable_rethrow } from "next/navigation";
import type { z } from "zod";
import type { SessionPerson } from "#db/read/session.ts";
import type { ClaimContext } from "#lib/claims/run.ts";
import { asRefusals, type Outcome, type Refusals, refuse } from "#lib/domain/refusal.ts";
import { bounded } from "./bounded.ts";
import { claimContext } from "./context.ts";
import { fault } from "./log.ts";
import { currentSession } from "./session.ts";
import { settings } from "./settings.ts";

/** What an action answers: the value, refusals in words, or the reference number of a fault. Never a fault's text. */
export type Answer<T> = { readonly ok: T } | { readonly refusals: Refusals } | { readonly fault: string };

/** A claim as the web calls it: authority is checked inside, and again where it becomes a fact. */
export type Claim<Input, T> = (context: ClaimContext, input: Input) => Promise<Outcome<T>>;

const foreign = refuse({
  code: "forbidden",
  sentence:
    "This page was sent from another address than the portal's own. Open the portal at its own address and try again.",
});
const signedOut = refuse({
  code: "forbidden",
  sentence: "Your session has ended. Sign in again in another tab; what you typed stays here.",
});
const tooLarge = refuse({ code: "invalid", sentence: "That is more than a form may send." });

/**
 * The only way from the browser to a claim: requires `Origin` to be the configured public URL (never a header's idea of
 * it), authenticates by the session row, bounds and parses the input, calls one claim. Faults become a reference number.
 */
export function action<Schema extends z.ZodType, T>(name: string, schema: Schema, claim: Claim<z.output<Schema>, T>) {
  return async (input: z.input<Schema>): Promise<Answer<T>> => {
    try {
      const allowed = await allow(await headers());
      if ("refusals" in allowed) return allowed;
      const parsed = parse(schema, input);
      return "refusals" in parsed ? parsed : await claim(claimContext(allowed.ok), parsed.ok);
    } catch (thrown) {
      unstable_rethrow(thrown);
      return { fault: fault(name, thrown) };
    }
  };
}

/** An action for people who are not, or need not be, signed in: beginning and ending a session. Same origin rule, same parsing. */
export function openAction<Schema extends z.ZodType, T>(
  name: string,
  schema: Schema,
  act: (input: z.output<Schema>) => Promise<Outcome<T>>,
) {
  return async (input: z.input<Schema>): Promise<Answer<T>> => {
    try {
      const parsed = isOwn(await headers()) ? parse(schema, input) : foreign;
      return "refusals" in parsed ? parsed : await act(parsed.ok);
    } catch (thrown) {
      unstable_rethrow(thrown);
      return { fault: fault(name, thrown) };
    }
  };
}

const isOwn = (sent: Headers): boolean => sent.get("origin") === settings().publicUrl.origin;

/** Checks that hold for every request that may change something. */
async function allow(sent: Headers): Promise<Outcome<SessionPerson>> {
  if (!isOwn(sent)) return foreign;
  const person = await currentSession();
  return person === null ? signedOut : { ok: person };
}

/** Parses what came from outside; refusals name the field by its path. */
function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): Outcome<z.output<Schema>> {
  if (!bounded(input)) return tooLarge;
  const parsed = schema.safeParse(input);
  if (parsed.success) return { ok: parsed.data };
  const refusals = asRefusals(
    parsed.error.issues.map((issue) => ({
      code: "invalid" as const,
      sentence: issue.message,
      field: issue.path.join("."),
    })),
  );
  return refusals === null ? tooLarge : { refusals };
}
