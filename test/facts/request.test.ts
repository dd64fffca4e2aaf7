import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { insertVerdict } from "#db/store/claims.ts";
import { accept } from "#lib/claims/acceptances/accept.ts";
import { withdraw } from "#lib/claims/asks/withdraw.ts";
import { preview } from "#lib/claims/requests/preview.ts";
import { submit } from "#lib/claims/requests/submit.ts";
import { activateBundle } from "#lib/facts/bundles/activate.ts";
import { runFact, system } from "#lib/facts/run.ts";
import { checkBundle, defaultFolder, loadBundle } from "#lib/policy/bundle.ts";
import { passDeadlines } from "#lib/worker/deadlines.ts";
import { createInbox } from "#lib/worker/inbox.ts";
import { publishConfig } from "#lib/worker/publish.ts";
import { releaseApproved } from "#lib/worker/release.ts";
import { ask, awsTarget, judge, ledgerAnswers, openScenario, type Scenario } from "./scenario.ts";

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario();
  await scenario.signIn("mara.lind", ["security"]);
  await scenario.signIn("tomas.vidal", ["security"]);
  await scenario.signIn("ida.holm", ["operator"]);
  await scenario.signIn("jonas.kern");
  await scenario.signIn("amara.obi");
});
afterEach(() => scenario.database.setClock("0"));
afterAll(() => scenario.database.close());

const named = (bucket: string) => ledgerAnswers({ need: { pack: "write-bucket", parameters: { bucket } } });
const denials = async () =>
  (await scenario.worker.db.execute(sql`select 1 from charter.audit_entries where action = 'attempt.denied'`)).length;
const planDigest = async (request: string): Promise<string> => {
  const [row] = await scenario.worker.db.execute<{ digest: string }>(
    sql`select plan_digest as digest from charter.request_states where request = ${request}::uuid`,
  );
  return row?.digest ?? "";
};
/** Amara owns the ledger, so what she asks needs no acceptance of another's. */
async function awaiting(bucket: string): Promise<string> {
  const request = await ask(scenario, "amara.obi", named(bucket));
  await scenario.settle();
  expect((await scenario.state(request))?.state).toBe("awaiting-approval");
  return request;
}
async function approve(request: string): Promise<void> {
  const [row] = await scenario.worker.db.execute<{ stages: { count: number }[] }>(
    sql`select stages from charter.request_states where request = ${request}::uuid`,
  );
  expect(await judge(scenario, "mara.lind", request)).toEqual({ ok: null });
  if ((row?.stages[0]?.count ?? 1) > 1) expect(await judge(scenario, "tomas.vidal", request)).toEqual({ ok: null });
}

