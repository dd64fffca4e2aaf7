import { describe, expect, test } from "vitest";
import type { Binding, Charter, CredentialModel } from "#lib/domain/charter.ts";
import { type Bounded, whyNotBlueprint } from "#lib/domain/guard-rails.ts";
import { ladder } from "#lib/domain/ladder.ts";
import { pipelineFacts } from "./forms.ts";

describe("the ladder says why a credential is the best", () => {
  test.each<[CredentialModel, readonly CredentialModel[], Binding["kind"], string | null]>([
    [
      ...(["federated", ["federated", "static"], "github"] as const),
      "A federated credential is the best possible here: this target does not offer a platform-native credential.",
    ],
    [
      ...(["federated", ["platform-native", "federated"], "github"] as const),
      "A federated credential is the best possible here: a platform-native credential needs a workload that can prove who it is.",
    ],
    [
      ...(["static", ["federated", "static"], "github"] as const),
      "A static, vaulted credential; a federated credential would be better and is possible here.",
    ],
    [
      ...(["federated", ["short-lived", "static"], "github"] as const),
      "A short-lived credential is the best possible here: this target does not offer a federated credential.",
    ],
    [
      ...(["federated", ["short-lived", "dynamic"], "workload"] as const),
      "A dynamic credential is the best possible here: a short-lived credential needs a workload that can prove who it is.",
    ],
    [
      ...(["static", ["federated", "static"], "workload"] as const),
      "A static, vaulted credential is the best possible here: this target does not offer a dynamic credential.",
    ],
    ["static", ["short-lived"], "workload", null],
    ["static", [], "github", null],
  ])("%s of %j for a %s", (wanted, offered, workload, sentence) => {
    expect(ladder(wanted, offered, workload)?.sentence ?? null).toBe(sentence);
  });
});

describe("a blueprint says how a charter left it", () => {
  const rails = { ...pipelineFacts.blueprint, guardRails: { environments: ["staging", "prod"] as const } };
  const rotation: Charter["rotation"] = { everyDays: 90, riskAnalysis: "RA-1" };
  test.each<[Bounded, object, string, string, string]>([
    [{ blueprint: "b" }, {}, "blueprint", "This is not the blueprint it was filled from.", "Begin again."],
    [
      { environment: "dev" },
      {},
      "environment",
      "Role for a pipeline is not offered for dev.",
      "It serves staging, prod.",
    ],
    [
      { credential: "static" },
      {},
      "credential",
      "Role for a pipeline makes a federated credential.",
      "Choose the blueprint that makes the one you want.",
    ],
    [{ rotation }, {}, "rotation", "There is no stored credential to rotate.", "Leave the rotation out."],
    [
      { rotation: null },
      { stores: true },
      "rotation",
      "A stored credential needs a rotation rule.",
      "Say how often it is replaced.",
    ],
  ])("%j", (bounded, change, field, sentence, mend) => {
    expect(whyNotBlueprint(bounded, { ...rails, ...change })).toEqual([{ code: "invalid", field, sentence, mend }]);
  });
  test("and nothing of what it left open or kept", () => {
    expect(whyNotBlueprint({}, rails)).toEqual([]);
    expect(whyNotBlueprint({ blueprint: rails.id, environment: "prod", credential: "federated" }, rails)).toEqual([]);
    expect(whyNotBlueprint({ rotation: null }, rails)).toEqual([]);
    expect(whyNotBlueprint({ rotation }, { ...rails, stores: true })).toEqual([]);
  });
});
