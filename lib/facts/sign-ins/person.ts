import { linkLogins } from "#db/store/directory.ts";
import { countBehind, repoint } from "#db/store/identities.ts";
import {
  canonicalByClaim,
  insertPeople,
  lockLogin,
  lockUnclaimed,
  type PersonRow,
  updatePerson,
} from "#db/store/people.ts";
import type { Entry } from "#lib/audit/entry.ts";
import type { Work } from "../run.ts";
import type { TokenClaims } from "./token-claims.ts";

/** The login that a token speaks of, new or known. */
export interface Login {
  readonly row: Pick<PersonRow, "id" | "canonical" | "name" | "email" | "active" | "lastTokenAt">;
  readonly isNew: boolean;
}

/** The login itself; else the one person of the directory it must be; else nobody we know. Null when several could be meant. */
export async function loginOf(work: Work, token: TokenClaims): Promise<Login | null> {
  const known = await lockLogin(work.tx, token);
  if (known !== null) return { row: known, isNew: false };
  const unclaimed = await lockUnclaimed(work.tx, token);
  const [only, ...others] = unclaimed;
  if (others.length > 0) return null;
  if (only !== undefined) return { row: only, isNew: false };
  const id = work.newId();
  const row = { id, canonical: id, name: token.subject, email: "", active: true, lastTokenAt: null };
  return { row, isNew: true };
}

/** Writes what the token says of its person, who from now on is one with whoever carries the same person claim. */
export async function savePerson(work: Work, token: TokenClaims, login: Login): Promise<readonly [Entry, ...Entry[]]> {
  const { row } = login;
  const { personClaim } = token;
  const linked = personClaim === null ? null : await canonicalByClaim(work.tx, { login: row.id, personClaim });
  if (linked === null || linked === row.canonical) return [await saveLogin(work, token, login)];
  if (login.isNew) return [await saveLogin(work, token, { row: { ...row, canonical: linked }, isNew: true })];
  const saved = await saveLogin(work, token, login);
  // Who stands behind identities stays who they are and the other login joins them, with what it stands behind itself.
  const [from, to] =
    (await countBehind(work.tx, row.canonical)) > 0 ? [linked, row.canonical] : [row.canonical, linked];
  const moved = await linkLogins(work.tx, from, to);
  const owned = await repoint(work.tx, from, to);
  const detail = { canonical: to, was: from, named: "by the person claim of a sign-in" };
  const ofIdentity = { person: to, was: from };
  return [
    saved,
    ...moved.map(({ id, version }): Entry => ({ noun: "person", id, version, action: "person.linked", detail })),
    ...owned.map(
      ({ id, version }): Entry => ({
        ...{ noun: "identity", id, version, action: "identity.person-joined", detail: ofIdentity },
      }),
    ),
  ];
}

async function saveLogin(work: Work, token: TokenClaims, { row, isNew }: Login): Promise<Entry> {
  const values = {
    issuer: token.issuer,
    subject: token.subject,
    personClaim: token.personClaim,
    name: token.name ?? row.name,
    email: token.email ?? row.email,
    lastTokenAt: token.issuedAt,
  };
  if (isNew) await insertPeople(work.tx, [{ ...values, id: row.id, canonical: row.canonical }]);
  const version = isNew ? 1 : await updatePerson(work.tx, row.id, values);
  const detail = { issuer: token.issuer, subject: token.subject, canonical: row.canonical, name: values.name };
  return { noun: "person", id: row.id, version, action: isNew ? "person.recorded" : "person.verified", detail };
}
