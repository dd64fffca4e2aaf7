import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { enrol } from "#lib/claims/passkeys/enrol.ts";
import { invite } from "#lib/claims/passkeys/vouch.ts";
import type { ToSign } from "#lib/claims/signing.ts";
import type { Outcome } from "#lib/domain/refusal.ts";
import type { Assertion, Statement } from "#lib/domain/signature.ts";
import { inviteByHost } from "#lib/facts/passkeys/invite.ts";
import { runFact } from "#lib/facts/run.ts";
import { codeHashOf } from "#lib/judgement/invitation.ts";
import { type Authenticator, softAuthenticator, type Twist } from "../support/authenticator.ts";
import { issuer, type Scenario } from "./scenario.ts";

/** The host invites somebody of security, who enrols a software key with the code. */
export async function enrolled(scenario: Scenario, person: string): Promise<Authenticator> {
  const code = randomUUID();
  const invited = await runFact(hostOf(scenario), inviteByHost, {
    ...{ issuer, subject: subjectOf(person), codeHash: codeHashOf(code) },
  });
  if ("refusals" in invited) throw new Error(invited.refusals[0].sentence);
  return made(scenario, person, code);
}

export const subjectOf = (person: string): string => `demo-${person.replace(".", "-")}`;
export const hostOf = ({ worker: { db, newId } }: Scenario) =>
  ({ db, newId, actor: { id: "host", evidence: "host" }, subject: { noun: "audit", id: "keys" } }) as const;

/** Makes and hands in a key on an open invitation. Throws when the worker does not take it. */
export async function made(scenario: Scenario, person: string, code = ""): Promise<Authenticator> {
  const key = softAuthenticator();
  const begun = await enrol(scenario.as(person), { name: "laptop", code });
  if ("refusals" in begun || begun.ok === null) throw new Error("There is nothing to make.");
  const registration = key.make(begun.ok.make.statement, { code });
  const sent = await enrol(scenario.as(person), { name: "laptop", code, registration });
  if ("refusals" in sent) throw new Error(sent.refusals[0].sentence);
  await scenario.settle();
  const [row] = await scenario.worker.db.execute<{ id: string }>(
    sql`select id from charter.passkeys where credential_id = ${key.credentialId}`,
  );
  if (row === undefined) throw new Error("The worker did not take the key.");
  return key;
}

/** Two of security invite a person. */
export async function invited(
  scenario: Scenario,
  person: string,
  by: readonly (readonly [string, Authenticator])[],
): Promise<void> {
  for (const [name, key] of by)
    await gestured(key, (assertion) => invite(scenario.as(name), { person: scenario.id(person), assertion }));
  await scenario.settle();
}

/** Sends a claim, signs what it answers, and sends it again. The second answer; throws when none was to be signed. */
export async function gestured<T>(
  key: Authenticator,
  send: (assertion?: Assertion) => Promise<Outcome<T | ToSign>>,
  twist?: Twist,
): Promise<Outcome<T | ToSign>> {
  return send(key.sign(await statementFrom(send), twist));
}

/** What a claim wants signed. */
export async function statementFrom<T>(send: () => Promise<Outcome<T | ToSign>>): Promise<Statement> {
  const first = await send();
  if ("refusals" in first) throw new Error(first.refusals.map(({ sentence }) => sentence).join(" "));
  const { ok } = first;
  if (typeof ok !== "object" || ok === null || !("sign" in ok)) throw new Error("Nothing is to be signed.");
  return ok.sign.statement;
}
