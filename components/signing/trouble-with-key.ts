/** Why a browser did not use or make a key, in words; by the names that WebAuthn gives its errors. */
export function troubleWithKey(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "AbortError")
    return "The passkey was not used. Nothing was sent, and what you typed is still here. Try again, or cancel.";
  if (name === "InvalidStateError") return "This device is enrolled already. Use another one.";
  if (name === "SecurityError") return "Passkeys work only at the portal's own address. Open it there and try again.";
  if (name === "NotSupportedError") return "This device or browser cannot make such a passkey. Use another one.";
  return "This browser could not use a passkey. Try again, or use another browser.";
}