describe("a request's way", () => {
  test("received, approved by those it asks, released into an intent with steps", async () => {
    const request = await awaiting("way-through");
    await approve(request);
    await scenario.settle();
    expect(await scenario.state(request)).toMatchObject({ state: "provisioning" });
    const steps = await scenario.worker.db.execute(sql`
      select s.name, s.state from charter.steps s join charter.intents i on i.id = s.intent where i.request = ${request}::uuid order by s.ordinal`);
    expect(steps.map(({ state }) => state)).toEqual(["ready", ...steps.slice(1).map(() => "waiting")]);
    expect(steps.length).toBeGreaterThan(2);
    expect(await scenario.entries("identity", request)).toEqual(["identity.recorded"]);
  });

  test("waits for the owner's acceptance when somebody else owns it, and goes on with it", async () => {
    const request = await ask(scenario, "jonas.kern", {
      ...named("owned-by-amara"),
      edits: { owner: scenario.id("amara.obi") },
    });
    await scenario.settle();
    await approve(request);
    await scenario.settle();
    expect((await scenario.state(request))?.state).toBe("awaiting-acceptance");
    const seen = { request, version: 1, planDigest: await planDigest(request) };
    expect(await accept(scenario.as("jonas.kern"), seen)).toMatchObject({ refusals: [{ code: "forbidden" }] });
    expect(await accept(scenario.as("amara.obi"), seen)).toEqual({ ok: null });
    await scenario.settle();
    expect((await scenario.state(request))?.state).toBe("provisioning");
  });

  test("200 submits of one form at once make one request with one version", async () => {
    const id = randomUUID();
    const context = scenario.as("amara.obi");
    const answers = named("many-clicks");
    const seen = await preview(context, { id, answers });
    if ("refusals" in seen) throw new Error(seen.refusals[0].sentence);
    const clicks = Array.from({ length: 200 }, () =>
      submit(context, { id, answers, planDigest: seen.ok.planDigest ?? "" }),
    );
    expect((await Promise.all(clicks)).filter((outcome) => !("ok" in outcome))).toEqual([]);
    const versions = await scenario.worker.db.execute(
      sql`select 1 from charter.request_versions where request = ${id}::uuid`,
    );
    expect(versions.length).toBe(1);
  });

  test("a second worker that takes the same claims takes none of them twice", async () => {
    const request = await ask(scenario, "amara.obi", named("two-workers"));
    const other = createInbox({
      ...scenario.worker,
      keys: () => Promise.reject(new Error("no keys")),
      granted: async () => undefined,
    });
    await Promise.all([scenario.inbox.drain(), other.drain(), scenario.inbox.drain(), other.drain()]);
    expect(await scenario.entries("request-state", request)).toEqual(["request-state.awaiting-approval"]);
  });
});

describe("who may not decide", () => {
  test("the requester, as security too: refused with an entry, and by the database when the web inserts it anyway", async () => {
    const request = await ask(
      scenario,
      "mara.lind",
      ledgerAnswers({ need: { pack: "write-bucket", parameters: { bucket: "own-request" } } }),
    );
    await scenario.settle();
    const before = await denials();
    expect(await judge(scenario, "mara.lind", request)).toMatchObject({ refusals: [{ code: "forbidden" }] });
    expect(await denials()).toBe(before + 1);
    const forged = {
      id: randomUUID(),
      request,
      version: 1,
      planDigest: await planDigest(request),
      stage: 0,
      person: scenario.id("mara.lind"),
      verdict: "approve",
      reason: "",
    } as const;
    await expect(insertVerdict(scenario.database.web, forged)).rejects.toThrow();
  });

  test("who lacks the role: a verdict that the web forges is refused by the worker, and moves nothing", async () => {
    const request = await awaiting("forged-verdict");
    const id = randomUUID();
    const forged = {
      id,
      request,
      version: 1,
      planDigest: await planDigest(request),
      stage: 0,
      person: scenario.id("ida.holm"),
      verdict: "approve",
      reason: "",
    } as const;
    await insertVerdict(scenario.database.web, forged);
    await scenario.settle();
    expect((await scenario.state(request))?.state).toBe("awaiting-approval");
    expect(await scenario.entries("verdict", id)).toEqual(["verdict.given", "verdict.refused"]);
  });

  test("whose role was proved more than 12 hours before", async () => {
    const request = await awaiting("old-role");
    const age = (interval: string) =>
      scenario.database.worker.transaction(async (tx) => {
        await tx.execute(sql`update charter.person_roles set verified_at = clock_timestamp() - ${interval}::interval, version = version + 1
          where person = ${scenario.id("tomas.vidal")}::uuid and role = 'security'`);
        const [row] = await tx.execute<{ version: number }>(
          sql`select version from charter.person_roles where person = ${scenario.id("tomas.vidal")}::uuid and role = 'security'`,
        );
        const entry = {
          noun: "person-role",
          id: `${scenario.id("tomas.vidal")}/security`,
          version: row?.version,
          actor: "test",
          evidence: "worker",
          action: "person-role.aged",
          detail: {},
        };
        await tx.execute(sql`select charter.audit_append(${JSON.stringify([entry])}::jsonb)`);
      });
    await age("12 hours 1 minute");
    await judge(scenario, "tomas.vidal", request, "deny");
    await scenario.settle();
    expect((await scenario.state(request))?.state).toBe("awaiting-approval");
    await age("11 hours");
    await scenario.signIn("tomas.vidal", ["security"]);
  });
});

