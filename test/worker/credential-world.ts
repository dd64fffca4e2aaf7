import { expect } from "vitest";
import type { ClientChosenCredential, ServerChosenCredential, StepWork } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { newServerChosen, type ServerChosenFacts } from "#lib/domain/provisioning/server-chosen-secret.ts";
import { Secret } from "#lib/domain/secret.ts";
import type { Calls } from "#lib/domain/target.ts";
import { LostLease } from "#lib/facts/steps/lost-lease.ts";
import type { Vault } from "#lib/vaults/store.ts";
import { type Issuing, isObject } from "#lib/worker/credential-storing.ts";

const callsOf = (): Calls => ({
  make: (_, call) => call({ signal: new AbortController().signal, timeoutMs: 1, aboutToSend: () => {} }),
});

/** Takes the place of one call; `run` executes it, now or later. */
export type Instead = (run: () => Promise<unknown>) => unknown;

/** Every call and commit of a run in their order, and what is to become of some. */
export class Wire {
  readonly log: string[] = [];
  /** After each call: what must hold at every moment. */
  always: () => void = () => {};
  readonly #once = new Map<string, Instead[]>();
  #at: { readonly index: number; readonly instead: Instead } | null = null;

  /** What becomes of the next call of that name. */
  once(name: string, instead: Instead): void {
    this.#once.set(name, [...(this.#once.get(name) ?? []), instead]);
  }

  /** What becomes of the call of that number, counted from 0 over all calls. */
  at(index: number, instead: Instead): void {
    this.#at = { index, instead };
  }

  async call<T>(said: string, run: () => Promise<T>): Promise<T> {
    const name = said.split(" ")[0] ?? "";
    if (this.log.length > 400) throw new Error("It does not come to an end.");
    const at = this.#at?.index === this.log.length ? this.#at.instead : undefined;
    this.log.push(said);
    const instead = at ?? this.#once.get(name)?.shift();
    try {
      return instead === undefined ? await run() : ((await instead(run)) as T);
    } finally {
      this.always();
    }
  }
}

export const fault = (kind: ConstructorParameters<typeof TargetFault>[0]) => new TargetFault(kind, "code", `${kind}.`);
const raise = (error: Error): never => {
  throw error;
};
export const fails =
  (kind: Parameters<typeof fault>[0]): Instead =>
  () =>
    raise(fault(kind));
/** The call was executed and its answer lost. */
export const answerLost: Instead = async (run) => {
  await run();
  raise(fault("ambiguous"));
};
export class Crash extends Error {}
/** The step is another's. */
export const lose: Instead = () => raise(new LostLease());

/** What can become of any call. What is executed late is put into the list, to be run when the test says so. */
export const mishaps: readonly [string, (late: (() => Promise<unknown>)[]) => Instead][] = [
  [
    "a crash before it",
    () => () => {
      throw new Crash();
    },
  ],
  [
    "a crash after it",
    () => async (run) => {
      await run();
      throw new Crash();
    },
  ],
  ["an answer lost before it", () => fails("ambiguous")],
  ["an answer lost after it", () => answerLost],
  [
    "a call executed late",
    (late) => (run) => {
      late.push(run);
      throw fault("ambiguous");
    },
  ],
];

export interface StoredVersion {
  readonly secret: string;
  destroyed: boolean;
  deleted: boolean;
}

/** Versions of one slot in memory, each named by the secret it holds. */
export class MemoryVault implements Vault {
  readonly versions: StoredVersion[] = [];
  custom: Record<string, string> | null = null;
  /** Calls that came with another slot or other calls than the worker's. */
  readonly astray: unknown[] = [];
  readonly wire: Wire;
  readonly calls = callsOf();
  readonly slot = { mount: "kv", path: "p" };

  constructor(wire: Wire) {
    this.wire = wire;
  }

  fill(...secrets: readonly string[]): void {
    this.versions.push(...secrets.map((secret) => ({ secret, destroyed: false, deleted: false })));
  }

  get secrets(): readonly string[] {
    return this.versions.map(({ secret }) => secret);
  }

  state() {
    const versions = this.versions.map(({ destroyed, deleted }, at) => ({
      ...{ version: at + 1, destroyed, deleted, createdAt: "" },
    }));
    return { current: versions.length, versions, custom: this.custom ?? {} };
  }

