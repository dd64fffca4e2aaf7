import { createHash, randomBytes, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Db } from "#db/client.ts";
import { notify } from "#db/notify.ts";
import { readSession, type SessionPerson, signInResult } from "#db/read/session.ts";
import { insertSession, insertSignIn } from "#db/store/claims.ts";
import { closing } from "./stage.ts";

/** Where and as which client people sign in. */
export interface SignInAt {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly portal: string;
}

/**
 * Signs a person in as the portal does: an authorization code from the issuer, its id_token handed over, a session once a worker has
 * verified it.
 */
export async function signIn(db: Db, at: SignInAt, subject: string): Promise<SessionPerson> {
  const idToken = await tokenOf(at, subject);
  const id = randomUUID();
  await insertSignIn(db, { id, idToken });
  notify(db.$client, "claims");
  let result = await signInResult(db, id);
  for (; result === null; result = await signInResult(db, id)) await pause(25);
  if (result.person === null) throw new Error(`${subject} was refused: ${result.refusal}`);
  const session = randomBytes(32).toString("hex");
  await insertSession(db, { id: session, person: result.person, signIn: id, readOnly: false, userAgent: "history" });
  const person = await readSession(db, session);
  if (person === null) throw new Error(`${subject} has no session that counts.`);
  return person;
}

async function tokenOf({ issuer, clientId, clientSecret, portal }: SignInAt, subject: string): Promise<string> {
  const verifier = randomBytes(32).toString("base64url");
  const redirect = `${portal}/api/auth/callback/oidc`;
  const first = new URL(`${issuer}/auth`);
  first.search = new URLSearchParams({
    ...{ client_id: clientId, response_type: "code", scope: "openid profile email groups", redirect_uri: redirect },
    ...{ state: randomUUID(), nonce: randomUUID(), login_hint: subject, code_challenge_method: "S256" },
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  }).toString();
  const code = await follow(first.href, redirect);
  const answer = await fetch(`${issuer}/token`, {
    method: "POST",
    headers: { ...closing, authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}` },
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code,
      redirect_uri: redirect,
      code_verifier: verifier,
    }),
  });
  const { id_token: token } = (await answer.json()) as { id_token?: string };
  if (token === undefined) throw new Error(`The issuer gave no token for ${subject}.`);
  return token;
}

/** Goes where the issuer sends a browser, with its cookies, until it leads back to the portal; the code it brings there. */
async function follow(first: string, redirect: string): Promise<string> {
  const cookies = new Map<string, string>();
  let next = first;
  while (!next.startsWith(redirect)) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(next, { redirect: "manual", headers: { ...closing, cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [name = "", value = ""] = line.split(";")[0]?.split(/=(.*)/s) ?? [];
      cookies.set(name, value);
    }
    const to = answer.headers.get("location");
    if (to === null) throw new Error(`The issuer leads nowhere from ${next}: ${answer.status}.`);
    next = new URL(to, next).href;
  }
  return new URL(next).searchParams.get("code") ?? "";
}
