import { createHash } from "node:crypto";
import { type PasskeyRow, readPasskeysOf } from "#db/store/passkeys.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import type { Reading } from "./draw-plan.ts";

/** SHA-256 of a one-time code, hex, as an invitation keeps it; how it is grouped and in which case it is typed does not matter. */
export const codeHashOf = (code: string): string =>
  createHash("sha256").update(code.replaceAll(/[\s-]/g, "").toUpperCase()).digest("hex");

/**
 * The open invitation of a person: the one that this code belongs to, or with no code one that two of security signed. Refuses
 * at the code what is not theirs, was used or has run out.
 */
export async function openInvitation(
  { tx, now }: Reading,
  { person, code }: { readonly person: string; readonly code: string },
): Promise<Outcome<PasskeyRow>> {
  const wanted = code.trim() === "" ? null : codeHashOf(code);
  const rows = await readPasskeysOf(tx, person);
  const theirs = rows.filter((row) => row.credentialId === null && row.revokedAt === null && row.codeHash === wanted);
  const open = theirs.find((row) => row.invitedUntil > now);
  if (open !== undefined) return ok(open);
  if (theirs.length > 0)
    return refuse({ ...atCode, sentence: "This invitation has run out.", mend: "Ask for a new one." });
  return wanted === null
    ? refuse({
        ...atCode,
        sentence: "Nobody has invited you to enrol a passkey.",
        mend: "Ask two of security, or type the code that the worker's host printed.",
      })
    : refuse({ ...atCode, sentence: "This code is not yours, or was used.", mend: "Check it, or ask for a new one." });
}

const atCode = { code: "forbidden", field: "code" } as const;
