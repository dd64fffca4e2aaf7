import { generateAuthenticationOptions, generateRegistrationOptions } from "@simplewebauthn/server";
import type { Statement } from "#lib/domain/signature.ts";
import { algorithms, challengeOf, type Party } from "./challenge.ts";

export type SignOptions = Awaited<ReturnType<typeof generateAuthenticationOptions>>;
export type EnrolOptions = Awaited<ReturnType<typeof generateRegistrationOptions>>;

/** A little less than a challenge lives, so that the browser gives up first. */
const timeout = 4 * 60_000;
interface Known {
  readonly credentialId: string;
  readonly transports: readonly string[];
}
const named = ({ credentialId: id, transports }: Known) => ({ id, transports: [...transports] });
const bytes = (statement: Statement) => new Uint8Array(Buffer.from(challengeOf(statement), "base64url"));

/** What the browser is asked, so that one of these keys signs the statement. */
export const signOptions = (
  statement: Statement,
  of: { readonly party: Party; readonly keys: readonly Known[] },
): Promise<SignOptions> =>
  generateAuthenticationOptions({
    rpID: of.party.rpId,
    challenge: bytes(statement),
    allowCredentials: of.keys.map(named),
    userVerification: "required",
    timeout,
  });

/** What the browser is asked, so that a new key is made over the statement; never one that is enrolled already. */
export const enrolOptions = (
  statement: Statement,
  of: { readonly party: Party; readonly keys: readonly Known[]; readonly name: string },
): Promise<EnrolOptions> =>
  generateRegistrationOptions({
    rpID: of.party.rpId,
    rpName: "Charter",
    userName: of.name,
    userID: new Uint8Array(Buffer.from(statement.person)),
    challenge: bytes(statement),
    excludeCredentials: of.keys.map(named),
    attestationType: "none",
    supportedAlgorithmIDs: [...algorithms],
    authenticatorSelection: { residentKey: "discouraged", userVerification: "required" },
    timeout,
  });
