import { insertAsk } from "#db/store/claims.ts";
import { readPasskey } from "#db/store/passkeys.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { type ClaimContext, runClaim } from "../run.ts";

/** Ends a key of one's own, or as security anybody's. It only takes away, so it needs no gesture; its owner and security are told. */
export const revoke = (context: ClaimContext, input: { readonly passkey: string }): Promise<Outcome<null>> =>
  runClaim(context, { action: "passkey.revoke", id: input.passkey }, async (tx) => {
    const { actor } = context;
    const key = await readPasskey(tx, input.passkey);
    if (key === null || (key.person !== actor.id && !actor.roles.includes("security")))
      return refuse({ code: "not-found", sentence: "There is no such passkey." });
    if (key.revokedAt !== null) return refuse({ code: "conflict", sentence: "This passkey is revoked already." });
    await insertAsk(tx, { id: context.newId(), kind: "revoke-key", subject: key.id, person: actor.id });
    return ok(null);
  });
