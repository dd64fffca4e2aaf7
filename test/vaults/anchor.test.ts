import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Checkpoint, checkpointLine, isSigned, signed } from "#lib/audit/checkpoint.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import { vault as store } from "#lib/vaults/vault/index.ts";
import { removerRules, writerRules } from "#lib/vaults/vault/policy.ts";
import { connectVault } from "#lib/vaults/vault/vault.ts";
import { AnchorUnreadable, vaultAnchor } from "#lib/worker/anchors.ts";
import { freeCalls } from "./calls.ts";
import { openBaoWorld, simulatedWorld, type World } from "./worlds.ts";

const keys = generateKeyPairSync("ed25519");
const hex = (digit: string) => digit.repeat(64);
const checkpoint = (size: number, more: Partial<Checkpoint> = {}): Checkpoint =>
  signed(
    { size, root: hex("a"), previous: hex("b"), epoch: 1, at: "2026-05-01T10:00:00.000000Z", key: "c-1", ...more },
    keys.privateKey,
  );

for (const [name, begin] of [
  ["simulator", simulatedWorld],
  ["OpenBao 2.7.2", openBaoWorld],
] as const) {
  describe(`an anchor in a vault: ${name}`, () => {
    let world: World;
    beforeAll(async () => {
      world = await begin();
    });
    afterAll(() => world.stop());

    const at = (path: string, installation = "test") => {
      const vault = connectVault({
        name: "vault-main",
        settings: store.settings.parse({ address: world.url }),
        credentials: world.credentials,
        windows: {},
        installation,
        approved: [],
      });
      return vaultAnchor({ vault, slot: { mount: "kv", path }, installation, calls: freeCalls() });
    };

    it("is empty at first, then gives back the newest checkpoint, still signed; each is a version of its own", async () => {
      const anchor = at("charter/anchor");
      expect(await anchor.last()).toBeNull();
      await anchor.append(checkpoint(3));
      expect(await anchor.last()).toEqual(checkpoint(3));
      await anchor.append(checkpoint(7));
      const last = await at("charter/anchor").last();
      expect(last).toEqual(checkpoint(7));
      expect(last !== null && isSigned(last, keys.publicKey)).toBe(true);
      expect(await world.data("charter/anchor")).toEqual({ checkpoint: checkpointLine(checkpoint(7)) });
    });

    it("keeps a raised epoch with its reason", async () => {
      const anchor = at("charter/raised");
      const raised = {
        epoch: 1,
        size: 20,
        root: hex("c"),
        why: "Restored the backup of “1 May” 🦊".padEnd(100, "ö"),
      };
      await anchor.append(checkpoint(20));
      await anchor.append(checkpoint(12, { epoch: 2, raised }));
      expect(await anchor.last()).toEqual(checkpoint(12, { epoch: 2, raised }));
      await anchor.append(checkpoint(14, { epoch: 2 }));
      expect(await anchor.last()).toEqual(checkpoint(14, { epoch: 2 }));
    });

    it("takes no other installation's slot", async () => {
      await at("charter/theirs", "theirs").append(checkpoint(3));
      await expect(at("charter/theirs").last()).rejects.toBeInstanceOf(AnchorUnreadable);
      await expect(at("charter/theirs").append(checkpoint(4))).rejects.toMatchObject({ code: "slot-taken" });
    });

    it("says what it lacks when the policy does not reach the path", async () => {
      await world.setPolicy("writer", writerRules("kv/elsewhere"));
      const error = await at("charter/anchor")
        .append(checkpoint(9))
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(TargetFault);
      await world.setPolicy("writer", writerRules("kv"));
      await world.setPolicy("remover", removerRules("kv"));
      expect(await at("charter/anchor").last()).toEqual(checkpoint(7));
    });
  });
}
