import { blankToken, insertSignInResult, saveRole, tokenWasSeen } from "#db/store/people.ts";
import type { Entry, Recorded } from "#lib/audit/entry.ts";
import { type Role, roles } from "#lib/domain/actor.ts";
import type { Outcome } from "#lib/domain/refusal.ts";
import { type Answer, refused, taken } from "../answer.ts";
import type { Work } from "../run.ts";
import { loginOf, savePerson } from "./person.ts";
import type { TokenClaims } from "./token-claims.ts";

export interface VerifySignIn {
  readonly signIn: string;
  readonly tokenHash: string;
  /** What the token says once its signature, issuer, audience and age are verified; or why it is refused. */
  readonly token: Outcome<TokenClaims>;
  /** Role → groups that give it; the worker's configuration. */
  readonly groups: { readonly [R in Role]: readonly string[] };
}

/**
 * Makes a person, their roles and a sign-in's result out of a verified id_token, and takes the token out of the database.
 * Refuses a token seen before or older than the person's last, and people who are not active. A refusal is a result too:
 * it is kept, because the browser waits for it.
 */
export async function verifySignIn(work: Work, input: VerifySignIn): Promise<{ readonly ok: Recorded<Answer> }> {
  await blankToken(work.tx, input.signIn);
  if ("refusals" in input.token) return refusal(work, input, input.token.refusals[0].sentence);
  const token = input.token.ok;
  const login = await loginOf(work, token);
  if (await tokenWasSeen(work.tx, input.tokenHash)) return refusal(work, input, "This sign-in was used before.");
  if (login === null) {
    return refusal(
      work,
      input,
      "Several people of the directory have this e-mail address; an operator must tell them apart.",
    );
  }
  if (!login.row.active) return refusal(work, input, "This account is deactivated.");
  if (login.row.lastTokenAt !== null && token.issuedAt < login.row.lastTokenAt) {
    return refusal(work, input, "A newer sign-in of this account was accepted already.");
  }
  const person = await savePerson(work, token, login);
  const rolesSaved = await saveRoles(work, input, { token, person: login.row.id });
  await insertSignInResult(work.tx, {
    signIn: input.signIn,
    person: login.row.id,
    refusal: null,
    tokenHash: input.tokenHash,
    at: work.now,
  });
  const result: Entry = {
    noun: "sign-in-result",
    id: input.signIn,
    version: 1,
    action: "sign-in-result.verified",
    detail: { person: login.row.id },
  };
  return { ok: await work.record(taken, ...person, ...rolesSaved, result) };
}

async function saveRoles(
  work: Work,
  input: VerifySignIn,
  { token, person }: { readonly token: TokenClaims; readonly person: string },
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const role of roles) {
    const held = input.groups[role].some((group) => token.groups.includes(group));
    const version = await saveRole(work.tx, { person, role, held });
    entries.push({
      noun: "person-role",
      id: `${person}/${role}`,
      version,
      action: "person-role.verified",
      detail: { held },
    });
  }
  return entries;
}

async function refusal(work: Work, input: VerifySignIn, sentence: string): Promise<{ readonly ok: Recorded<Answer> }> {
  await insertSignInResult(work.tx, {
    signIn: input.signIn,
    person: null,
    refusal: sentence,
    tokenHash: input.tokenHash,
    at: work.now,
  });
  const answer = refused({ code: "forbidden", sentence });
  return {
    ok: await work.record(answer, {
      noun: "sign-in-result",
      id: input.signIn,
      version: 1,
      action: "sign-in-result.refused",
      detail: { sentence },
    }),
  };
}
