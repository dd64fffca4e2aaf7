import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { insertVerdict } from "#db/store/claims.ts";
import { issueChallenge } from "#db/store/passkeys.ts";
import { accept } from "#lib/claims/acceptances/accept.ts";
import { askForMany } from "#lib/claims/many/ask.ts";
import { foreseeMany } from "#lib/claims/many/foresee.ts";
import { enrol } from "#lib/claims/passkeys/enrol.ts";
import { revoke } from "#lib/claims/passkeys/revoke.ts";
import { confirm, invite, signForHost } from "#lib/claims/passkeys/vouch.ts";
import { askForChange } from "#lib/claims/requests/change.ts";
import { changeAccess } from "#lib/claims/requests/change-access.ts";
import { preview } from "#lib/claims/requests/preview.ts";
import { previewAccess } from "#lib/claims/requests/preview-access.ts";
import { submit } from "#lib/claims/requests/submit.ts";
import { submitEach } from "#lib/claims/requests/submit-each.ts";
import { decide } from "#lib/claims/verdicts/decide.ts";
import { digest } from "#lib/digest/digest.ts";
import { asItIs, type WantedAccess } from "#lib/domain/access.ts";
import { type Assertion, statementOf } from "#lib/domain/signature.ts";
import { activateBundle } from "#lib/facts/bundles/activate.ts";
import { inviteByHost } from "#lib/facts/passkeys/invite.ts";
import { linkPeople } from "#lib/facts/people/link.ts";
import { runFact } from "#lib/facts/run.ts";
import { codeHashOf } from "#lib/judgement/invitation.ts";
import { bundleContent, linkContent, verdictAct } from "#lib/judgement/signed.ts";
import { checkBundle, loadBundle } from "#lib/policy/bundle.ts";
import { actors, type Cast, codeOf, deactivate, granted, inDays, openCast } from "../claims/cast.ts";
import { type Authenticator, softAuthenticator, type Twist } from "../support/authenticator.ts";
import { enrolled, gestured, hostOf, invited, made, statementFrom, subjectOf } from "./keys.ts";
import { ask, issuer, ledgerAnswers } from "./scenario.ts";

const mara = "mara.lind";
const tomas = "tomas.vidal";
let cast: Cast;
let keys: { readonly mara: Authenticator; readonly tomas: Authenticator; readonly amara: Authenticator };

const sentenceOf = (outcome: object): string =>
  "refusals" in outcome && Array.isArray(outcome.refusals) ? String(outcome.refusals[0]?.sentence) : "ok";
const stateOf = async (request: string) => (await cast.scenario.state(request))?.state;

/** A verdict as its approver sends it, with or without a gesture. */
const verdictOf =
  (
    person: string,
    of: { request: string; version: number; planDigest: string },
    verdict: "approve" | "deny" = "approve",
  ) =>
  async (assertion?: Assertion) =>
    decide(await cast.as(person), { ...of, stage: 0, verdict, reason: "It reaches too far.", assertion });

/** What became of the newest claim of a table. */
async function outcomeOf(claim: string, id: string): Promise<string> {
  const [row] = await cast.scenario.database.admin`
    select result, refusals from charter.outcomes where claim = ${claim} and subject = ${id}`;
  return row === undefined ? "none" : row.result === "taken" ? "taken" : String(row.refusals[0]?.sentence);
}

/** A production request that two of security and its owner signed; it is being made. */
async function releasedByGestures(): Promise<string> {
  const asked = await cast.asked();
  expect(await gestured(keys.mara, verdictOf(mara, asked))).toEqual({ ok: null });
  await cast.scenario.settle();
  if ((await stateOf(asked.request)) === "awaiting-approval") {
    expect(await gestured(keys.tomas, verdictOf(tomas, asked))).toEqual({ ok: null });
    await cast.scenario.settle();
  }
  expect(await stateOf(asked.request)).toBe("awaiting-acceptance");
  const seen = { request: asked.request, version: asked.version, planDigest: asked.planDigest };
  await gestured(keys.amara, async (assertion) => accept(await cast.as("amara.obi"), { ...seen, assertion }));
  await cast.scenario.settle();
  expect(await stateOf(asked.request)).toBe("provisioning");
  return asked.request;
}