  ask<T>(said: string, [slot, calls]: readonly unknown[], run: () => T): Promise<T> {
    if (slot !== this.slot || calls !== this.calls) this.astray.push(said);
    return this.wire.call(said, async () => run());
  }

  check = async () => [];
  close = async () => {};

  prepare(slot: unknown, custom: Record<string, string>, calls: unknown) {
    return this.ask("prepare", [slot, calls], () => {
      if (this.custom !== null && this.custom.identity !== custom.identity) throw fault("conflict");
      this.custom = custom;
      return this.state();
    });
  }

  read(slot: unknown, calls: unknown) {
    return this.ask("read", [slot, calls], () => (this.custom === null ? null : this.state()));
  }

  put(slot: unknown, secret: Secret, ...[cas, calls]: [number, unknown]) {
    return this.ask(`put ${cas}`, [slot, calls], () => {
      if (cas !== this.versions.length) throw fault("conflict");
      this.fill(secret.pour(({ value = "" }) => value));
      return this.versions.length;
    });
  }

  destroy(slot: unknown, versions: readonly number[], calls: unknown) {
    return this.ask(`destroy ${versions.join(",")}`, [slot, calls], () => {
      for (const [at, version] of this.versions.entries()) version.destroyed ||= versions.includes(at + 1);
    });
  }

  remove(slot: unknown, calls: unknown) {
    return this.ask("forget", [slot, calls], () => {
      this.custom = null;
      this.versions.length = 0;
    });
  }
}

export interface Row {
  facts: JsonObject;
  /** Every commit of the protocol's facts, in order. */
  readonly commits: unknown[];
}

function stepOf(wire: Wire, given: { readonly kind: string; readonly facts: JsonObject }) {
  const row: Row = { facts: given.facts, commits: [] };
  const work = {
    plan: { name: "n", kind: given.kind },
    get facts() {
      return row.facts;
    },
    checkpoint: (facts: JsonObject) => {
      const phase = isObject(facts.credential) ? facts.credential.phase : "";
      return wire.call(`commit ${phase}`, async () => {
        row.commits.push(facts.credential);
        row.facts = JSON.parse(JSON.stringify({ ...row.facts, ...facts }));
      });
    },
    calls: callsOf(),
  } as unknown as StepWork;
  return { row, work };
}

interface Given {
  readonly kind?: "provision" | "rotate";
  readonly facts?: JsonObject;
}

/** A step, its vault and the clock, for whichever credential. */
function issuingOf<C extends Issuing["credential"]>(
  { kind = "provision", facts = {} }: Given,
  { wire, credential }: { readonly wire: Wire; readonly credential: C },
) {
  const vault = new MemoryVault(wire);
  const { row, work } = stepOf(wire, { kind, facts });
  const clock = { now: 1_000_000, leaseEndsAt: 1_000_000 };
  const issuing: Issuing & { credential: C } = {
    ...{ work, credential, vault, vaultCalls: vault.calls, slot: vault.slot },
    custom: { identity: "i" },
    now: () => clock.now,
    leaseEndsAt: () => clock.leaseEndsAt,
    committed: async () => row.facts,
    lastCalls: callsOf(),
  };
  return { wire, log: wire.log, vault, row, clock, issuing, credential };
}

export interface Holder {
  attempt: number;
  secret: string;
  login: boolean;
  closed: boolean;
}

