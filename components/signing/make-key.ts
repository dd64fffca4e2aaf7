import { startRegistration } from "@simplewebauthn/browser";
import type { ToMake } from "#lib/claims/passkeys/enrol.ts";

/** Has the browser make a new key over the statement. Throws as WebAuthn does (`troubleWithKey`). */
export async function makeKey({ make }: ToMake, code: string) {
  const { id, response } = await startRegistration({ optionsJSON: make.options });
  const { attestationObject, clientDataJSON, transports = [] } = response;
  const { challengeId } = make.statement;
  return { challengeId, credentialId: id, attestationObject, clientDataJSON, transports, code };
}
