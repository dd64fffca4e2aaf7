import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { notify } from "#db/notify.ts";
import { activeLogin, signInResult } from "#db/read/session.ts";
import { endSession, insertSession, insertSignIn } from "#db/store/claims.ts";
import { database } from "./database.ts";
import { namedSession, newSessionCookie } from "./session.ts";
import { settings } from "./settings.ts";

/** How long the callback waits for a worker to verify the token, ms. */
const patience = 5_000;

export interface Arrival {
  readonly idToken: string;
  /** `sub`, as the token says. */
  readonly subject: string;
  readonly userAgent: string;
}

/**
 * Hands the token over and opens a session once a worker has verified it. While no worker answers, an active person who
 * is already known gets a session for reading only. Returns the cookie's new value (never one that was set before), or
 * the id under which the worker's refusal can be read, or `unverified` when no worker answered for a newcomer.
 */
export async function signInWith(arrival: Arrival): Promise<{ readonly ok: string } | { readonly refused: string }> {
  const { db, sql } = database();
  const signIn = randomUUID();
  await insertSignIn(db, { id: signIn, idToken: arrival.idToken });
  notify(sql, "claims");
  const result = await verdictOf(signIn);
  if (result !== null && result.person === null) return { refused: signIn };
  const person = result?.person ?? (await activeLogin(db, { issuer: settings().issuer, subject: arrival.subject }));
  if (person === null) return { refused: "unverified" };
  await endEarlier(person);
  const cookie = newSessionCookie();
  await insertSession(db, {
    id: cookie.id,
    person,
    signIn,
    readOnly: result === null,
    userAgent: arrival.userAgent.slice(0, 300),
  });
  return { ok: cookie.value };
}

async function verdictOf(signIn: string) {
  const until = performance.now() + patience;
  for (;;) {
    const result = await signInResult(database().db, signIn);
    if (result !== null || performance.now() > until) return result;
    await pause(40);
  }
}

/** The same browser's session of the same person ends with the new one's beginning. */
async function endEarlier(person: string): Promise<void> {
  const id = await namedSession();
  if (id !== null) await endSession(database().db, { id, person });
}
