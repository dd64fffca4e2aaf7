import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";
import { Squatter } from "#lib/connectors/connector.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { LostLease } from "#lib/facts/steps/lost-lease.ts";
import { issue, recheck, unissue } from "#lib/worker/credential.ts";
import { ClientChosenRun } from "#lib/worker/credential-client-chosen.ts";
import { answerLost, Crash, fails, type Instead, mishaps, passwordWorld } from "./credential-world.ts";

type World = ReturnType<typeof passwordWorld>;
const first = (credential?: JsonObject) => passwordWorld(credential ? { facts: { credential } } : {});
const rotation = (credential?: JsonObject) =>
  passwordWorld({ kind: "rotate", facts: { credential: credential ?? null } });
const facts = ({ row }: World) => row.facts.credential;
const pair = (version: number, attempt: number) => ({ version, attempt });
const beside = (turn: number, ...pairs: ReturnType<typeof pair>[]) => ({ turn, pairs });

/** The vault's current version is the recorded one and holds the secret that the target holds. */
function expectAgreed(w: World): void {
  const recorded = facts(w) as { phase: string; version: number; beside: { turn: number } | null };
  expect(recorded.phase).toBe("set");
  expect(recorded.version).toBe(w.vault.versions.length);
  expect(w.holders.get(recorded.beside?.turn ?? 0)?.secret).toBe(w.vault.secrets.at(-1));
  expect(w.vault.astray).toEqual([]);
}

describe("a first password", () => {
  it("is stored before the target gets it, each under a number that was committed first", async () => {
    const w = first();
    const run = new ClientChosenRun(w.issuing, w.credential);
    const issued = await run.issue();
    expect(w.log).toEqual(["prepare", "commit attempt", "make 0", "put 0", "set 1 at 0", "commit set"]);
    expect(w.row.commits).toEqual([
      { phase: "attempt", attempt: 1, expects: 1, version: null, beside: null },
      { phase: "set", attempt: 1, expects: 1, version: 1, beside: null },
    ]);
    expect(issued).toEqual({
      facts: {},
      evidence: "Version 1 in the vault is the password of attempt 1, which the target holds.",
      stored: { externalId: "login-0", version: 1 },
    });
    expect(run.secret).toBeNull();
    expect(w.holders.get(0)?.login).toBe(false);
    expectAgreed(w);
  });

  it("is named as its identity where the target has no other name for it", async () => {
    const w = first();
    const { id: _, ...credential } = w.credential;
    expect((await issue({ ...w.issuing, credential })).stored.externalId).toBe("n");
  });

  it.each<[string, string, Instead, readonly string[]]>([
    ["a write without an answer", "put", fails("ambiguous"), ["put 0", "read", "commit attempt", "put 0"]],
    ["a write that lost its answer", "put", answerLost, ["put 0", "read", "commit attempt", "put 1"]],
    ["a write that was refused", "put", fails("conflict"), ["put 0", "read", "commit attempt", "put 0"]],
  ])("is written again under a number committed anew after %s", async (_, name, instead, written) => {
    const w = first();
    w.wire.once(name, instead);
    await issue(w.issuing);
    expect(w.log).toEqual(["prepare", "commit attempt", "make 0", ...written, "set 1 at 0", "commit set"]);
    expect(w.made).toHaveLength(1);
    expectAgreed(w);
  });

  it("is read back at the target after a change without an answer, and set again only where it was not", async () => {
    const [not, done] = [first(), first()];
    not.wire.once("set", fails("ambiguous"));
    done.wire.once("set", answerLost);
    for (const w of [not, done]) await issue(w.issuing);
    expect(not.log.slice(4)).toEqual(["set 1 at 0", "look 0", "set 1 at 0", "commit set"]);
    expect(done.log.slice(4)).toEqual(["set 1 at 0", "look 0", "commit set"]);
    for (const w of [not, done]) expectAgreed(w);
  });

  it("is forgotten where the target holds a later attempt, and made anew above both", async () => {
    const w = first();
    w.holders.set(0, { attempt: 7, secret: "another worker's", login: false, closed: false });
    await issue(w.issuing);
    expect(w.row.commits.slice(1)).toEqual([
      { phase: "forgot", attempt: 7, expects: 1, version: null, beside: null },
      { phase: "attempt", attempt: 8, expects: 2, version: null, beside: null },
      { phase: "set", attempt: 8, expects: 2, version: 2, beside: null },
    ]);
    expect(w.made).toEqual(["secret-1", "secret-2"]);
    expect(w.vault.secrets).toEqual(["secret-1", "secret-2"]);
    expectAgreed(w);
  });

  const attempt = { phase: "attempt", attempt: 2, expects: 1, version: null, beside: null };
  it("is adopted by the next worker where the target holds its attempt", async () => {
    const w = first(attempt);
    w.vault.fill("secret-0");
    w.holders.set(0, { attempt: 2, secret: "secret-0", login: false, closed: false });
    await issue(w.issuing);
    expect(w.log).toEqual(["look 0", "commit set"]);
    expectAgreed(w);
  });

  it("is forgotten by the next worker where the target does not hold its attempt, though the vault may hold it", async () => {
    const w = first(attempt);
    w.vault.custom = { identity: "i" };
    w.vault.fill("secret-0");
    await issue(w.issuing);
    expect(w.log.slice(0, 4)).toEqual(["look 0", "commit forgot", "prepare", "commit attempt"]);
    expect(facts(w)).toMatchObject({ attempt: 3, version: 2 });
    expectAgreed(w);
  });

  it("that is set is told again without a call, also as earlier versions wrote it", async () => {
    const kept = { phase: "set", attempt: 4, expects: 3, version: 3 };
    for (const credential of [kept, { ...kept, beside: null }]) {
      const w = first(credential);
      expect(await issue(w.issuing)).toMatchObject({
        evidence: "Version 3 in the vault is the password of attempt 4, which the target holds.",
        stored: { externalId: "login-0", version: 3 },
      });
      expect(w.log).toEqual([]);
    }
  });

  it.each([[null], ["set"], [[{ attempt: 4 }]], [{ phase: "set", version: 3 }], [{ attempt: "4", phase: "set" }]])(
    "begins anew where what was committed is none of this protocol's: %j",
    async (credential) => {
      const w = passwordWorld({ facts: { credential } });
      await issue(w.issuing);
      expect(w.log[0]).toBe("prepare");
      expectAgreed(w);
    },
  );
});

