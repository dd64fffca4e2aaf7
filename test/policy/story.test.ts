import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { blueprintSchema, reachPackSchema } from "#lib/connectors/blueprint.ts";
import { buildPlan } from "#lib/connectors/planning.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import type { Answers } from "#lib/domain/answers.ts";
import { compose } from "#lib/domain/compose.ts";
import type { FormFacts } from "#lib/domain/form-facts.ts";
import { policyFacts } from "#lib/domain/policy-facts.ts";
import type { Outcome } from "#lib/domain/refusal.ts";
import { loadBundle } from "#lib/policy/bundle.ts";
import { type Bundle, decide, figuresOf } from "#lib/policy/engine.ts";
import { now, pipelineAnswers, pipelineFacts } from "#test/domain/forms.ts";

function must<T>(outcome: Outcome<T>): T {
  if ("refusals" in outcome) throw new Error(outcome.refusals.map((one) => `${one.field}: ${one.sentence}`).join("\n"));
  return outcome.ok;
}
const json = async (path: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(`../../lib/connectors/${path}`, import.meta.url), "utf8"));

const bundle: Bundle = must(await loadBundle());
const [blueprintJson, packJson] = await Promise.all([
  json("aws-iam/blueprints/aws-role-ci-pipeline.json"),
  json("aws-iam/reach/write-bucket.json"),
]);
const blueprint = blueprintSchema.parse(blueprintJson);
const pack = reachPackSchema.parse(packJson);
const connector = connectorOf(blueprint.connector);
if (connector === undefined) throw new Error("The shipped blueprint needs its connector.");

const facts: FormFacts = {
  ...pipelineFacts,
  blueprint: { ...blueprint, digest: "b1" },
  targets: [
    {
      name: "payments-cloud",
      kind: connector.kind,
      title: "Payments",
      environments: ["dev", "staging", "prod"],
      credentials: connector.credentials,
    },
  ],
  figures: figuresOf(bundle),
  bundle: bundle.digest,
};
const settings = {
  accountId: "730455104412",
  boundaryArn: null,
  githubProviderArn: "arn:aws:iam::730455104412:oidc-provider/token.actions.githubusercontent.com",
};

/** From the form's answers to policy's word, through the shipped blueprint, connector and bundle. */
async function ask(answers: Answers, firstInProduction: boolean) {
  const { need } = answers;
  const parameters = need !== null && "pack" in need ? need.parameters : {};
  const spec = must(
    connector?.specFrom({ pack, parameters, blueprint: blueprint.shape }) ?? {
      refusals: [{ code: "invalid", sentence: "None." }],
    },
  );
  const composed = compose({ answers, facts, now, spec: { ok: JSON.parse(JSON.stringify(spec)) } });
  const charter = must(
    composed.charter === null
      ? { refusals: [{ code: "invalid", sentence: JSON.stringify(composed.refusals) }] }
      : { ok: composed.charter },
  );
  const { reach, plan } = must(
    await buildPlan({
      kind: "provision",
      request: "6b1f3a52-0000-4000-8000-000000000001",
      version: 1,
      charter,
      change: {},
      target: {
        name: "payments-cloud",
        kind: blueprint.connector,
        title: "Payments",
        environments: ["dev", "staging", "prod"],
        settings,
        entryDigest: "e1",
        configured: true,
      },
      vaults: [],
      stores: blueprint.stores,
      labels: {
        installation: "acme-test",
        identity: "6b1f3a52-0000-4000-8000-000000000001",
        portal: "http://localhost:3000",
        team: "payments",
        service: "ledger",
        owner: "Jonas Kern",
      },
      born: null,
      held: [],
      present: null,
    }),
  );
  const rows = {
    firstInProduction,
    similar: 0,
    ownerActive: true,
    keysEnrolled: false,
    requesterInTeam: true,
    ownerInTeam: true,
    identity: null,
  };
  return {
    plan,
    decision: decide(
      bundle,
      policyFacts({
        ...{ kind: "provision", charter, reach, requester: "jonas", now, serviceTeam: "payments", rows, access: null },
      }),
    ),
  };
}

test("Jonas names the repository, picks a pack and says why: two of security are asked for the service's first in production", async () => {
  const { decision, plan } = await ask({ ...pipelineAnswers, blueprint: blueprint.id }, true);
  expect(decision).toMatchObject({ outcome: "asks", stages: [{ role: "security", count: 2 }] });
  expect(JSON.stringify(plan.objects)).toContain("repo:acme@81/ledger@5120:environment:production");
});

test("for staging it passes on its own", async () => {
  const runs = { kind: "github", repository: "acme/ledger", subject: { environment: "staging" } } as const;
  const { decision } = await ask({ ...pipelineAnswers, blueprint: blueprint.id, runs }, false);
  expect(decision).toMatchObject({ outcome: "passes", passedBy: "narrow.passes" });
});