/** An identity that lives in production, released by gestures. */
async function livingInProduction(): Promise<string> {
  const request = await releasedByGestures();
  await cast.scenario.database.admin.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`update charter.identities set state = 'live', live_at = now() where id = ${request}`;
    await tx`update charter.intents set state = 'done' where request = ${request}`;
    await tx`update charter.request_states set state = 'live' where request = ${request}`;
  });
  return request;
}

/** What Amara asks about an identity's access, as its form does. */
async function access(identity: string, wanted: WantedAccess) {
  const amara = cast.scenario.as("amara.obi");
  const input = { id: randomUUID(), identity, reason: "The nightly job needs it.", wanted };
  const { planDigest } = granted(await previewAccess(amara, input));
  const sent = { ...input, planDigest: planDigest ?? "" };
  return { id: input.id, send: (assertion?: Assertion) => changeAccess(amara, { ...sent, assertion }) };
}

beforeAll(async () => {
  cast = await openCast();
});
afterAll(() => cast.scenario.database.close());

test("before two people have a key, production is decided without one", async () => {
  const asked = await cast.asked();
  expect(await verdictOf(mara, asked)()).toEqual({ ok: null });
  await cast.scenario.settle();
  const [row] = await cast.scenario.database
    .admin`select assurance from charter.request_states where request = ${asked.request}`;
  expect(row?.assurance).toBeNull();
});

describe("the first keys", () => {
  test("are the host's to invite: only active people of security", async () => {
    const codeHash = "0".repeat(64);
    const by = (subject: string) => runFact(hostOf(cast.scenario), inviteByHost, { issuer, subject, codeHash });
    expect(sentenceOf(await by("nobody"))).toMatch(/Nobody has the subject/);
    expect(sentenceOf(await by(subjectOf("amara.obi")))).toMatch(/does not hold the role security/);
  });

  test("are enrolled with the code by the person it was made for, once", async () => {
    const code = randomUUID();
    const codeHash = codeHashOf(code);
    granted(await runFact(hostOf(cast.scenario), inviteByHost, { issuer, subject: subjectOf(mara), codeHash }));
    expect(sentenceOf(await enrol(cast.scenario.as(tomas), { name: "x", code }))).toBe(
      "This code is not yours, or was used.",
    );
    expect(sentenceOf(await enrol(cast.scenario.as(mara), { name: "x", code: "AAAAA" }))).toBe(
      "This code is not yours, or was used.",
    );
    expect(sentenceOf(await enrol(cast.scenario.as(mara), { name: " ", code }))).toMatch(/Give it a name/);
    const key = await made(cast.scenario, mara, code);
    expect(sentenceOf(await enrol(cast.scenario.as(mara), { name: "x", code }))).toBe(
      "This code is not yours, or was used.",
    );
    const other = await enrolled(cast.scenario, tomas);
    keys = { mara: key, tomas: other, amara: key };
    const [row] = await cast.scenario.database
      .admin`select id from charter.passkeys where credential_id = ${key.credentialId}`;
    expect(await cast.scenario.entries("passkey", String(row?.id))).toEqual(["passkey.invited", "passkey.enrolled"]);
  });

  test("two of security have keys: the host invites nobody any more", async () => {
    const codeHash = "0".repeat(64);
    const more = await runFact(hostOf(cast.scenario), inviteByHost, { issuer, subject: subjectOf(mara), codeHash });
    expect(sentenceOf(more)).toMatch(/from now on two of them invite/);
  });
});

