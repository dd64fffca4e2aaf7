import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { insertAsk, insertVerdict } from "#db/store/claims.ts";
import { withdraw } from "#lib/claims/asks/withdraw.ts";
import { createInbox } from "#lib/worker/inbox.ts";
import { releaseApproved } from "#lib/worker/release.ts";
import { ask, judge, ledgerAnswers, openScenario, type Scenario } from "./scenario.ts";

// What the web claimed may come to a worker twice, late, or in another order: after a restore, or when two workers take it.

interface Delivery {
  readonly claim: string;
  readonly subject: string;
}

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario();
  await scenario.signIn("mara.lind", ["security"]);
  await scenario.signIn("tomas.vidal", ["security"]);
  await scenario.signIn("ida.holm", ["operator"]);
  await scenario.signIn("amara.obi");
});
afterAll(() => scenario.database.close());

const named = (bucket: string) => ledgerAnswers({ need: { pack: "write-bucket", parameters: { bucket } } });

/** What waits in the inbox, in the order of its arrival. */
const waiting = async (): Promise<readonly Delivery[]> =>
  scenario.database.admin<Delivery[]>`select claim, subject from charter.inbox order by seq`;

/** Puts exactly these into the inbox, in this order. */
async function deliver(...rows: readonly Delivery[]): Promise<void> {
  await scenario.database.admin.begin(async (admin) => {
    await admin`delete from charter.inbox`;
    for (const { claim, subject } of rows)
      await admin`insert into charter.inbox (claim, subject) values (${claim}, ${subject})`;
  });
}

/** Takes all, what waits for another claim included. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await scenario.settle();
    if ((await waiting()).length === 0) return;
    await pause(110);
  }
  throw new Error(`Never taken: ${JSON.stringify(await waiting())}`);
}

const outcomeOf = async ({ claim, subject }: Delivery) => {
  const [row] = await scenario.database.admin`
    select result, refusals from charter.outcomes where claim = ${claim} and subject = ${subject}`;
  return row;
};
const resultOf = async (delivery: Delivery): Promise<unknown> => (await outcomeOf(delivery))?.result;
const intentsOf = async (request: string): Promise<number> => {
  const rows = await scenario.worker.db.execute(sql`select 1 from charter.intents where request = ${request}::uuid`);
  return rows.length;
};
const digestOf = async (request: string, version: number): Promise<string> => {
  const [row] = await scenario.database.admin`
    select plan_digest as digest from charter.request_versions where request = ${request} and version = ${version}`;
  return String(row?.digest);
};

/** An approval as the web inserts it, of whatever version, received or not. */
async function approval(request: string, version: number, person: string): Promise<Delivery> {
  const id = randomUUID();
  const verdict = { id, request, version, planDigest: await digestOf(request, version), stage: 0, reason: "" } as const;
  await scenario.database.web.transaction((tx) =>
    insertVerdict(tx, { ...verdict, person: scenario.id(person), verdict: "approve" }),
  );
  return { claim: "verdicts", subject: id };
}

describe("what a worker is handed", () => {
  test("three times over, and backwards, comes to what it comes to once, and is answered once", async () => {
    const request = await ask(scenario, "amara.obi", named("handed-thrice"));
    await approval(request, 1, "mara.lind");
    await approval(request, 1, "tomas.vidal");
    const all = await waiting();
    expect(all.map(({ claim }) => claim)).toEqual(expect.arrayContaining(["request_versions", "verdicts"]));
    await deliver(...[...all, ...all, ...all].reverse());
    await settled();
    expect(await scenario.state(request)).toMatchObject({ state: "provisioning", requestVersion: 1 });
    expect(await intentsOf(request)).toBe(1);
    const states = await scenario.entries("request-state", request);
    expect(states).toEqual([...new Set(states)]);
    const before = await Promise.all(all.map(outcomeOf));
    await deliver(...all, ...all);
    await settled();
    expect(await Promise.all(all.map(outcomeOf))).toEqual(before);
    expect(await scenario.entries("request-state", request)).toEqual(states);
    expect(await intentsOf(request)).toBe(1);
  });

  test("by two workers at once, each with a copy of its own, is taken by one, and the other has no fault", async () => {
    const keys = () => Promise.reject(new Error("no keys"));
    const other = createInbox({ ...scenario.worker, keys, granted: async () => undefined });
    // Which of them is first differs from round to round.
    for (let round = 0; round < 8; round += 1) {
      const request = await ask(scenario, "amara.obi", named(`handed-to-two-${round}`));
      const all = await waiting();
      await deliver(...all.flatMap((one) => [one, one, one]));
      await Promise.all([scenario.inbox.drain(), other.drain(), scenario.inbox.drain(), other.drain()]);
      await settled();
      expect(await scenario.entries("request-state", request)).toEqual(["request-state.awaiting-approval"]);
      expect(await Promise.all(all.map(resultOf))).toEqual(all.map(() => "taken"));
    }
  });
});

