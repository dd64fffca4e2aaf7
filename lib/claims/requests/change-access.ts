import type { Queries } from "#db/client.ts";
import { readIdentityInSight } from "#db/read/identity-sight.ts";
import { databaseClock } from "#db/store/audit.ts";
import type { WantedAccess } from "#lib/domain/access.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { readWantedAccess } from "#lib/domain/read-answers.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import type { Assertion } from "#lib/domain/signature.ts";
import { wantedSpec } from "#lib/judgement/wanted-spec.ts";
import type { ClaimContext } from "../run.ts";
import { runSigned } from "../signing.ts";
import { changeWithin } from "./change.ts";

export interface AccessInput {
  /** The new request's id, made by the form: a double click is one request. */
  readonly id: string;
  readonly identity: string;
  readonly reason: string;
  /** Read inside by the domain's own reader, which names each field that it refuses. */
  readonly wanted: WantedAccess;
}
export interface AskedAccess extends AccessInput {
  /** Digest of the plan that was shown. */
  readonly planDigest: string;
  /** The gesture of who asks for more, where policy asks for one. */
  readonly assertion?: Assertion | undefined;
}

const noSuchIdentity = refuse({ code: "not-found", sentence: "There is no such identity." });

/** The change that a form comes to, by the identity as it stands. Somebody else's identity is *not found*. */
export async function changeWanted(
  tx: Queries,
  { actor }: ClaimContext,
  { identity: id, reason, wanted }: Omit<AccessInput, "id">,
): Promise<Outcome<JsonObject>> {
  const identity = await readIdentityInSight(tx, actor, id);
  if (identity === null) return noSuchIdentity;
  const read = readWantedAccess(wanted);
  if ("refusals" in read) return read;
  const spec = await wantedSpec({ tx, now: await databaseClock(tx) }, identity, read.ok);
  return "refusals" in spec ? spec : ok({ reason, spec: spec.ok });
}

/** Asks for more or less access of a live identity; everything else of its charter stays. Refuses at its field what cannot be. */
export const changeAccess = (context: ClaimContext, input: AskedAccess) =>
  runSigned(context, { action: "request.change-access", id: input.identity }, async (tx) => {
    const { id, identity, planDigest, assertion } = input;
    const change = await changeWanted(tx, context, input);
    if ("refusals" in change) return change;
    return changeWithin(tx, context, { id, identity, kind: "change-access", change: change.ok, planDigest, assertion });
  });