/** A target that takes the password we choose: logins by their turn, each fenced by the attempt it holds. */
export function passwordWorld(given: Given = {}) {
  const wire = new Wire();
  const holders = new Map<number, Holder>();
  const made: string[] = [];
  const textOf = (secret: Secret) => secret.pour(({ value = "" }) => value);
  const credential: ClientChosenCredential = {
    protocol: "client-chosen",
    id: (_, turn) => `login-${turn}`,
    make: (_, turn) => {
      made.push(`secret-${made.length + 1}`);
      wire.log.push(`make ${turn}`);
      return new Secret({ value: made.at(-1) ?? "" });
    },
    read: (_, turn) =>
      wire.call(`look ${turn}`, async () => {
        const holder = holders.get(turn);
        if (holder === undefined) return "absent";
        return holder.closed ? "closed" : { attempt: holder.attempt };
      }),
    set: (_, { attempt, turn }, secret) =>
      wire.call(`set ${attempt} at ${turn}`, async () => {
        const holder = holders.get(turn) ?? { attempt: 0, secret: "", login: false, closed: false };
        if (holder.closed || holder.attempt >= attempt) return "fenced";
        holders.set(turn, { ...holder, attempt, secret: textOf(secret) });
        return "set";
      }),
    beside: {
      enable: (_, { attempt, turn }) =>
        wire.call(`enable ${attempt} at ${turn}`, async () => {
          const holder = holders.get(turn);
          if (holder === undefined || holder.closed || holder.attempt !== attempt) return "fenced";
          holder.login = true;
          return "enabled";
        }),
      probe: (_, secret) => wire.call("probe", async () => works(textOf(secret))),
      clear: (_, turn) =>
        wire.call(`clear ${turn}`, async () => {
          for (const other of [...holders.keys()]) if (other !== turn) holders.delete(other);
        }),
      recorded: async (_, turn) => ({ facts: { login: `login-${turn}` }, objects: [] }),
    },
  };
  const works = (secret: string) => [...holders.values()].some((one) => one.login && one.secret === secret);
  if (given.kind !== "rotate") holders.set(0, { attempt: 0, secret: "", login: false, closed: false });
  const world = { ...issuingOf(given, { wire, credential }), holders, made, works };
  if (given.kind !== "rotate") return world;
  world.vault.custom = { identity: "i" };
  world.vault.fill("older");
  return world;
}

export interface Key {
  active: boolean;
  everUsed: boolean;
}

/** A target that chooses the secret of a key and tells it once. */
/** What a key's secret is; nothing that is committed may hold it. */
export const pouredOf = (key: string): string => `poured of ${key}`;

export function keyWorld({ mintWindowMs = 0, ...given }: Given & { readonly mintWindowMs?: number } = {}) {
  const wire = new Wire();
  const keys = new Map<string, Key>();
  const minted: string[] = [];
  const removedWith: Calls[] = [];
  const credential: ServerChosenCredential = {
    protocol: "server-chosen",
    mintWindowMs,
    consistencyMs: 0,
    list: () => wire.call("list", async () => [...keys].map(([id, key]) => ({ id, ...key }))),
    mint: (_, sink) =>
      wire.call("mint", async () => {
        const id = `key-${minted.length + 1}`;
        minted.push(id);
        keys.set(id, { active: true, everUsed: false });
        sink(new Secret({ value: pouredOf(id) }));
        return id;
      }),
    deactivate: (_, id) =>
      wire.call(`deactivate ${id}`, async () => {
        const key = keys.get(id);
        if (key) key.active = false;
      }),
    remove: ({ calls }, id) =>
      wire.call(`remove ${id}`, async () => {
        removedWith.push(calls);
        return keys.delete(id) ? "deleted" : "absent";
      }),
    probe: (_, id, secret) =>
      wire.call(`probe ${id}`, async () =>
        secret.pour(({ value = "" }) => value === pouredOf(id) && keys.get(id)?.active === true),
      ),
  };
  const add = (id: string, key: Partial<Key> = {}) => void keys.set(id, { active: true, everUsed: false, ...key });
  return { ...issuingOf(given, { wire, credential }), keys, minted, removedWith, add };
}
export type KeyWorld = ReturnType<typeof keyWorld>;

/** A step whose row was committed so by an earlier worker. */
export const startedKey = (keep: readonly string[], more: Partial<ServerChosenFacts>, mintWindowMs = 0): KeyWorld =>
  keyWorld({ mintWindowMs, facts: { keys: [...keep], credential: { ...newServerChosen(keep), ...more } } });
export const storedKey = (key: string, more: Partial<ServerChosenFacts> = {}): Partial<ServerChosenFacts> => ({
  ...{ phase: "done", attempt: 1, key, expects: 1, version: 1, probed: true, pairs: [{ version: 1, key }], ...more },
});
export const keyFacts = ({ row }: KeyWorld) => row.facts.credential as unknown as ServerChosenFacts;

/** Exactly the recorded keys are active, and the vault's current version is the recorded one, the secret of the recorded key. */
export function expectKeyAgreed(w: KeyWorld): void {
  const { phase, key, version, keep } = keyFacts(w);
  expect(phase).toBe("done");
  expect([...w.keys].map(([id, { active }]) => (active ? id : `${id}, inactive`))).toEqual([...keep, key]);
  expect(version).toBe(w.vault.versions.length);
  expect(w.vault.secrets.at(-1)).toBe(pouredOf(String(key)));
  expect(JSON.stringify(w.row)).not.toContain(pouredOf(""));
  expect(w.vault.astray).toEqual([]);
}
