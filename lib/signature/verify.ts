import { verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";
import type { Assertion, Registration, Statement } from "#lib/domain/signature.ts";
import { algorithms, challengeOf, type Party } from "./challenge.ts";

/** The public half of a key, base64url, as it was enrolled. */
export interface PublicKey {
  readonly credentialId: string;
  readonly publicKey: string;
}

export type Verified = { readonly counter: number } | { readonly why: string };

const unfit = { why: "The passkey's answer cannot be read." };

/**
 * Whether a key signed exactly this statement on this portal: type, challenge, origin, not from another site's frame, relying
 * party, a person present and verified, signature. Its counter comes back for the caller to compare: 0 where it does not count.
 */
export async function verifyAssertion(
  statement: Statement,
  assertion: Assertion,
  by: { readonly key: PublicKey; readonly party: Party },
): Promise<Verified> {
  const { credentialId: id, authenticatorData, clientDataJSON, signature } = assertion;
  if (id !== by.key.credentialId) return { why: "Another key signed this." };
  if (isFramed(clientDataJSON)) return { why: "The passkey was used inside another site's page." };
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        ...{ id, rawId: id, type: "public-key", clientExtensionResults: {} },
        response: { authenticatorData, clientDataJSON, signature },
      },
      expectedChallenge: challengeOf(statement),
      expectedOrigin: by.party.origin,
      expectedRPID: by.party.rpId,
      requireUserVerification: true,
      credential: { id, publicKey: new Uint8Array(Buffer.from(by.key.publicKey, "base64url")), counter: 0 },
    });
    return verified ? { counter: authenticationInfo.newCounter } : { why: "The signature is not of this key." };
  } catch (error) {
    return refusedBy(error);
  }
}

/** A new key as its authenticator made it over this statement, or why it is none. Attestation is not asked for: any key will do. */
export async function verifyRegistration(
  statement: Statement,
  registration: Registration,
  party: Party,
): Promise<(PublicKey & { readonly counter: number }) | { readonly why: string }> {
  const { credentialId: id, attestationObject, clientDataJSON } = registration;
  if (isFramed(clientDataJSON)) return { why: "The passkey was made inside another site's page." };
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: {
        ...{ id, rawId: id, type: "public-key", clientExtensionResults: {} },
        response: { attestationObject, clientDataJSON },
      },
      expectedChallenge: challengeOf(statement),
      expectedOrigin: party.origin,
      expectedRPID: party.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...algorithms],
    });
    if (!verified || registrationInfo.credential.id !== id) return unfit;
    const { publicKey, counter } = registrationInfo.credential;
    return { credentialId: id, publicKey: Buffer.from(publicKey).toString("base64url"), counter };
  } catch (error) {
    return refusedBy(error);
  }
}

/** The library says no by throwing plain errors, for what was sent is not to be trusted to be readable; its words are not for people. */
function refusedBy(error: unknown): { readonly why: string } {
  if (!(error instanceof Error)) throw error;
  if (/challenge/i.test(error.message)) return { why: "The passkey signed something else." };
  if (/origin|RP ID/i.test(error.message)) return { why: "The passkey was used at another address." };
  if (/verif|present/i.test(error.message)) return { why: "The passkey did not make sure that it was you." };
  return unfit;
}

/** Browsers say in the client data whether a frame of another origin asked; the library lets that pass where no top origin is named. */
function isFramed(clientDataJSON: string): boolean {
  try {
    const data: unknown = JSON.parse(Buffer.from(clientDataJSON, "base64url").toString("utf8"));
    if (typeof data !== "object" || data === null) return true;
    return ("crossOrigin" in data && data.crossOrigin !== false) || "topOrigin" in data;
  } catch (error) {
    if (error instanceof SyntaxError) return true;
    throw error;
  }
}
