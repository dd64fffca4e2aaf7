import assert from "node:assert/strict";
import { test } from "vitest";
import { contract } from "#lib/connectors/contract.ts";
import type { Harness } from "#lib/connectors/contract-life.ts";

/** One test a case; where the server is known to be wrong, the case must fail, or the difference is gone and its line with it. */
export const holdsContract = (harness: () => Harness): void =>
  test.each(contract)("$name", async ({ name, run }) => {
    const difference = harness().differs[name];
    if (difference === undefined) return run(harness());
    await assert.rejects(run(harness()), `no longer true of this server: ${difference}`);
  });