describe("a later key", () => {
  const amara = "amara.obi";

  test("is invited by two of security, never by one, and not by oneself", async () => {
    expect(sentenceOf(await enrol(cast.scenario.as(amara), { name: "x", code: "" }))).toBe(
      "Nobody has invited you to enrol a passkey.",
    );
    const of = { person: cast.scenario.id(amara) };
    expect(codeOf(await invite(await cast.as(actors.operator), of))).toBe("forbidden");
    expect(sentenceOf(await invite(await cast.as(mara), { person: cast.scenario.id(mara) }))).toBe(
      "Nobody invites themselves.",
    );
    await invited(cast.scenario, amara, [[mara, keys.mara]]);
    await invited(cast.scenario, amara, [[mara, keys.mara]]);
    expect(sentenceOf(await enrol(cast.scenario.as(amara), { name: "x", code: "" }))).toBe(
      "Nobody has invited you to enrol a passkey.",
    );
    await invited(cast.scenario, amara, [[tomas, keys.tomas]]);
    keys = { ...keys, amara: await made(cast.scenario, amara) };
  });

  test("signs nothing for a day, unless somebody else signs over it", async () => {
    const asked = await cast.asked();
    const seen = { request: asked.request, version: asked.version, planDigest: asked.planDigest };
    expect(sentenceOf(await accept(await cast.as(amara), seen))).toMatch(/you have none that can be used yet/);
    const [row] = await cast.scenario.database
      .admin`select id from charter.passkeys where credential_id = ${keys.amara.credentialId}`;
    const passkey = String(row?.id);
    expect(codeOf(await confirm(await cast.as(actors.operator), { passkey }))).toBe("not-found");
    const sent = await gestured(keys.mara, async (assertion) => confirm(await cast.as(mara), { passkey, assertion }));
    expect(sent).toEqual({ ok: null });
    await cast.scenario.settle();
    expect(await cast.scenario.entries("passkey", passkey)).toEqual([
      "passkey.invited",
      "passkey.enrolled",
      "passkey.confirmed",
    ]);
    const accepted = await gestured(keys.amara, async (assertion) =>
      accept(await cast.as(amara), { ...seen, assertion }),
    );
    expect(accepted).toEqual({ ok: null });
  });
});

