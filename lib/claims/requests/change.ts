import { readIdentityInSight } from "#db/read/identity-in-sight.ts";
import { readInstallation } from "#db/read/planning-facts.ts";
import { insertAcceptance, insertRequest, insertVersion } from "#db/store/claims.ts";
import { readKnownPeople } from "#db/store/people.ts";
import { readOpenRequestOn } from "#db/store/requests.ts";
import { digest } from "#lib/digest/digest.ts";
import { charterAfter, type LaterKind } from "#lib/domain/change.ts";
import type { Origins } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { mayAskAbout, maySucceed } from "#lib/domain/ownership.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { whyNotPlain } from "#lib/domain/text.ts";
import { examine } from "#lib/judgement/examine.ts";
import { type ClaimContext, runClaim } from "../run.ts";

export interface ChangeInput {
  /** The new request's id, made by the form that asks: a double click is one request. */
  readonly id: string;
  readonly identity: string;
  readonly kind: LaterKind;
  /** {endsAt} of a renewal, {to, reason} of a transfer, {reason} of a retirement. */
  readonly change: JsonObject;
}

/** Asks for a change of an identity that exists, through the same door as its birth: renew, transfer, retire. */
export const askForChange = (context: ClaimContext, input: ChangeInput): Promise<Outcome<{ readonly id: string }>> =>
  runClaim(context, { action: `request.${input.kind}`, id: input.identity }, async (tx) => {
    const { actor, now } = context;
    const identity = await readIdentityInSight(tx, actor, input.identity);
    const installation = await readInstallation(tx);
    if (identity === null || installation === null)
      return refuse({ code: "not-found", sentence: "There is no such identity." });
    const behind = {
      owner: identity.owner,
      backup: identity.charter.backup,
      endsIt: identity.endsIt,
      state: identity.state,
    };
    const may = mayAskAbout(input.kind, behind, actor);
    if ("refusals" in may) return may;
    const reason =
      typeof input.change.reason === "string" ? whyNotPlain(input.change.reason, { min: 3, max: 500 }) : null;
    if (reason !== null) return refuse({ code: "invalid", field: "reason", sentence: reason });
    const to = input.kind === "transfer" && typeof input.change.to === "string" ? input.change.to : null;
    if (to !== null) {
      const successor = (await readKnownPeople(tx, [to])).get(to);
      const fits = maySucceed(
        behind,
        successor === undefined ? undefined : { id: successor.person, active: successor.active },
      );
      if ("refusals" in fits) return fits;
    }
    const open = await readOpenRequestOn(tx, identity.id, input.id);
    if (open !== null && open.kind === input.kind) {
      return refuse({ code: "conflict", sentence: `Another request to ${input.kind} it is open already.` });
    }
    const charter = charterAfter(input.kind, identity.charter, input.change);
    if ("refusals" in charter) return charter;
    const request = { id: input.id, kind: input.kind, identity: identity.id, requester: actor.id } as const;
    const examined = await examine(
      { tx, now },
      { request, version: { version: 1, change: input.change }, charter: charter.ok, installation },
    );
    if ("refusals" in examined) return examined;
    await insertRequest(tx, { ...request, draftedAt: now });
    const origins: Origins = Object.fromEntries(
      Object.keys(charter.ok).map((field) => [field, { how: "inferred", from: "the identity as it stands" }]),
    );
    const sealed = { charter: charter.ok, origins, change: input.change };
    const { planDigest } = examined.ok;
    const version = { request: input.id, version: 1, planDigest };
    const fresh = await insertVersion(tx, { ...sealed, ...version, digest: digest(sealed), person: actor.id });
    if (fresh && to === actor.id) await insertAcceptance(tx, { id: context.newId(), ...version, person: actor.id });
    return ok({ id: input.id });
  });
