import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TargetFault } from "#lib/domain/fault.ts";
import { Secret } from "#lib/domain/secret.ts";
import type { Vault } from "#lib/vaults/store.ts";
import { vault as store } from "#lib/vaults/vault/index.ts";
import { removerRules, writerRules } from "#lib/vaults/vault/policy.ts";
import { connectVault } from "#lib/vaults/vault/vault.ts";
import { freeCalls } from "./calls.ts";
import { openBaoWorld, simulatedWorld, type World } from "./worlds.ts";

const custom = {
  identity: "identity-1",
  intent: "intent-1",
  owner: "Jonas Kern",
  purpose: "Settles invoices every night.",
};
const secret = () => new Secret({ username: "charter_1", password: "CANARY-1" });
const slot = (name: string) => ({ mount: "kv", path: `payments/prod/${name}` });

const fault = async (run: Promise<unknown>): Promise<{ kind: string; code: string }> => {
  const error = await run.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TargetFault)) throw new Error(`no fault but ${String(error)}`);
  expect(JSON.stringify([error.message, error.stack, Object.entries(error)])).not.toContain("CANARY");
  return { kind: error.kind, code: error.code };
};

for (const [name, begin] of [
  ["simulator", simulatedWorld],
  ["OpenBao 2.7.2", openBaoWorld],
] as const) {
  describe(`vault store on ${name}`, () => {
    let world: World;
    let vault: Vault;
    const calls = freeCalls();
    const open = (credentials = world.credentials) =>
      connectVault({
        name: "vault-main",
        settings: store.settings.parse({ address: world.url }),
        credentials,
        windows: {},
        installation: "test",
        approved: [{ mount: "kv", path: "{team}/{environment}/{name}" }],
      });
    beforeAll(async () => {
      world = await begin();
      vault = open();
    });
    afterAll(() => world.stop());

    it("knows nothing of a slot that was never prepared", async () => {
      expect(await vault.read(slot("never"), calls)).toBeNull();
    });

    it("prepares a slot, writes with check-and-set, and cannot read the secret back", async () => {
      const at = slot("whole");
      expect(await vault.prepare(at, custom, calls)).toEqual({ current: 0, custom, versions: [] });
      expect(await vault.put(at, secret(), 0, calls)).toBe(1);
      expect(await world.data(at.path)).toEqual({ username: "charter_1", password: "CANARY-1" });
      const state = await vault.read(at, calls);
      expect(state).toMatchObject({ current: 1, custom, versions: [{ version: 1, destroyed: false, deleted: false }] });
      expect(JSON.stringify(state)).not.toContain("CANARY");
    });

    it("refuses a second write on the same version, and takes it on the next", async () => {
      const at = slot("twice");
      await vault.prepare(at, custom, calls);
      await vault.put(at, secret(), 0, calls);
      expect(await fault(vault.put(at, secret(), 0, calls))).toEqual({ kind: "conflict", code: "cas" });
      expect(await vault.put(at, secret(), 1, calls)).toBe(2);
    });

    it("gives exactly one of two concurrent writers the version", async () => {
      const at = slot("race");
      await vault.prepare(at, custom, calls);
      const ends = await Promise.allSettled([vault.put(at, secret(), 0, calls), vault.put(at, secret(), 0, calls)]);
      expect(ends.map((end) => end.status).sort()).toEqual(["fulfilled", "rejected"]);
      expect((await vault.read(at, calls))?.current).toBe(1);
    });

    it("refuses another identity's slot, and one with versions that nobody marked, and changes neither", async () => {
      const at = slot("taken");
      await vault.prepare(at, custom, calls);
      const other = { ...custom, identity: "identity-2" };
      expect(await fault(vault.prepare(at, other, calls))).toEqual({ kind: "conflict", code: "slot-taken" });
      expect((await vault.read(at, calls))?.custom).toEqual(custom);
      const unmarked = slot("unmarked");
      await vault.put(unmarked, secret(), 0, calls);
      expect(await fault(vault.prepare(unmarked, custom, calls))).toEqual({ kind: "conflict", code: "slot-taken" });
    });

    it("lets a later intent of the same identity prepare its slot anew", async () => {
      const at = slot("again");
      await vault.prepare(at, custom, calls);
      await vault.put(at, secret(), 0, calls);
      const later = { ...custom, intent: "intent-2" };
      expect(await vault.prepare(at, later, calls)).toMatchObject({ current: 1, custom: later });
    });

    it("destroys with the remover's login; the next write still counts on", async () => {
      const at = slot("destroyed");
      await vault.prepare(at, custom, calls);
      await vault.put(at, secret(), 0, calls);
      await vault.destroy(at, [1], calls);
      await vault.destroy(at, [1], calls);
      expect(await world.data(at.path)).toBeNull();
      expect((await vault.read(at, calls))?.versions[0]?.destroyed).toBe(true);
      expect(await fault(vault.put(at, secret(), 0, calls))).toEqual({ kind: "conflict", code: "cas" });
      expect(await vault.put(at, secret(), 1, calls)).toBe(2);
    });

    it("removes a slot whole, twice over", async () => {
      const at = slot("removed");
      await vault.prepare(at, custom, calls);
      await vault.put(at, secret(), 0, calls);
      await vault.remove(at, calls);
      expect(await world.exists(at.path)).toBe(false);
      await vault.remove(at, calls);
    });

    it("cuts and cleans custom metadata to what the engine takes", async () => {
      const at = slot("purpose");
      const state = await vault.prepare(at, { ...custom, purpose: `a\u202e\n${"ß".repeat(400)}` }, calls);
      const purpose = state.custom.purpose ?? "";
      expect(Buffer.byteLength(purpose)).toBeLessThanOrEqual(512);
      expect(purpose.startsWith("a  ß")).toBe(true);
      expect(purpose.endsWith("…")).toBe(true);
    });

    it("logs in anew when its token no longer counts, and says denied when the right is missing", async () => {
      const at = slot("relogin");
      await vault.prepare(at, custom, calls);
      await world.revokeTokens();
      expect(await vault.put(at, secret(), 0, calls)).toBe(1);
      await world.setPolicy(
        "writer",
        writerRules("kv").filter(({ path }) => !path.includes("/data/")),
      );
      expect(await fault(vault.put(at, secret(), 1, calls))).toEqual({ kind: "denied", code: "permission-denied" });
      await world.setPolicy("writer", writerRules("kv"));
    });

    it("says that a login is wrong", async () => {
      const wrong = open({ ...world.credentials, writerSecretId: "wrong" });
      expect(await fault(wrong.read(slot("x"), calls))).toEqual({ kind: "denied", code: "login" });
    });

    it("checks out when each right is there", async () => {
      const checks = await vault.check(calls);
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(checks.map(({ name }) => name)).toEqual(
        expect.arrayContaining([
          "server",
          "writer: login",
          "remover: login",
          "engine: kv",
          "writer: update kv/data/charter-check/charter-check/charter-check",
          "remover: delete kv/metadata/charter-check/charter-check/charter-check",
        ]),
      );
    });

    it.each([
      ["writer", "kv/data/*", "update"],
      ["writer", "kv/metadata/*", "read"],
      ["remover", "kv/destroy/*", "update"],
      ["remover", "kv/metadata/*", "delete"],
    ] as const)("names what the %s lacks on %s: %s", async (who, path, capability) => {
      const rules = who === "writer" ? writerRules("kv") : removerRules("kv");
      const less = rules.map((rule) =>
        rule.path === path ? { path, capabilities: rule.capabilities.filter((item) => item !== capability) } : rule,
      );
      await world.setPolicy(
        who,
        less.filter(({ capabilities }) => capabilities.length > 0),
      );
      const missing = (await vault.check(calls)).filter(({ ok }) => !ok).map(({ name }) => name);
      await world.setPolicy(who, rules);
      expect(missing).toEqual([
        `${who}: ${capability} ${path.replace("*", "charter-check/charter-check/charter-check")}`,
      ]);
    });

    it("warns when the writer can read what it writes", async () => {
      const more = [{ path: "kv/data/*", capabilities: ["create", "update", "read"] }, ...writerRules("kv").slice(1)];
      await world.setPolicy("writer", more);
      const wrong = (await vault.check(calls)).filter(({ ok }) => !ok).map(({ name }) => name);
      await world.setPolicy("writer", writerRules("kv"));
      expect(wrong).toEqual(["writer: reads no secret in kv"]);
    });

    it("says sealed, and that nothing was executed", async () => {
      await world.seal();
      expect(await fault(vault.put(slot("whole"), secret(), 1, calls))).toEqual({
        kind: "unavailable",
        code: "sealed",
      });
      expect((await vault.check(calls)).map(({ name, ok, sentence }) => [name, ok, sentence])).toEqual([
        ["server", false, "The vault is sealed."],
      ]);
      await world.unseal();
      expect((await vault.read(slot("whole"), calls))?.current).toBe(1);
    });
  });
}
