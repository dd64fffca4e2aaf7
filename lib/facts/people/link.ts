import { linkLogins } from "#db/store/directory.ts";
import { countBehind } from "#db/store/identities.ts";
import { readLogins } from "#db/store/people.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { refuse } from "#lib/domain/refusal.ts";
import { linkContent } from "#lib/judgement/signed.ts";
import { whyNotSigned } from "../passkeys/host-signatures.ts";
import type { Command } from "../run.ts";

export interface Link {
  readonly issuer: string;
  /** The login that is linked, and the one whose person it becomes. */
  readonly subject: string;
  readonly to: string;
}

/**
 * Makes two logins count as one person: what they decide, own and ask counts once. Once keys are enrolled two others of security
 * sign it first.
 */
export const linkPeople: Command<Link, { readonly person: string }> = async (work, { issuer, subject, to }) => {
  const [login] = await readLogins(work.tx, issuer, [subject]);
  const [kept] = await readLogins(work.tx, issuer, [to]);
  if (login === undefined || kept === undefined) {
    return refuse({ code: "not-found", sentence: `Nobody has the subject ${login === undefined ? subject : to}.` });
  }
  if (login.canonical === kept.canonical)
    return refuse({ code: "conflict", sentence: "They count as one person already." });
  const behind = await countBehind(work.tx, login.canonical);
  if (behind > 0) {
    const what = behind === 1 ? "1 identity" : `${behind} identities`;
    const mend = `Link ${to} to ${subject} instead, or hand them over first.`;
    return refuse({ code: "conflict", sentence: `${subject} stands behind ${what}.`, mend });
  }
  const both = [login.canonical, kept.canonical];
  const content = linkContent({ issuer, subject, to });
  const act = { kind: "link", content, counts: (person: string) => !both.includes(person) } as const;
  const unsigned = await whyNotSigned(work, act);
  if (unsigned !== null) return { refusals: unsigned };
  const moved = await linkLogins(work.tx, login.canonical, kept.canonical);
  const detail = { canonical: kept.canonical, was: login.canonical, named: "by the operator of the host" };
  const [first, ...rest] = moved.map(
    ({ id, version }): Entry => ({ noun: "person", id, version, action: "person.linked", detail }),
  );
  if (first === undefined) return refuse({ code: "conflict", sentence: "Nobody was linked." });
  return { ok: await work.record({ person: kept.canonical }, first, ...rest) };
};
