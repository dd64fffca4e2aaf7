import assert from "node:assert/strict";
import type { Secret } from "#lib/domain/secret.ts";
import type { ClientChosenCredential, ServerChosenCredential, StepWork } from "./connector.ts";

/** The straight path of either credential protocol, enough for a contract; the worker's protocols have tests of their own. */
export const issueOnce = (
  credential: ServerChosenCredential | ClientChosenCredential,
  work: () => StepWork,
): Promise<void> => (credential.protocol === "server-chosen" ? minted(credential, work) : set(credential, work));

async function minted(credential: ServerChosenCredential, work: () => StepWork): Promise<void> {
  for (const { id } of await credential.list(work())) {
    await credential.deactivate(work(), id);
    await credential.remove(work(), id);
  }
  const secrets: Secret[] = [];
  const id = await credential.mint(work(), (secret) => secrets.push(secret));
  const [secret] = secrets;
  assert.ok(secret && id !== "", "a secret reached the sink");
  assert.equal(await credential.probe(work(), id, secret), true, "the new credential works");
}

/** The target is the fence: an attempt is set once, and none that is not higher than the last. */
async function set(credential: ClientChosenCredential, work: () => StepWork): Promise<void> {
  const held = await credential.read(work());
  assert.ok(typeof held === "object", `the target tells the attempt it holds, not ${JSON.stringify(held)}`);
  const attempt = held.attempt + 1;
  const secret = credential.make(work());
  assert.equal(await credential.set(work(), attempt, secret), "set", "a higher attempt is set");
  assert.equal(await credential.set(work(), attempt, secret), "fenced", "an attempt is set once");
  assert.deepEqual(await credential.read(work()), { attempt }, "the attempt that was set is told");
  await work().checkpoint({ credential: { phase: "set", attempt, expects: 1, version: 1 } });
}