describe("a password that the target does not take", () => {
  const refusals = [
    ["closed", { kind: "not-found", code: "closed", sentence: "It was closed by a later request." }],
    ["absent", { kind: "not-found", code: "absent", sentence: "What this credential belongs to is gone." }],
  ] as const;
  it.each(refusals)("is refused where what it belongs to is %s", async (held, told) => {
    const w = first();
    if (held === "closed") w.holders.set(0, { attempt: 0, secret: "", login: false, closed: true });
    else w.wire.once("set", () => "fenced");
    if (held === "absent") w.wire.once("look", () => "absent");
    await expect(issue(w.issuing)).rejects.toMatchObject(told);
    expect(facts(w)).toMatchObject({ phase: "attempt", version: null });
    expect(w.holders.get(0)?.secret).toBe("");
  });

  it("is refused as a squatter's where it carries no mark of ours", async () => {
    const w = first({ phase: "attempt", attempt: 1, expects: 1, version: null });
    w.wire.once("look", () => "not-ours");
    const refused = await issue(w.issuing).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Squatter);
    expect(String(refused)).toMatch(/\bn\b.*it carries no mark of ours/);
    expect(w.log).toEqual(["look 0"]);
  });

  it("is told as what the target said, where it refused outright, and nothing more is asked", async () => {
    const w = first();
    w.wire.once("set", fails("denied"));
    await expect(issue(w.issuing)).rejects.toMatchObject({ kind: "denied" });
    expect(w.log.at(-1)).toBe("set 1 at 0");
  });

  it("is not made, nor written, by a worker whose step is another's", async () => {
    const w = first();
    w.wire.once("commit", () => {
      throw new LostLease();
    });
    await expect(issue(w.issuing)).rejects.toBeInstanceOf(LostLease);
    expect([w.log, w.made, w.vault.versions]).toEqual([["prepare", "commit attempt"], [], []]);
  });

  it("has neither a secret nor a version to tell of before it is held and set", () => {
    const { issuing, credential } = first();
    const run = new ClientChosenRun(issuing, credential);
    expect(() => run.held()).toThrow("A secret is set only while it is held.");
    return expect(run.issued()).rejects.toThrow("A password that was set has a version.");
  });
});