describe("an approval", () => {
  test("that comes again when the request has moved on still counts, and is not told as too late", async () => {
    const request = await ask(scenario, "amara.obi", named("approved-again"));
    await settled();
    expect(await judge(scenario, "mara.lind", request)).toEqual({ ok: null });
    const [first = expect.fail("no verdict")] = await waiting();
    await settled();
    await deliver(first, first);
    await settled();
    expect(await resultOf(first)).toBe("taken");
    const counted = await scenario.entries("verdict", first.subject);
    expect(counted).toEqual([...new Set(counted)]);
    if ((await scenario.state(request))?.state === "awaiting-approval") await judge(scenario, "tomas.vidal", request);
    await settled();
    await deliver(first);
    await settled();
    expect(await resultOf(first)).toBe("taken");
    expect(await scenario.state(request)).toMatchObject({ state: "provisioning" });
    expect(await intentsOf(request)).toBe(1);
  });

  test("that comes before what it approves waits for it", async () => {
    const request = await ask(scenario, "amara.obi", named("approved-before"));
    const verdicts = [await approval(request, 1, "mara.lind"), await approval(request, 1, "tomas.vidal")];
    const rest = (await waiting()).filter(({ claim }) => claim !== "verdicts");
    await deliver(...verdicts);
    await scenario.settle();
    expect(await scenario.state(request)).toBeNull();
    expect(await waiting()).toEqual(verdicts);
    await deliver(...verdicts, ...rest);
    await settled();
    expect(await scenario.state(request)).toMatchObject({ state: "provisioning" });
    expect(await resultOf(verdicts[0] ?? expect.fail("no verdict"))).toBe("taken");
  });

  test("of an edit that is overtaken is told once as too late, and releases nothing", async () => {
    const request = await ask(scenario, "amara.obi", named("edited-first"));
    await settled();
    const early = [await approval(request, 1, "mara.lind"), await approval(request, 1, "tomas.vidal")];
    await deliver();
    await ask(scenario, "amara.obi", named("edited-later"), request);
    const edit = await waiting();
    await deliver(...edit, ...early, ...early);
    await settled();
    expect(await scenario.state(request)).toMatchObject({ state: "awaiting-approval", requestVersion: 2 });
    expect(await Promise.all(early.map(resultOf))).toEqual(["superseded", "superseded"]);
    expect(await intentsOf(request)).toBe(0);
    for (const { subject } of early)
      expect((await scenario.entries("verdict", subject)).filter((action) => action !== "verdict.given")).toHaveLength(
        1,
      );
  });
});

describe("an older version", () => {
  test("that comes again after a newer one changes nothing, and keeps its answer", async () => {
    const request = await ask(scenario, "amara.obi", named("older-first"));
    const old = await waiting();
    await settled();
    await ask(scenario, "amara.obi", named("older-second"), request);
    const edit = await waiting();
    await deliver(...edit, ...old, ...edit);
    await settled();
    expect(await scenario.state(request)).toMatchObject({ state: "awaiting-approval", requestVersion: 2 });
    expect(await Promise.all([...old, ...edit].map(resultOf))).toEqual([...old, ...edit].map(() => "taken"));
  });

  test("that was lost on the way and comes after the newer one is refused once, in words", async () => {
    const request = await ask(scenario, "amara.obi", named("lost-first"));
    const old = (await waiting()).filter(({ claim }) => claim === "request_versions");
    await settled();
    await ask(scenario, "amara.obi", named("lost-second"), request);
    const edit = await waiting();
    for (const { claim, subject } of old)
      await scenario.database.admin`delete from charter.outcomes where claim = ${claim} and subject = ${subject}`;
    await deliver(...edit, ...old, ...old);
    await settled();
    expect(await outcomeOf(old[0] ?? expect.fail("no version"))).toMatchObject({
      ...{ result: "refused", refusals: [{ code: "conflict", sentence: "A newer version was received already." }] },
    });
    expect(await scenario.state(request)).toMatchObject({ state: "awaiting-approval", requestVersion: 2 });
    const refused = await scenario.entries("request-version", `${request}/1`);
    expect(refused.filter((action) => action === "request-version.refused")).toHaveLength(1);
  });
});

describe("a release", () => {
  test("before its approval makes nothing, and two at once make one intent", async () => {
    const request = await ask(scenario, "amara.obi", named("released-early"));
    await settled();
    expect(await releaseApproved(scenario.worker)).toBe(0);
    expect(await intentsOf(request)).toBe(0);
    await approval(request, 1, "mara.lind");
    await approval(request, 1, "tomas.vidal");
    while ((await scenario.inbox.drain()) > 0);
    await Promise.all([releaseApproved(scenario.worker), releaseApproved(scenario.worker)]);
    await scenario.settle();
    expect(await intentsOf(request)).toBe(1);
    expect(await scenario.entries("identity", request)).toEqual(["identity.recorded"]);
  });
});

describe("an ask", () => {
  test("to take back what is not received yet waits for it, and comes again without another answer", async () => {
    const request = await ask(scenario, "amara.obi", named("withdrawn-before"));
    const rest = await waiting();
    expect(await withdraw(scenario.as("amara.obi"), { request })).toEqual({ ok: null });
    const own = (await waiting()).filter(({ claim }) => claim === "asks");
    await deliver(...own, ...own, ...rest, ...own);
    await settled();
    expect(await scenario.state(request)).toMatchObject({ state: "withdrawn" });
    expect(await Promise.all(own.map(resultOf))).toEqual(own.map(() => "taken"));
  });

  test("that comes twice is granted and done once", async () => {
    const granted: string[] = [];
    const inbox = createInbox({
      ...scenario.worker,
      keys: () => Promise.reject(new Error("no keys")),
      granted: async ({ subject }) => void granted.push(subject),
    });
    const made = { id: randomUUID(), kind: "check", subject: "payments-aws", person: scenario.id("ida.holm") } as const;
    await scenario.database.web.transaction((tx) => insertAsk(tx, made));
    const own = await waiting();
    await deliver(...own, ...own);
    await inbox.drain();
    await deliver(...own);
    await inbox.drain();
    expect(granted).toEqual(["payments-aws"]);
    expect(await waiting()).toEqual([]);
    expect((await scenario.entries("ask", made.id)).filter((action) => action === "ask.granted")).toHaveLength(1);
  });
});