describe("what voids and what settles", () => {
  test("a denial settles at once; a later approval is superseded", async () => {
    const request = await awaiting("denied-at-once");
    expect(await judge(scenario, "mara.lind", request, "deny")).toEqual({ ok: null });
    await scenario.inbox.drain();
    expect((await scenario.state(request))?.state).toBe("denied");
    expect(await preview(scenario.as("amara.obi"), { id: request, answers: named("denied-at-once-2") })).toMatchObject({
      refusals: [{ code: "conflict", sentence: "It is denied and can no longer be changed." }],
    });
    const id = randomUUID();
    await insertVerdict(scenario.database.web, {
      id,
      request,
      version: 1,
      planDigest: await planDigest(request),
      stage: 0,
      person: scenario.id("tomas.vidal"),
      verdict: "approve",
      reason: "",
    });
    await scenario.settle();
    expect((await scenario.state(request))?.state).toBe("denied");
    expect(await scenario.entries("verdict", id)).toEqual(["verdict.given", "verdict.superseded"]);
  });

  test("an edit that is taken first voids an approval of the version before", async () => {
    const request = await awaiting("edited-once");
    const seen = await planDigest(request);
    await ask(scenario, "amara.obi", named("edited-twice"), request);
    const id = randomUUID();
    const stale = { id, request, version: 1, planDigest: seen, stage: 0, person: scenario.id("mara.lind") } as const;
    await insertVerdict(scenario.database.web, { ...stale, verdict: "approve", reason: "" });
    await scenario.settle();
    expect(await scenario.state(request)).toMatchObject({ requestVersion: 2, state: "awaiting-approval" });
    expect(await scenario.entries("verdict", id)).toEqual(["verdict.given", "verdict.superseded"]);
  });

  test("edit against approve at the same moment: one clean outcome", async () => {
    const request = await awaiting("raced-once");
    const edit = ask(scenario, "amara.obi", named("raced-twice"), request);
    await Promise.all([judge(scenario, "mara.lind", request), edit]);
    await scenario.settle();
    const state = await scenario.state(request);
    const released = await scenario.worker.db.execute<{ version: number }>(
      sql`select request_version as version from charter.intents where request = ${request}::uuid`,
    );
    const approvedFirst = state?.requestVersion === 1;
    expect(state?.state).toBe(approvedFirst ? "provisioning" : "awaiting-approval");
    expect(released.map(({ version }) => version)).toEqual(approvedFirst ? [1] : []);
  });

  test("an edit after the release is refused", async () => {
    const request = await awaiting("too-late");
    await approve(request);
    await scenario.settle();
    await expect(ask(scenario, "amara.obi", named("too-late-edit"), request)).rejects.toThrow();
    expect(await scenario.state(request)).toMatchObject({ requestVersion: 1, state: "provisioning" });
  });

  test("withdrawing is the requester's, and only until something is made", async () => {
    const request = await awaiting("taken-back");
    expect(await withdraw(scenario.as("jonas.kern"), { request })).toMatchObject({ refusals: [{}] });
    expect(await withdraw(scenario.as("amara.obi"), { request })).toEqual({ ok: null });
    await scenario.settle();
    expect((await scenario.state(request))?.state).toBe("withdrawn");
  });

  test("a stage that nobody decides expires at its deadline, not before", async () => {
    const request = await awaiting("nobody-decides");
    await scenario.database.setClock("71 hours 59 minutes");
    await passDeadlines(scenario.worker);
    expect((await scenario.state(request))?.state).toBe("awaiting-approval");
    await scenario.database.setClock("72 hours 1 minute");
    await passDeadlines(scenario.worker);
    expect((await scenario.state(request))?.state).toBe("expired");
  });
});