describe("a password in hand", () => {
  beforeEach(() => void vi.useFakeTimers({ fakeNodeBuiltins: true }));
  afterEach(() => void vi.useRealTimers());
  const busy = (w: World, name: string, times: number, instead: Instead = fails("unavailable")) => {
    for (let count = 0; count < times; count += 1) w.wire.once(name, instead);
  };

  it.each(["put", "set"])("outlasts five refusals of a busy %s, within 6.2 seconds", async (name) => {
    const w = first();
    busy(w, name, 5);
    const issuing = issue(w.issuing);
    await vi.advanceTimersByTimeAsync(6_199);
    expect(w.log.filter((said) => said.startsWith(name))).toHaveLength(5);
    await vi.advanceTimersByTimeAsync(1);
    await issuing;
    expect(w.made).toHaveLength(1);
    expectAgreed(w);
  });

  it("is given up at the sixth, and the next worker makes another", async () => {
    const w = first();
    busy(w, "set", 6, fails("throttled"));
    const issuing = expect(issue(w.issuing)).rejects.toMatchObject({ kind: "throttled" });
    await vi.advanceTimersByTimeAsync(6_200);
    await issuing;
    await issue(w.issuing);
    expect(w.made).toHaveLength(2);
    expectAgreed(w);
  });

  it.each(["read", "look"])("is kept while the %s that follows is put off", async (name) => {
    const w = first();
    w.wire.once(name === "read" ? "put" : "set", fails("ambiguous"));
    busy(w, name, 1);
    const issuing = issue(w.issuing);
    await vi.advanceTimersByTimeAsync(200);
    await issuing;
    expect(w.made).toHaveLength(1);
    expectAgreed(w);
  });

  it.each(["enable", "probe"])("of a rotation outlasts a busy %s as well", async (name) => {
    const w = rotation();
    busy(w, name, 2);
    const issuing = issue(w.issuing);
    await vi.advanceTimersByTimeAsync(600);
    await issuing;
    expect(w.made).toHaveLength(1);
    expectAgreed(w);
  });

  it("is not what a busy vault is waited for before there is one", async () => {
    const w = first();
    busy(w, "prepare", 1);
    await expect(issue(w.issuing)).rejects.toMatchObject({ kind: "unavailable" });
    expect(w.log).toEqual(["prepare"]);
  });
});