describe("where policy asks for a passkey", () => {
  test("a verdict without a gesture is answered with what is to be signed, and nothing is written", async () => {
    const asked = await cast.asked();
    const before = await cast.rows();
    const statement = await statementFrom(verdictOf(mara, asked));
    expect(statement).toMatchObject({
      ...{ v: "charter-signature-1", installation: "test-installation", kind: "verdict", verdict: "approve", stage: 0 },
      ...{ request: asked.request, version: 1, planDigest: asked.planDigest, person: cast.scenario.id(mara) },
    });
    expect(await cast.rows()).toEqual(before);
  });

  test("two gestures and the owner's release it; the entries name what each signed", async () => {
    const request = await releasedByGestures();
    const rows = await cast.scenario.database.admin`
      select evidence from charter.audit_entries where noun = 'request-state' and aggregate = ${request} and action <> 'request-state.awaiting-approval'`;
    expect(rows.filter((row) => String(row.evidence).startsWith("assertion:")).length).toBeGreaterThanOrEqual(2);
  });

  const twists: readonly (readonly [string, Twist, RegExp])[] = [
    ["made at another address", { origin: "https://evil.example" }, /another address/],
    ["made for another site", { rpId: "evil.example" }, /another address/],
    ["made for a new key", { type: "webauthn.create" }, /cannot be read/],
    ["made inside another site's page", { crossOrigin: true }, /inside another site's page/],
    ["made under another top page", { topOrigin: "https://evil.example" }, /inside another site's page/],
    ["over another challenge", { challenge: "AAAA" }, /something else/],
    ["without the person", { up: false }, /make sure that it was you/],
    ["without PIN or fingerprint", { uv: false }, /make sure that it was you/],
  ];
  test.each(twists)("a gesture %s is refused by the web and by the worker", async (_, twist, why) => {
    const asked = await cast.asked();
    const send = verdictOf(mara, asked);
    const assertion = keys.mara.sign(await statementFrom(send), twist);
    expect(sentenceOf(await send(assertion))).toMatch(why);
    expect(await forced(asked, mara, assertion)).toMatch(why);
    expect(await stateOf(asked.request)).toBe("awaiting-approval");
  });

  test("somebody else's key, a key that nobody enrolled, and none at all are refused by the worker", async () => {
    for (const [key, why] of [
      [keys.tomas, "This key belongs to somebody else."],
      [softAuthenticator(), "This key is not enrolled here."],
    ] as const) {
      const asked = await cast.asked();
      const assertion = key.sign(await statementFrom(verdictOf(mara, asked)));
      expect(await forced(asked, mara, assertion)).toBe(why);
    }
    expect(await forced(await cast.asked(), mara, undefined)).toBe("It is not signed with a passkey.");
  });

  test("a signed denial shown as an approval, another stage, version, plan, request or person is something else", async () => {
    const asked = await cast.asked();
    const other = await cast.asked();
    const by = (changes: object) => ({ ...verdictAct({ ...asked, stage: 0, verdict: "approve" }), ...changes });
    const installation = "test-installation";
    const acts = [
      by({ verdict: "deny" }),
      by({ stage: 1 }),
      by({ version: 2 }),
      by({ planDigest: "0".repeat(64) }),
      by({ request: other.request }),
      by({ kind: "acceptance" }),
      by({ content: "x" }),
    ];
    for (const act of acts) {
      const fresh = await cast.asked();
      const challengeId = await issueChallenge(cast.scenario.database.web);
      const moved = act.request === asked.request ? { ...act, request: fresh.request } : act;
      const plan = moved.planDigest === asked.planDigest ? { ...moved, planDigest: fresh.planDigest } : moved;
      const statement = statementOf(plan, { installation, person: cast.scenario.id(mara), challengeId });
      expect(await forced(fresh, mara, keys.mara.sign(statement)), JSON.stringify(act)).toBe(
        "The passkey signed something else.",
      );
    }
    for (const of of [
      { installation: "other", person: cast.scenario.id(mara) },
      { installation, person: cast.scenario.id(tomas) },
    ]) {
      const fresh = await cast.asked();
      const challengeId = await issueChallenge(cast.scenario.database.web);
      const statement = statementOf(verdictAct({ ...fresh, stage: 0, verdict: "approve" }), { ...of, challengeId });
      expect(await forced(fresh, mara, keys.mara.sign(statement))).toBe("The passkey signed something else.");
    }
  });

  test("a challenge serves once, for five minutes, and only if the database made it", async () => {
    const asked = await cast.asked();
    const send = verdictOf(mara, asked);
    const statement = await statementFrom(send);
    const invented = { ...statement, challengeId: "a".repeat(64) };
    expect(sentenceOf(await send(keys.mara.sign(invented)))).toMatch(/too late, or twice/);
    await cast.scenario.database.setClock("5 minutes");
    expect(sentenceOf(await send(keys.mara.sign(statement)))).toMatch(/too late, or twice/);
    await cast.scenario.database.setClock("0");
    expect(await send(keys.mara.sign(statement))).toEqual({ ok: null });
    const again = verdictOf(tomas, asked);
    const stolen = { ...(await statementFrom(again)), challengeId: statement.challengeId };
    expect(sentenceOf(await again(keys.tomas.sign(stolen)))).toMatch(/too late, or twice/);
  });

  test("the worker asks for itself which claim took a challenge, should the database's trigger ever be missing", async () => {
    const { admin } = cast.scenario.database;
    const asked = await cast.asked();
    const invented = { ...(await statementFrom(verdictOf(mara, asked))), challengeId: "b".repeat(64) };
    const [id, assertion] = [randomUUID(), JSON.stringify(keys.mara.sign(invented))];
    await admin.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx`insert into charter.verdicts (id, request, version, plan_digest, stage, person, verdict, assertion, received_at, channel)
        values (${id}, ${asked.request}, 1, ${asked.planDigest}, 0, ${cast.scenario.id(mara)}, 'approve', ${assertion}::text::jsonb,
          charter.clock(), 'charter_web')`;
      await tx`insert into charter.inbox (claim, subject) values ('verdicts', ${id})`;
    });
    await cast.scenario.settle();
    expect(await outcomeOf("verdicts", id)).toBe("The passkey was used for something else, or too long ago.");
  });

  test("two at once with one challenge: one of them", async () => {
    const [one, two] = [await cast.asked(), await cast.asked()];
    const statement = await statementFrom(verdictOf(mara, one));
    const assertion = keys.mara.sign(statement);
    const insert = (of: typeof one) =>
      insertVerdict(cast.scenario.database.web, {
        ...of,
        id: randomUUID(),
        person: cast.scenario.id(mara),
        stage: 0,
        verdict: "approve",
        reason: "",
        assertion,
      });
    const done = await Promise.allSettled([insert(one), insert(two)]);
    expect(done.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    await cast.scenario.settle();
  });

  test("a counter that stands still is refused, one that is not counted is not looked at", async () => {
    const first = await cast.asked();
    expect(await gestured(keys.mara, verdictOf(mara, first), { counter: 7 })).toEqual({ ok: null });
    await cast.scenario.settle();
    const second = await cast.asked();
    const assertion = keys.mara.sign(await statementFrom(verdictOf(mara, second)), { counter: 7 });
    expect(await forced(second, mara, assertion)).toMatch(/counter stands where it stood/);
    const third = await cast.asked();
    expect(await forced(third, mara, keys.mara.sign(await statementFrom(verdictOf(mara, third))))).toBe("taken");
  });

  /** Inserts a verdict as a taken-over web would, past its own checks; what the worker made of it. */
  async function forced(
    of: { request: string; version: number; planDigest: string },
    person: string,
    assertion: Assertion | undefined,
  ) {
    const id = randomUUID();
    const { request, version, planDigest } = of;
    const said = { stage: 0, verdict: "approve", reason: "", person: cast.scenario.id(person) } as const;
    await insertVerdict(cast.scenario.database.web, { ...said, id, request, version, planDigest, assertion });
    await cast.scenario.settle();
    return outcomeOf("verdicts", id);
  }
});

describe("what is asked for is signed by who asks, where it gives power or time", () => {
  test("an owner's provision is signed once and so accepted; anybody else's is not", async () => {
    const id = randomUUID();
    const answers = ledgerAnswers({ edits: { owner: cast.scenario.id("amara.obi"), name: "ledger-own" } });
    const amara = cast.scenario.as("amara.obi");
    const seen = granted(await preview(amara, { id, answers }));
    const send = (assertion?: Assertion) =>
      submit(amara, { id, answers, planDigest: seen.planDigest ?? "", assertion });
    const statement = await statementFrom(send);
    expect(statement).toMatchObject({ kind: "provision", request: id, version: 1, planDigest: seen.planDigest });
    expect(statement.content).toMatch(/^[0-9a-f]{64}$/);
    expect(await send(keys.amara.sign(statement))).toEqual({ ok: { id } });
    await cast.scenario.settle();
    expect(await stateOf(id)).toBe("awaiting-approval");
    const [row] = await cast.scenario.database.admin`select accepter from charter.request_states where request = ${id}`;
    expect(row?.accepter).toBeNull();
    await ask(
      cast.scenario,
      "jonas.kern",
      ledgerAnswers({ edits: { owner: cast.scenario.id("amara.obi"), name: "ledger-others" } }),
    );
  });

  test("an unsigned version by the owner, forced past the web, is refused", async () => {
    const id = randomUUID();
    const answers = ledgerAnswers({ edits: { owner: cast.scenario.id("amara.obi"), name: "ledger-forced" } });
    const amara = cast.scenario.as("amara.obi");
    const seen = granted(await preview(amara, { id, answers }));
    const { web } = cast.scenario.database;
    const sealed = { charter: seen.charter, origins: seen.origins, change: {} };
    await web.execute(
      sql`insert into charter.requests (id, kind, requester, drafted_at) values (${id}, 'provision', ${amara.actor.id}, now())`,
    );
    await web.execute(sql`insert into charter.request_versions (request, version, charter, origins, change, digest, plan_digest, person)
      values (${id}, 1, ${JSON.stringify(sealed.charter)}::jsonb, ${JSON.stringify(sealed.origins)}::jsonb, '{}', ${digest(sealed)}, ${seen.planDigest}, ${amara.actor.id})`);
    await cast.scenario.settle();
    expect(await stateOf(id)).toBe("refused");
    expect(await outcomeOf("request_versions", `${id}/1`)).toBe("It is not signed with a passkey.");
  });

  test("a suspension is not signed; resuming and renewing are", async () => {
    const identity = await livingInProduction();
    const amara = cast.scenario.as("amara.obi");
    const suspension = {
      id: randomUUID(),
      identity,
      kind: "suspend",
      change: { reason: "Its key may have leaked." },
    } as const;
    expect(await askForChange(amara, suspension)).toEqual({ ok: { id: suspension.id } });
    const endsAt = new Date(Math.floor(Date.now() / 86_400_000 + 200) * 86_400_000).toISOString();
    const renewal = { id: randomUUID(), identity, kind: "renew", change: { endsAt } } as const;
    const send = (assertion?: Assertion) => askForChange(amara, { ...renewal, assertion });
    expect(await statementFrom(send)).toMatchObject({ kind: "renew", request: renewal.id, version: 1 });
    expect(await gestured(keys.amara, send)).toEqual({ ok: { id: renewal.id } });
    await cast.scenario.settle();
    expect(await stateOf(renewal.id)).toBe("awaiting-approval");
  });

  test("of several environments in one form the signed one is sent by itself, and stays as a draft", async () => {
    const amara = cast.scenario.as("amara.obi");
    const beside = [{ environment: "dev", subject: { branch: "main" } }] as const;
    const edits = { owner: cast.scenario.id("amara.obi"), name: "ledger-several" };
    const input = { id: randomUUID(), answers: ledgerAnswers({ beside, edits }) };
    const seen = granted(await preview(amara, input));
    const sides = [{ environment: "prod" as const, preview: seen }, ...seen.beside];
    const plans = sides.map(({ environment, preview: side }) => ({ environment, planDigest: side.planDigest ?? "" }));
    const sent = granted(await submitEach(amara, { ...input, plans }));
    expect(sent).toMatchObject([
      { environment: "prod", refusals: [{ field: "passkey", mend: "Send it by itself." }] },
      { environment: "dev", refusals: null },
    ]);
    const [kept] = await cast.scenario.database
      .admin`select 1 as one from charter.drafts where id = ${sent[0]?.id ?? ""}`;
    expect(kept).toEqual({ one: 1 });
  });

  test("more access is signed, less is not; neither goes with others where it is signed", async () => {
    const identity = await livingInProduction();
    const amara = cast.scenario.as("amara.obi");
    const more = await access(identity, {
      ...asItIs,
      add: { pack: "read-bucket", parameters: { bucket: "ledger-archive" } },
    });
    expect(await statementFrom(more.send)).toMatchObject({ kind: "change-access", request: more.id, version: 1 });
    const less = await access(identity, { ...asItIs, drop: ["s3:AbortMultipartUpload"] });
    expect(await less.send()).toEqual({ ok: { id: less.id } });
    await cast.scenario.settle();
    expect(await stateOf(less.id)).toBe("provisioning");
    const many = { verb: "renew", rows: [{ id: randomUUID(), identity }], change: { endsAt: inDays(300) } } as const;
    const alone = { code: "conflict", field: "passkey", mend: "Send it by itself." };
    expect(granted(await foreseeMany(amara, many))).toMatchObject([{ identity, outcome: { refusals: [alone] } }]);
    expect(await askForMany(amara, many)).toMatchObject({ refusals: [{ ...alone, field: identity }] });
  });
});

describe("at release", () => {
  test("a key revoked since voids what it signed: the request is to be submitted again", async () => {
    const spare = await spareKey();
    const asked = await cast.asked();
    for (const [person, key] of [
      [mara, keys.mara],
      [tomas, keys.tomas],
    ] as const) {
      if ((await stateOf(asked.request)) !== "awaiting-approval") continue;
      await gestured(key, verdictOf(person, asked));
      await cast.scenario.settle();
    }
    const seen = { request: asked.request, version: asked.version, planDigest: asked.planDigest };
    await gestured(spare, async (assertion) => accept(await cast.as("amara.obi"), { ...seen, assertion }));
    const [row] = await cast.scenario.database
      .admin`select id from charter.passkeys where credential_id = ${spare.credentialId}`;
    await cast.scenario.inbox.drain();
    expect(await stateOf(asked.request)).toBe("approved");
    expect(await revoke(await cast.as("amara.obi"), { passkey: String(row?.id) })).toEqual({ ok: null });
    await cast.scenario.settle();
    expect(await stateOf(asked.request)).toBe("resubmit");
    expect(
      await cast.scenario.database.admin`select 1 from charter.intents where request = ${asked.request}`,
    ).toHaveLength(0);
  });

  async function spareKey(): Promise<Authenticator> {
    await invited(cast.scenario, "amara.obi", [
      [mara, keys.mara],
      [tomas, keys.tomas],
    ]);
    const spare = await made(cast.scenario, "amara.obi");
    const [row] = await cast.scenario.database
      .admin`select id from charter.passkeys where credential_id = ${spare.credentialId}`;
    const passkey = String(row?.id);
    await gestured(keys.amara, async (assertion) => confirm(await cast.as("amara.obi"), { passkey, assertion }));
    await cast.scenario.settle();
    return spare;
  }

  test("a bundle that asks for more than what was given sends it back, whatever was approved before", async () => {
    const id = await ask(cast.scenario, "jonas.kern", stagingAnswers());
    await cast.scenario.inbox.drain();
    expect(await stateOf(id)).toBe("approved");
    granted(await activated(await signedEverywhere()));
    await cast.scenario.settle();
    expect(await stateOf(id)).toBe("resubmit");
  });

  test("what only takes away is not signed by who asks, though a bundle asks for everything", async () => {
    const less = await access(await livingInProduction(), { ...asItIs, drop: ["s3:AbortMultipartUpload"] });
    expect(await less.send()).toEqual({ ok: { id: less.id } });
    await cast.scenario.settle();
    expect(await stateOf(less.id)).toBe("provisioning");
  });
});

const stagingAnswers = () =>
  ledgerAnswers({
    runs: { kind: "github", repository: "acme/ledger", subject: { environment: "staging" } },
    edits: { name: `stage-${randomUUID().slice(0, 8)}` },
  });

/** The shipped bundle, asking for a passkey everywhere. */
async function signedEverywhere() {
  const shipped = granted(await loadBundle());
  const extra = `@id("all.signed")
@rule("Everything is signed.")
@reason("Everything is signed.")
@assurance("passkey")
permit (principal is Person, action in [Action::"provision", Action::"renew", Action::"change-access", Action::"narrow"], resource);`;
  return granted(await checkBundle({ ...shipped.files, "extra.cedar": extra }));
}

const both = [mara, tomas].map((person) => ({ issuer, subject: subjectOf(person) }));
async function activated(bundle: { readonly digest: string; readonly files: Readonly<Record<string, string>> }) {
  const host = hostOf(cast.scenario);
  const input = { ...bundle, by: both, mustHoldSecurity: true };
  const [row] = await cast.scenario.database.admin`select max(activation) as last from charter.bundles`;
  const content = bundleContent({ digest: bundle.digest, activation: Number(row?.last) + 1 });
  expect(sentenceOf(await runFact(host, activateBundle, input))).toMatch(/two of security sign this first; 0 did/);
  const send = (person: string) => async (assertion?: Assertion) =>
    signForHost(await cast.as(person), { kind: "bundle", content, assertion });
  await gestured(keys.mara, send(mara));
  await cast.scenario.inbox.drain();
  expect(sentenceOf(await runFact(host, activateBundle, input))).toMatch(/1 did/);
  await gestured(keys.tomas, send(tomas));
  await cast.scenario.inbox.drain();
  return runFact(host, activateBundle, input);
}

test("a link of two logins is signed by two others of security", async () => {
  const link = { issuer, subject: subjectOf("jonas.second"), to: subjectOf("jonas.kern") };
  const host = hostOf(cast.scenario);
  expect(sentenceOf(await runFact(host, linkPeople, link))).toMatch(/0 did/);
  for (const [person, key] of [
    [mara, keys.mara],
    [tomas, keys.tomas],
  ] as const)
    await gestured(key, async (assertion) =>
      signForHost(await cast.as(person), { kind: "link", content: linkContent(link), assertion }),
    );
  await cast.scenario.settle();
  expect(sentenceOf(await runFact(host, linkPeople, link))).toBe("ok");
});

test("somebody who left signs nothing, and losing all keys lowers nothing", async () => {
  const [row] = await cast.scenario.database
    .admin`select id from charter.passkeys where credential_id = ${keys.tomas.credentialId}`;
  expect(await revoke(await cast.as(tomas), { passkey: String(row?.id) })).toEqual({ ok: null });
  await deactivate(cast.scenario, mara);
  await cast.scenario.settle();
  const asked = await cast.asked();
  expect(sentenceOf(await verdictOf(tomas, asked)())).toMatch(/you have none that can be used yet/);
  const [state] = await cast.scenario.database
    .admin`select assurance from charter.request_states where request = ${asked.request}`;
  expect(state?.assurance).toBe("passkey");
});
