import { randomInt } from "node:crypto";
import { inviteByHost } from "#lib/facts/passkeys/invite.ts";
import { runFact } from "#lib/facts/run.ts";
import { codeHashOf } from "#lib/judgement/invitation.ts";
import { complain, type Host, onHost, refusedWith, say } from "./host.ts";

/** No letter that reads like a digit; 25 of them are 125 bits. */
const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const newCode = (): string =>
  Array.from({ length: 5 }, () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join("")).join(
    "-",
  );

/** Prints a one-time code with which somebody of security enrols one of the first keys; only its hash is kept. */
export async function inviteToKey({ db, config, newId, actor }: Host, subject: string): Promise<number> {
  const context = { db, newId, actor, subject: { noun: "passkey", id: subject } } as const;
  const code = newCode();
  const invitation = { issuer: config.signIn.issuer, subject, codeHash: codeHashOf(code) };
  const outcome = await runFact(context, inviteByHost, invitation);
  if ("refusals" in outcome) return refusedWith(outcome);
  const page = new URL("/settings", config.publicUrl).href;
  say(`${outcome.ok.name} enrols a passkey at ${page} with this code, once, within a day:\n\n    ${code}\n`);
  return 0;
}

if (import.meta.main) {
  const [subject] = process.argv.slice(2);
  if (subject === undefined) {
    complain("Usage: npm run passkey:invite -- SUBJECT");
    process.exitCode = 2;
  } else process.exitCode = await onHost((host) => inviteToKey(host, subject));
}