describe("a password that replaces another", () => {
  const straight = [
    ...["prepare", "look 0", "commit attempt", "make 0", "set 1 at 0", "enable 1 at 0", "probe", "read"],
    ...["commit offered", "put 1", "commit stored", "clear 0", "commit set"],
  ];
  it("is tried at the target first, then stored, and only then recorded", async () => {
    const w = rotation();
    const run = new ClientChosenRun(w.issuing, w.credential);
    const issued = await run.issue();
    expect(w.log).toEqual(straight);
    const own = beside(0, pair(2, 1));
    expect(w.row.commits).toEqual([
      { phase: "attempt", attempt: 1, expects: 0, version: null, beside: beside(0) },
      { phase: "offered", attempt: 1, expects: 2, version: null, beside: own },
      { phase: "stored", attempt: 1, expects: 2, version: 2, beside: own },
      { phase: "set", attempt: 1, expects: 2, version: 2, beside: own },
    ]);
    expect(issued).toEqual({
      facts: { login: "login-0" },
      objects: [],
      evidence: "Version 2 in the vault is the password of login-0, which was tried at the target first.",
      stored: { externalId: "login-0", version: 2 },
    });
    expect(run.secret).toBeNull();
    expectAgreed(w);
  });

  it("is never stored where the target does not let it in", async () => {
    const w = rotation();
    w.wire.once("probe", () => false);
    await expect(issue(w.issuing)).rejects.toMatchObject({
      kind: "denied",
      code: "not-accepted",
      sentence: "The target did not let the new credential in from here; the older one stays in force.",
    });
    expect(w.vault.secrets).toEqual(["older"]);
    expect(w.log.at(-1)).toBe("probe");
  });

  it("is refused by a target that cannot hold two", async () => {
    const w = rotation();
    const { beside: _, ...credential } = w.credential;
    await expect(issue({ ...w.issuing, credential })).rejects.toMatchObject({
      kind: "invalid",
      code: "no-rotation",
      sentence: "This target cannot hold two credentials.",
    });
    expect(w.vault.secrets).toEqual(["older"]);
  });

  it.each<[string, string, Instead, readonly string[]]>([
    ["a set not done", "set", fails("ambiguous"), ["look 0", "set 1 at 0", "enable 1 at 0"]],
    ["a set done", "set", answerLost, ["look 0", "enable 1 at 0"]],
  ])("is looked at after %s of which there was no answer", async (_, name, instead, follows) => {
    const w = rotation();
    w.wire.once(name, instead);
    await issue(w.issuing);
    expect(w.log).toEqual([...straight.slice(0, 5), ...follows, ...straight.slice(6)]);
    expectAgreed(w);
  });

  it.each([["not done", fails("ambiguous")] as const, ["done", answerLost] as const])(
    "is let in once more after an answer that was lost, %s",
    async (_, instead) => {
      const w = rotation();
      w.wire.once("enable", instead);
      await issue(w.issuing);
      expect(w.log).toEqual([...straight.slice(0, 6), "look 0", "enable 1 at 0", ...straight.slice(6)]);
      expectAgreed(w);
    },
  );

  it("is told as what the target said where it refused to let it in", async () => {
    const w = rotation();
    w.wire.once("enable", fails("denied"));
    await expect(issue(w.issuing)).rejects.toMatchObject({ kind: "denied" });
    expect(w.log.at(-1)).toBe("enable 1 at 0");
  });

  it("is written under the next number after a write without an answer, and both are kept", async () => {
    const w = rotation();
    w.wire.once("put", answerLost);
    await issue(w.issuing);
    expect(facts(w)).toMatchObject({ version: 3, beside: beside(0, pair(2, 1), pair(3, 1)) });
    expect(w.vault.secrets).toEqual(["older", "secret-1", "secret-1"]);
    expectAgreed(w);
  });

  const offered = { phase: "offered", attempt: 1, expects: 2, version: null, beside: beside(0, pair(2, 1)) };
  const taken = (w: World) => w.holders.set(0, { attempt: 1, secret: "secret-0", login: true, closed: false });
  it("is adopted by the next worker where the vault shows it whole and current", async () => {
    const w = rotation(offered);
    taken(w);
    w.vault.fill("secret-0");
    await issue(w.issuing);
    expect(w.log).toEqual(["read", "commit stored", "clear 0", "commit set"]);
    expectAgreed(w);
  });

  it.each<[string, (w: World) => void]>([
    ["was not written", () => {}],
    ["was destroyed", ({ vault }) => vault.versions.push({ secret: "secret-0", destroyed: true, deleted: false })],
    ["was deleted", ({ vault }) => vault.versions.push({ secret: "secret-0", destroyed: false, deleted: true })],
    ["was written over", ({ vault }) => vault.fill("secret-0", "a stranger's")],
    ["is gone with its slot", ({ vault }) => vault.wire.once("read", () => null)],
  ])("is left behind by the next worker where its version %s, with its holder", async (_, edit) => {
    const w = rotation(offered);
    taken(w);
    edit(w);
    await issue(w.issuing);
    expect(w.row.commits[0]).toEqual({ ...offered, phase: "forgot", beside: beside(1, pair(2, 1)) });
    expect(w.log.slice(0, 6)).toEqual(["read", "commit forgot", "prepare", "look 1", "commit attempt", "make 1"]);
    expect([...w.holders.keys()]).toEqual([1]);
    expect(facts(w)).toMatchObject({ attempt: 2 });
    expectAgreed(w);
  });

  it("that was never offered is forgotten by the next worker, and its holder gets another", async () => {
    const w = rotation({ ...offered, phase: "attempt", beside: beside(0) });
    taken(w);
    await issue(w.issuing);
    expect(w.log.slice(0, 5)).toEqual(["commit forgot", "prepare", "look 0", "commit attempt", "make 0"]);
    expect(facts(w)).toMatchObject({ attempt: 2, beside: beside(0, pair(2, 2)) });
    expectAgreed(w);
  });

  it("that is stored is cleared by the next worker, which needs no secret", async () => {
    const w = rotation({ ...offered, phase: "stored", version: 2 });
    taken(w);
    w.holders.set(1, { attempt: 1, secret: "left behind", login: true, closed: false });
    w.vault.fill("secret-0");
    await issue(w.issuing);
    expect(w.log).toEqual(["clear 0", "commit set"]);
    expect([...w.holders.keys()]).toEqual([0]);
    expectAgreed(w);
  });

  it("begins beyond a holder that was closed, and stops where its own is closed amid the attempt", async () => {
    const shut = { attempt: 3, secret: "", login: false, closed: true };
    const beyond = rotation();
    beyond.holders.set(0, shut);
    await issue(beyond.issuing);
    expect(facts(beyond)).toMatchObject({ phase: "set", beside: { turn: 1 } });
    expectAgreed(beyond);
    const amid = rotation();
    amid.wire.once("enable", async (run) => {
      amid.holders.set(0, shut);
      return await run();
    });
    await expect(issue(amid.issuing)).rejects.toMatchObject({ kind: "not-found", code: "closed" });
    expect(amid.vault.secrets).toEqual(["older"]);
  });

  it("is refused where its holder is somebody else's", async () => {
    const w = rotation();
    w.wire.once("look", () => "not-ours");
    await expect(issue(w.issuing)).rejects.toBeInstanceOf(Squatter);
    expect(w.log).toEqual(["prepare", "look 0"]);
  });
});

