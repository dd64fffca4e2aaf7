import { IAMClient } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe } from "vitest";
import type { Account } from "#lib/connectors/aws-iam/simulator/state.ts";
import { simulatedCredentials, simulatedSeed, simulatedSettings, start } from "#lib/connectors/aws-iam/simulator.ts";
import type { Harness } from "#lib/connectors/contract-life.ts";
import type { Simulator } from "#lib/simulation/server.ts";
import { type Moto, startMoto } from "#test/support/servers/moto.ts";
import { furnish, harnessOf } from "./aws-iam.harness.ts";
import { holdsContract } from "./contract-cases.ts";

for (const object of ["role", "user"] as const) {
  describe(`an AWS ${object} on the simulator`, () => {
    let simulator: Simulator<Account>;
    let harness: Harness;
    beforeAll(async () => {
      const seed = simulatedSeed();
      simulator = await start({ port: 0, seed });
      harness = harnessOf({
        settings: simulatedSettings(simulator.url, seed),
        credentials: simulatedCredentials,
        object,
        loseAnswer: (call) =>
          simulator.fault({ operation: call.split(":")[1] ?? "", effect: { kind: "reset", when: "after" } }),
      });
    });
    afterAll(async () => {
      await harness.target.close();
      await simulator.stop();
    });
    holdsContract(() => harness);
  });

  describe(`an AWS ${object} on moto`, () => {
    let moto: Moto;
    let harness: Harness;
    beforeAll(async () => {
      moto = await startMoto();
      const credentials = { accessKeyId: "test", secretAccessKey: "test" };
      const iam = new IAMClient({ region: "us-east-1", endpoint: moto.url, credentials });
      const { boundaryArn, githubProviderArn } = await furnish(iam);
      const ceiling = object === "role" ? boundaryArn : null;
      harness = harnessOf({
        settings: { accountId: "123456789012", boundaryArn: ceiling, githubProviderArn, endpoint: moto.url },
        credentials,
        object,
        loseAnswer: null,
      });
    });
    afterAll(async () => {
      await harness.target.close();
      await moto.stop();
    });
    holdsContract(() => harness);
  });
}
