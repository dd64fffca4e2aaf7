import { describe, expect, it } from "vitest";
import { type ServerChosenCredential, Squatter, type StepWork } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { newServerChosen } from "#lib/domain/provisioning/server-chosen-secret.ts";
import { Secret } from "#lib/domain/secret.ts";
import type { Calls } from "#lib/domain/target.ts";
import { LostLease } from "#lib/facts/steps/lost-lease.ts";
import type { Vault } from "#lib/vaults/store.ts";
import { issue, recheck, unissue } from "#lib/worker/credential.ts";
import { Frozen, type Issuing, PutOff } from "#lib/worker/credential-storing.ts";

const calls: Calls = {
  make: (_, call) => call({ signal: new AbortController().signal, timeoutMs: 1, aboutToSend: () => {} }),
};

/** Keys, a vault and a row in memory; `row` is what is committed. */
function world(options: { mintWindowMs?: number; facts?: JsonObject } = {}) {
  const keys = new Map<string, { active: boolean; everUsed: boolean }>();
  const versions: string[] = [];
  const row: { facts: JsonObject; owned: boolean; lost?: (facts: JsonObject) => void } = {
    facts: options.facts ?? {},
    owned: true,
  };
  const on: { mint?: () => void } = {};
  let custom: Record<string, string> | null = null;
  let serial = 0;
  const credential: ServerChosenCredential = {
    protocol: "server-chosen",
    mintWindowMs: options.mintWindowMs ?? 0,
    consistencyMs: 0,
    list: async () => [...keys].map(([id, key]) => ({ id, ...key })),
    mint: async (_, sink) => {
      serial += 1;
      const id = `key-${serial}`;
      keys.set(id, { active: true, everUsed: false });
      on.mint?.();
      sink(new Secret({ id }));
      return id;
    },
    deactivate: async (_, id) => {
      const key = keys.get(id);
      if (key) key.active = false;
    },
    remove: async (_, id) => (keys.delete(id) ? "deleted" : "absent"),
    probe: async () => true,
  };
  const state = () => ({
    current: versions.length,
    versions: versions.map((_, i) => ({ version: i + 1, destroyed: false, deleted: false, createdAt: "" })),
    custom: custom ?? {},
  });
  const vault = {
    prepare: async (_: unknown, given: Record<string, string>) => {
      custom = given;
      return state();
    },
    read: async () => (custom === null ? null : state()),
    put: async (_: unknown, secret: Secret, cas: number) => {
      if (cas !== versions.length) throw new TargetFault("conflict", "cas", "Another version.");
      versions.push(secret.pour(({ id = "" }) => id));
      return versions.length;
    },
    remove: async () => {
      custom = null;
      versions.length = 0;
    },
  } as unknown as Vault;
  const work = {
    plan: { name: "n" },
    get facts() {
      return row.facts;
    },
    checkpoint: async (facts: JsonObject) => {
      if (!row.owned) throw new LostLease();
      if (row.lost) {
        row.lost(facts);
        row.owned = false;
        throw new LostLease();
      }
      row.facts = { ...row.facts, ...facts };
    },
    calls,
  } as unknown as StepWork;
  const issuing: Issuing = {
    work,
    credential,
    vault,
    vaultCalls: calls,
    slot: { mount: "kv", path: "p" },
    custom: { identity: "i" },
    now: () => 1_000_000,
    leaseEndsAt: () => 1_000_000,
    committed: async () => row.facts,
    lastCalls: calls,
  };
  const writeBeside = (other: Record<string, string>) => {
    custom = other;
  };
  return { keys, versions, row, on, credential, issuing, writeBeside };
}

describe("issuing a secret that the target chooses", () => {
  it("leaves one active key, recorded, whose secret is the current version", async () => {
    const w = world();
    const issued = await issue(w.issuing);
    expect(issued.stored).toEqual({ externalId: "key-1", version: 1 });
    expect([...w.keys]).toEqual([["key-1", { active: true, everUsed: false }]]);
    expect(w.versions).toEqual(["key-1"]);
    expect(w.row.facts.credential).toMatchObject({ phase: "done", key: "key-1" });
  });

  it("never commits anything that holds the secret", async () => {
    const w = world();
    await issue(w.issuing);
    expect(() => JSON.stringify(w.row.facts)).not.toThrow();
  });

  it("deletes its key when the step is another's and no row names it", async () => {
    const w = world();
    w.on.mint = () => {
      w.row.owned = false;
    };
    await expect(issue(w.issuing)).rejects.toBeInstanceOf(LostLease);
    expect(w.keys.size).toBe(0);
  });

  it("leaves its key to the successor when its commit had been made", async () => {
    const w = world();
    w.on.mint = () => {
      w.row.lost = (facts) => {
        w.row.facts = { ...w.row.facts, ...facts };
      };
    };
    await expect(issue(w.issuing)).rejects.toBeInstanceOf(LostLease);
    expect([...w.keys.keys()]).toEqual(["key-1"]);
  });

  it("waits out the window after a mint without an answer, and gives the step back meanwhile", async () => {
    const w = world({ mintWindowMs: 1_200_000 });
    w.on.mint = () => {
      throw new TargetFault("ambiguous", "reset", "No answer.");
    };
    await expect(issue(w.issuing)).rejects.toBeInstanceOf(PutOff);
    expect(w.keys.size).toBe(0);
    expect(w.row.facts.credential).toMatchObject({ phase: "clearing", quietAt: 2_200_000 });
  });

  it("tells a refused mint as what it was, and needs no window for it", async () => {
    const w = world({ mintWindowMs: 1_200_000 });
    w.on.mint = () => {
      w.keys.clear();
      throw new TargetFault("quota", "LimitExceeded", "Two keys are the most.");
    };
    await expect(issue(w.issuing)).rejects.toMatchObject({ kind: "quota" });
    expect(w.row.facts.credential).toMatchObject({ phase: "new", quietAt: null });
  });

  it("freezes when a key that nobody recorded was used, once that key is deleted", async () => {
    const w = world();
    w.keys.set("stray", { active: true, everUsed: true });
    await expect(issue(w.issuing)).rejects.toBeInstanceOf(Frozen);
    expect(w.keys.size).toBe(0);
  });

  it("keeps the keys of earlier intents", async () => {
    const w = world({ facts: { keys: ["old"] } });
    w.keys.set("old", { active: true, everUsed: true });
    await issue(w.issuing);
    expect([...w.keys.keys()]).toEqual(["old", "key-1"]);
  });
});