describe("whatever call fails, and however", () => {
  async function toTheEnd(w: World): Promise<unknown> {
    for (let runs = 1; runs < 5; runs += 1) {
      try {
        return await issue(w.issuing);
      } catch (error) {
        if (!(error instanceof Crash) && (error as { kind?: string }).kind !== "ambiguous") throw error;
      }
    }
    throw new Error("It does not come to an end.");
  }

  async function expectWhole(make: () => World, instead: (late: (() => Promise<unknown>)[]) => Instead) {
    for (let index = 0; ; index += 1) {
      const w = make();
      const late: (() => Promise<unknown>)[] = [];
      w.wire.at(index, instead(late));
      await toTheEnd(w);
      if (w.log.length <= index) return;
      expectAgreed(w);
      const isCommit = w.log[index]?.startsWith("commit");
      for (const run of isCommit ? [] : late) await run().catch(() => {});
      expectAgreed(w);
      expect(new Set(w.made).size).toBe(w.made.length);
    }
  }

  test.each(mishaps)("a first password is in the end one, after %s", (_, instead) => expectWhole(first, instead));

  test.each(mishaps)("a password that replaces another works for whoever fetches it, always, after %s", (_, instead) =>
    expectWhole(() => {
      const w = rotation();
      w.wire.always = () => {
        const current = w.vault.secrets.at(-1) ?? "";
        if (current !== "older" && !w.works(current)) throw new Error(`A consumer fetches ${current}.`);
      };
      return w;
    }, instead),
  );
});

/** The step that lets it log in, with facts of its own, after one that issued. */
async function afterIssue(w: World) {
  await issue(w.issuing);
  w.log.length = 0;
  const own: JsonObject = {};
  const step = { ...w.issuing, committed: async () => own };
  const checkpoint = w.issuing.work.checkpoint;
  step.work = new Proxy(w.issuing.work, {
    get: (work, key) =>
      key === "checkpoint"
        ? async (more: JsonObject) => {
            await checkpoint(more);
            Object.assign(own, more);
          }
        : Reflect.get(work, key),
  });
  return step;
}

describe("before a first password is let in", () => {
  it("the vault is looked into once more, and nothing else is done where it holds it", async () => {
    const w = first();
    expect(await recheck(await afterIssue(w))).toBeNull();
    expect(w.log).toEqual(["read"]);
  });

  it.each<[string, (w: World) => void]>([
    ["was written over", ({ vault }) => vault.fill("a stranger's")],
    ["was destroyed", ({ vault }) => void Object.assign(vault.versions[0] ?? {}, { destroyed: true })],
    ["is gone with its slot", ({ vault }) => void Object.assign(vault, { custom: null })],
  ])("it is made anew where its version %s", async (_, edit) => {
    const w = first();
    const step = await afterIssue(w);
    edit(w);
    const again = await recheck(step);
    expect(w.row.commits[2]).toEqual({ phase: "forgot", attempt: 1, expects: 1, version: null, beside: null });
    expect(w.log.slice(0, 4)).toEqual(["read", "commit forgot", "prepare", "commit attempt"]);
    expect(again).toEqual({
      facts: { credential: facts(w) },
      evidence: `Version ${w.vault.versions.length} in the vault is the password of attempt 2, which the target holds.`,
      stored: { externalId: "login-0", version: w.vault.versions.length },
      ended: [],
    });
    expectAgreed(w);
  });

  it("what an earlier try of the step made anew is told again, without making it again", async () => {
    const w = first();
    const step = await afterIssue(w);
    w.vault.fill("a stranger's");
    const made = await recheck(step);
    w.log.length = 0;
    expect(await recheck(step)).toEqual(made);
    expect(w.log).toEqual(["read"]);
  });

  it("what was interrupted in making it anew goes on where it was, without asking what is stored", async () => {
    const w = first();
    const step = await afterIssue(w);
    w.vault.fill("a stranger's");
    w.wire.once("put", () => {
      throw new Crash();
    });
    await expect(recheck(step)).rejects.toBeInstanceOf(Crash);
    w.log.length = 0;
    expect((await recheck(step))?.stored.version).toBe(3);
    expect(w.log.slice(0, 2)).toEqual(["look 0", "commit forgot"]);
    expectAgreed(w);
  });
});

test("a password that is taken back leaves its slot with it, and asks the target nothing", async () => {
  const w = first();
  await issue(w.issuing);
  w.log.length = 0;
  await unissue(w.issuing);
  expect([w.log, w.vault.versions]).toEqual([["read", "forget"], []]);
  await unissue(w.issuing);
  expect(w.log.slice(2)).toEqual(["read"]);
});
