import type { KeyAskKind } from "#db/schema/claims.ts";
import { lockPasskey, updatePasskey } from "#db/store/passkeys.ts";
import { readKnownPeople, rolesHeld } from "#db/store/people.ts";
import type { AskRow } from "#db/store/requests.ts";
import { refuse } from "#lib/domain/refusal.ts";
import type { Installation } from "#lib/judgement/draw-plan.ts";
import { keyContent } from "#lib/judgement/signed.ts";
import { type Answer, taken } from "../answer.ts";
import type { Result, Work } from "../run.ts";
import { enrolKey } from "./enrol.ts";
import { inviteBySignature } from "./invite.ts";
import { gestureOf, signedBySecurity } from "./security.ts";
import { proven, takeGesture } from "./use.ts";

type Take = (work: Work, ask: AskRow, installation: Installation) => Result<Answer>;

const takes: { readonly [K in KeyAskKind]: Take } = {
  "enrol-key": enrolKey,
  "invite-key": inviteBySignature,
  "confirm-key": confirmKey,
  "revoke-key": revokeKey,
  "sign-bundle": (work, ask, installation) => signForHost(work, installation, { ask, kind: "bundle" }),
  "sign-link": (work, ask, installation) => signForHost(work, installation, { ask, kind: "link" }),
};

/** Takes what is asked about keys, and signatures on what the worker's host does. Refuses a kind that nobody knows. */
export const takeKeyAsk = (
  work: Work,
  kind: KeyAskKind,
  { ask, installation }: { readonly ask: AskRow; readonly installation: Installation },
): Result<Answer> =>
  Object.hasOwn(takes, kind)
    ? takes[kind](work, ask, installation)
    : Promise.resolve(refuse({ code: "invalid", sentence: "Nobody may ask for such a thing." }));

const noKey = refuse({ code: "not-found", sentence: "There is no such passkey." });

/** A second signature over a key: by another key of its owner, or by somebody else of security. It is usable from then on. */
async function confirmKey(work: Work, ask: AskRow, installation: Installation): Result<Answer> {
  const key = await lockPasskey(work.tx, ask.subject);
  const signer = (await readKnownPeople(work.tx, [ask.person])).get(ask.person);
  if (key === null || key.credentialId === null || key.publicKey === null || key.revokedAt !== null) return noKey;
  const { person, credentialId, publicKey } = key;
  const own = signer?.person === person;
  if (!signer?.active || (!own && !rolesHeld(signer, work.now).includes("security")))
    return refuse({ code: "forbidden", sentence: "Only its owner, with another key, or security confirms a passkey." });
  if (key.usableFrom !== null && key.usableFrom <= work.now)
    return refuse({ code: "conflict", sentence: "This passkey can be used already." });
  const act = { kind: "key", content: keyContent({ person, credentialId, publicKey }) } as const;
  const claim = { claim: `asks/${ask.id}`, act, person: ask.person, assertion: gestureOf(ask) };
  const used = await takeGesture(work, installation, claim);
  if ("refusals" in used) return used;
  const version = await updatePasskey(work.tx, key.id, { usableFrom: work.now, confirmedBy: used.ok.person });
  const detail = { person, by: used.ok.person };
  const entry = { noun: "passkey", id: key.id, version, action: "passkey.confirmed", detail } as const;
  return { ok: await work.record(taken, ...proven(entry, used.ok)) };
}

/** Ends a key, or an invitation, for good. It only takes away, so nobody signs: its owner or security asks, and both are told. */
async function revokeKey(work: Work, ask: AskRow): Result<Answer> {
  const key = await lockPasskey(work.tx, ask.subject);
  const by = (await readKnownPeople(work.tx, [ask.person])).get(ask.person);
  if (key === null) return noKey;
  if (!by?.active || (by.person !== key.person && !rolesHeld(by, work.now).includes("security")))
    return refuse({ code: "forbidden", sentence: "Only its owner or security revokes a passkey." });
  if (key.revokedAt !== null) return refuse({ code: "conflict", sentence: "This passkey is revoked already." });
  const version = await updatePasskey(work.tx, key.id, { revokedAt: work.now });
  const detail = { person: key.person, by: by.person };
  const entry = { noun: "passkey", id: key.id, version, action: "passkey.revoked", detail } as const;
  return { ok: await work.record(taken, entry) };
}

interface ForHost {
  readonly ask: AskRow;
  readonly kind: "bundle" | "link";
}

/** One of security signs what the worker's host is about to do; the host's command counts two such signatures. */
async function signForHost(work: Work, installation: Installation, { ask, kind }: ForHost): Result<Answer> {
  const used = await signedBySecurity(work, installation, { ask, act: { kind, content: ask.subject } });
  if ("refusals" in used) return used;
  const detail = { kind: ask.kind, subject: ask.subject };
  const entry = { noun: "ask", id: ask.id, version: 1, action: "ask.granted", detail } as const;
  return { ok: await work.record(taken, ...proven(entry, used.ok)) };
}