describe("release", () => {
  const published = (changes: object) =>
    publishConfig(
      scenario.worker.db,
      { ...scenario.worker.config, targets: scenario.worker.config.targets.map((entry) => ({ ...entry, ...changes })) },
      randomUUID,
    );

  test("a target whose address changed sends what is approved back; another title does not", async () => {
    const request = await awaiting("moved-target");
    await approve(request);
    await scenario.inbox.drain();
    expect((await scenario.state(request))?.state).toBe("approved");
    await published({ settings: { ...awsTarget("x").settings, accountId: "999988887777" } });
    await releaseApproved(scenario.worker);
    const sentence = expect.stringMatching(/^Since it was approved, this has changed: .*Configuration/);
    expect(await scenario.state(request)).toMatchObject({ state: "resubmit", detail: { sentence } });
    await published({});
    const second = await awaiting("renamed-target");
    await approve(second);
    await scenario.inbox.drain();
    await published({ title: "Another title" });
    await releaseApproved(scenario.worker);
    expect((await scenario.state(second))?.state).toBe("provisioning");
    await published({});
  });

  test("a person's cap on one target makes the next wait, and lets it go an hour later", async () => {
    const capped = {
      ...scenario.worker,
      config: {
        ...scenario.worker.config,
        targets: scenario.worker.config.targets.map((entry) => ({
          ...entry,
          caps: { ...entry.caps, mintsPerHour: 1 },
        })),
      },
    };
    const request = await awaiting("over-the-cap");
    await approve(request);
    await scenario.inbox.drain();
    await releaseApproved(capped);
    expect(await scenario.state(request)).toMatchObject({
      state: "approved",
      detail: { sentence: expect.stringContaining("It waits") },
    });
    await scenario.database.setClock("61 minutes");
    await releaseApproved(capped);
    expect((await scenario.state(request))?.state).toBe("provisioning");
  });

  test("a bundle that refuses by now refuses at release, and both digests are kept", async () => {
    const request = await awaiting("new-bundle");
    await approve(request);
    await scenario.inbox.drain();
    const shipped = await loadBundle(defaultFolder);
    if ("refusals" in shipped) throw new Error(shipped.refusals[0].sentence);
    const rule =
      '@id("frozen") @rule("Nothing is made during a freeze.") @reason("Nothing is made during the freeze.") @mend("Wait.")\nforbid (principal, action == Action::"provision", resource);\n';
    const stricter = await checkBundle({ ...shipped.ok.files, "freeze.cedar": rule });
    if ("refusals" in stricter) throw new Error(stricter.refusals.map(({ sentence }) => sentence).join(" "));
    const context = {
      db: scenario.worker.db,
      newId: randomUUID,
      actor: system,
      subject: { noun: "bundle", id: "test" },
    } as const;
    const by = ["demo-mara-lind", "demo-tomas-vidal"].map((subject) => ({
      issuer: scenario.worker.config.signIn.issuer,
      subject,
    }));
    expect(await runFact(context, activateBundle, { ...stricter.ok, by, mustHoldSecurity: true })).toEqual({
      ok: { activation: 2 },
    });
    await releaseApproved(scenario.worker);
    expect((await scenario.state(request))?.state).toBe("refused");
    const kept = await scenario.worker.db.execute(
      sql`select bundle from charter.decisions where request = ${request}::uuid order by decided_at`,
    );
    expect(kept.map(({ bundle }) => bundle)).toEqual([shipped.ok.digest, stricter.ok.digest]);
    expect(await runFact(context, activateBundle, { ...shipped.ok, by, mustHoldSecurity: true })).toEqual({
      ok: { activation: 3 },
    });
  });
});
