import type { Tx } from "#db/client.ts";
import { databaseClock } from "#db/store/audit.ts";
import { insertAcceptance, insertRequest, insertVersion } from "#db/store/claims.ts";
import { readLatestVersion, readRequest, readState } from "#db/store/requests.ts";
import { digest } from "#lib/digest/digest.ts";
import type { Charter, Origins } from "#lib/domain/charter.ts";
import { asRefusals, type Outcome, ok, type Refusal, refuse } from "#lib/domain/refusal.ts";
import { maySubmitVersion } from "#lib/domain/request.ts";
import { type ClaimContext, runClaim } from "../run.ts";
import { type FormInput, type Preview, preview } from "./preview.ts";

export interface SubmitInput extends FormInput {
  /** Digest of the plan that the requester saw. */
  readonly planDigest: string;
}

/**
 * Seals what was typed as a request, or as the next version of one, under the draft's own id: a second click is the same
 * request. An owner who requests accepts in the same click. Refuses at its field what cannot be, and a plan that is no
 * longer the one shown.
 */
export const submit = async (context: ClaimContext, input: SubmitInput): Promise<Outcome<{ readonly id: string }>> => {
  if (await wasSubmitted(context, input)) return ok({ id: input.id });
  const seen = await preview(context, input);
  if ("refusals" in seen) return runClaim(context, { action: "request.submit", id: input.id }, async () => seen);
  return runClaim(context, { action: "request.submit", id: input.id }, (tx) =>
    sealed(tx, context, { input, seen: seen.ok }),
  );
};

/** A second click on the same form: that very plan is sealed already. A version's plan is no other version's. */
async function wasSubmitted({ db, actor }: ClaimContext, { id, planDigest }: SubmitInput): Promise<boolean> {
  const newest = await readLatestVersion(db, id);
  return newest !== null && newest.planDigest === planDigest && newest.person === actor.id;
}

interface Seen {
  readonly input: SubmitInput;
  readonly seen: Preview;
}

async function sealed(tx: Tx, context: ClaimContext, { input, seen }: Seen): Promise<Outcome<{ readonly id: string }>> {
  const { actor } = context;
  const now = await databaseClock(tx);
  const refused = asRefusals([...seen.refusals, ...refusedByPolicy(seen)]);
  if (refused !== null) return { refusals: refused };
  const { charter, origins, planDigest, version } = seen;
  if (charter === null || planDigest === null)
    return refuse({ code: "invalid", sentence: "Some answers are still missing." });
  const already = version > 1 ? await whyNotNext(tx, context, { id: input.id, version }) : null;
  if (already !== null) return already;
  if (planDigest !== input.planDigest) {
    return refuse({
      code: "conflict",
      sentence: "What would be created has changed since you looked.",
      mend: "Look at the plan and submit again.",
    });
  }
  await insertRequest(tx, { id: input.id, kind: "provision", identity: null, requester: actor.id, draftedAt: now });
  if ((await readRequest(tx, input.id))?.requester !== actor.id)
    return refuse({ code: "not-found", sentence: "There is no such request." });
  await sealVersion(tx, context, { request: input.id, version, charter, origins, planDigest });
  return ok({ id: input.id });
}

/** Policy's refusals as the form shows them; the worker would say the same. */
const refusedByPolicy = ({ decision }: Preview): readonly Refusal[] =>
  (decision?.outcome === "refused" ? decision.reasons : [])
    .filter(({ tone }) => tone === "refuses")
    .map(({ tone: _, ...reason }) => ({ code: "refused-by-policy" as const, ...reason }));

async function whyNotNext(tx: Tx, { actor }: ClaimContext, of: { readonly id: string; readonly version: number }) {
  const [request, state] = await Promise.all([readRequest(tx, of.id), readState(tx, of.id)]);
  const may = maySubmitVersion({
    state: state?.state ?? "received",
    requester: request?.requester ?? null,
    person: actor.id,
    newest: of.version - 1,
    version: of.version,
  });
  return "refusals" in may ? may : null;
}

export interface NewSealed {
  readonly request: string;
  readonly version: number;
  readonly charter: Charter;
  readonly origins: Origins;
  readonly planDigest: string;
}

/** Inserts a version of a provision request, with the requester's acceptance when they would own it. A version that is there already stays. */
export async function sealVersion(tx: Tx, { actor, newId }: ClaimContext, row: NewSealed): Promise<void> {
  const { charter, origins } = row;
  const change = {};
  const fresh = await insertVersion(tx, {
    ...row,
    change,
    digest: digest({ charter, origins, change }),
    person: actor.id,
  });
  if (!fresh || charter.owner !== actor.id) return;
  const { request, version, planDigest } = row;
  await insertAcceptance(tx, { id: newId(), request, version, planDigest, person: actor.id });
}
