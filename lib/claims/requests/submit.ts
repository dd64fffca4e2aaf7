import type { Tx } from "#db/client.ts";
import { databaseClock } from "#db/store/audit.ts";
import { insertRequest, saveDraft } from "#db/store/claims.ts";
import { readLatestVersion, readRequest, type VersionRow } from "#db/store/requests.ts";
import { canonical } from "#lib/digest/digest.ts";
import { policyRefusals } from "#lib/domain/policy-refusals.ts";
import { readAnswers } from "#lib/domain/read-answers.ts";
import { asRefusals, type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { jsonObject, read } from "#lib/domain/shape.ts";
import type { Assertion } from "#lib/domain/signature.ts";
import { noSuchRequest, planChanged, sentOtherwise } from "../refusals.ts";
import type { ClaimContext } from "../run.ts";
import { runSigned, type ToSign } from "../signing.ts";
import { type FormInput, foresee, type Preview } from "./foresee.ts";
import { whyNotNext } from "./next-version.ts";
import { sealVersion } from "./seal.ts";

export interface SubmitInput extends FormInput {
  /** Digest of the plan that the requester saw. */
  readonly planDigest: string;
  /** The gesture of an owner who asks, where policy asks for one. */
  readonly assertion?: Assertion | undefined;
}

/**
 * Seals what was typed as a request, or as the next version of one, under the draft's own id: a second click is the same
 * request. An owner who requests accepts in the same click. Refuses at its field what cannot be, and a plan that is no
 * longer the one shown.
 */
export const submit = (context: ClaimContext, input: SubmitInput): Promise<Outcome<{ readonly id: string } | ToSign>> =>
  runSigned(context, { action: "request.submit", id: input.id }, async (tx) => {
    const { actor } = context;
    const [clock, before] = await Promise.all([databaseClock(tx), readLatestVersion(tx, input.id)]);
    const isAgain = before?.planDigest === input.planDigest;
    // Filled as it was then: an end that policy sets moves on at midnight.
    const now = isAgain ? before.receivedAt : clock;
    const foreseen = await foresee({ tx, now }, { actor, input, before });
    if ("refusals" in foreseen) return foreseen;
    const seen = foreseen.ok;
    if (isAgain) return isSealed(before, seen) ? ok({ id: input.id }) : sentOtherwise;
    const refused = asRefusals([...seen.refusals, ...((seen.decision && policyRefusals(seen.decision)) ?? [])]);
    if (refused !== null) return { refusals: refused };
    const late = before === null ? null : await whyNotNext(tx, context, before);
    return late ?? sealed(tx, context, { input, seen, now });
  });

/** A second click: no other version has this plan's digest, and what was typed is what that version says. */
const isSealed = ({ charter }: VersionRow, { filled }: Preview): boolean => canonical(filled) === canonical(charter);

interface Sealing {
  readonly input: SubmitInput;
  readonly seen: Preview;
  readonly now: Date;
}

async function sealed(tx: Tx, context: ClaimContext, { input, seen, now }: Sealing): Promise<Outcome<{ id: string }>> {
  const { id } = input;
  const { charter, origins, planDigest, decision, version } = seen;
  if (charter === null || planDigest === null || decision === null)
    return refuse({ code: "invalid", sentence: "Some answers are still missing." });
  if (planDigest !== input.planDigest) return planChanged;
  const requester = context.actor.id;
  const [, request] = await Promise.all([
    insertRequest(tx, { id, kind: "provision", identity: null, requester, draftedAt: now }),
    readRequest(tx, id),
  ]);
  if (request?.requester !== requester) return noSuchRequest;
  const row = { request: id, version, charter, origins, change: {}, owner: charter.owner };
  const examined = { planDigest, decision, access: null };
  const done = await sealVersion(tx, context, { ...row, kind: "provision", examined, assertion: input.assertion });
  if ("refusals" in done) return done;
  await keepDraft(tx, context, input);
  return ok({ id });
}

/** What was typed stays at hand until the request is settled, so that it can be edited. */
async function keepDraft(tx: Tx, { actor, now }: ClaimContext, { id, answers }: SubmitInput): Promise<void> {
  const typed = readAnswers(answers);
  const content = "ok" in typed ? read(jsonObject, typed.ok) : typed;
  if ("refusals" in content) return;
  await saveDraft(tx, { id, person: actor.id, blueprint: answers.blueprint, content: content.ok }, now);
}