/** The step that gives power, with facts of its own, after one that issued. */
async function issued({ issuing, row }: ReturnType<typeof world>): Promise<{ step: Issuing; facts: () => JsonObject }> {
  await issue(issuing);
  let own: JsonObject = {};
  const work = {
    ...issuing.work,
    get facts() {
      return { ...row.facts, ...own };
    },
    checkpoint: async (more: JsonObject) => {
      own = { ...own, ...more };
    },
  };
  return { step: { ...issuing, work, committed: async () => own }, facts: () => own };
}

describe("before power is given", () => {
  it("nothing is done when exactly the recorded keys exist", async () => {
    const w = world();
    const { step } = await issued(w);
    expect(await recheck(step)).toBeNull();
  });
  it("a key that somebody added is deleted first", async () => {
    const w = world();
    const { step } = await issued(w);
    w.keys.set("stray", { active: true, everUsed: false });
    expect((await recheck(step))?.stored).toEqual({ externalId: "key-1", version: 1 });
    expect([...w.keys.keys()]).toEqual(["key-1"]);
  });
  it("a recorded key that somebody deleted is made anew, and the inventory is told of both", async () => {
    const w = world();
    const { step } = await issued(w);
    w.keys.clear();
    const again = await recheck(step);
    expect(again?.stored).toEqual({ externalId: "key-2", version: 2 });
    expect(again?.ended).toEqual([{ externalId: "key-1", state: "removed" }]);
    expect(w.versions).toEqual(["key-1", "key-2"]);
  });
  it("a key that was made anew is told of its predecessor by whoever ends it", async () => {
    const w = world();
    const { step } = await issued(w);
    w.keys.clear();
    const put = w.issuing.vault.put;
    w.issuing.vault.put = async () => {
      throw new LostLease();
    };
    await expect(recheck(step)).rejects.toThrow(LostLease);
    w.issuing.vault.put = put;
    const again = await recheck(step);
    expect(again?.stored.externalId).toBe("key-3");
    expect(again?.ended?.map(({ externalId }) => externalId)).toEqual(["key-1", "key-2"]);
  });
  it("a secret over which somebody else has written is made anew with its key", async () => {
    const w = world();
    const { step } = await issued(w);
    w.versions.push("a stranger's");
    expect((await recheck(step))?.stored).toEqual({ externalId: "key-2", version: 3 });
    expect([...w.keys.keys()]).toEqual(["key-2"]);
    expect(w.versions.at(-1)).toBe("key-2");
  });
  it("what an earlier try of the step made anew is told again, without making it again", async () => {
    const w = world();
    const { step } = await issued(w);
    w.keys.clear();
    await recheck(step);
    const again = await recheck(step);
    expect(again?.stored).toEqual({ externalId: "key-2", version: 2 });
    expect(again?.ended).toEqual([{ externalId: "key-1", state: "removed" }]);
    expect(w.versions).toEqual(["key-1", "key-2"]);
  });
  it("a slot that somebody removed and filled under the same number is not taken for ours", async () => {
    const w = world();
    const { step } = await issued(w);
    w.writeBeside({});
    w.versions[0] = "a stranger's";
    w.issuing.vault.prepare = async () => {
      throw new TargetFault("conflict", "slot-taken", "Not this identity's.");
    };
    await expect(recheck(step)).rejects.toBeInstanceOf(Squatter);
    expect(w.versions).toEqual(["a stranger's"]);
  });
});

describe("taking an issued secret back", () => {
  it("finds nothing to delete where somebody else has deleted the user with all keys", async () => {
    const w = world();
    await issue(w.issuing);
    w.keys.clear();
    w.credential.list = async () => {
      throw new TargetFault("not-found", "NoSuchEntity", "There is no such user.");
    };
    await expect(issue({ ...w.issuing, work: { ...w.issuing.work, facts: {} } })).rejects.toThrow("no such user");
    await unissue(w.issuing);
    expect(w.row.facts.credential).toMatchObject({ phase: "unmade" });
    expect(w.versions).toEqual([]);
  });

  it("leaves a slot that is somebody else's as it is", async () => {
    const w = world();
    await issue(w.issuing);
    await unissue({ ...w.issuing, custom: { identity: "another" } });
    expect(w.versions).toEqual(["key-1"]);
  });

  it("deletes every key of the intent and the slot, from any phase", async () => {
    for (const phase of ["new", "minting", "minted", "vaulted", "done"] as const) {
      const w = world({
        facts: {
          keys: ["old"],
          credential: { ...newServerChosen(["old"]), phase, key: phase === "new" ? null : "mine" },
        },
      });
      for (const id of ["old", "mine", "late"]) w.keys.set(id, { active: true, everUsed: false });
      await unissue(w.issuing);
      expect([...w.keys.keys()]).toEqual(["old"]);
      expect(w.versions).toEqual([]);
      await unissue(w.issuing);
    }
  });
});
