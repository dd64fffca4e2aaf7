import { createHash, randomBytes } from "node:crypto";
import { cookies } from "next/headers";
import { readSession, readSnapshot, type SessionPerson } from "#db/read/session.ts";
import { endSession, touchSession } from "#db/store/claims.ts";
import { cookieName } from "./cookies.ts";
import { database } from "./database.ts";
import { settings } from "./settings.ts";

/** A new cookie value (256 random bits) and the id under which its session is recorded. */
export function newSessionCookie(): { readonly value: string; readonly id: string } {
  const value = randomBytes(32).toString("base64url");
  return { value, id: sessionIdOf(value) };
}

/** sha256 of the cookie's value, hex: who reads the table cannot speak as anyone. */
const sessionIdOf = (value: string): string => createHash("sha256").update(value).digest("hex");

/** The session id that this request's cookie names, without asking whether it still counts. */
export async function namedSession(): Promise<string | null> {
  const value = (await cookies()).get(cookieName(settings().publicUrl, "session"))?.value;
  return value && /^[A-Za-z0-9_-]{43}$/.test(value) ? sessionIdOf(value) : null;
}

/** As `currentSession`, for what a browser asks for by itself: that keeps no session from idling. */
export async function watchedSession(): Promise<SessionPerson | null> {
  const id = await namedSession();
  return id === null ? null : readSession(database().db, id);
}

/** Reads session and person anew; null when there is none, or it ended, idled 30 min, passed 12 h, or the person is not active. */
export async function currentSession(): Promise<SessionPerson | null> {
  const person = await watchedSession();
  if (person === null || !person.unseen) return person;
  const { db } = database();
  // Saying that it was seen is a write of its own, and no news to whom it is drawn for.
  return (await touchSession(db, person.session)) ? { ...person, snapshot: await readSnapshot(db) } : person;
}

/** Ends this browser's session and forgets its cookie. Leaving twice is leaving once. */
export async function leave(): Promise<void> {
  const id = await namedSession();
  const person = id === null ? null : await readSession(database().db, id);
  if (id !== null && person !== null) await endSession(database().db, { id, person: person.login });
  (await cookies()).delete(cookieName(settings().publicUrl, "session"));
}
