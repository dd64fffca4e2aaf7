import assert from "node:assert/strict";
import type { Secret } from "#lib/domain/secret.ts";
import type { ClientChosenCredential, ServerChosenCredential, StepWork } from "./connector.ts";

/** The straight path of either credential protocol, enough for a contract; the worker's protocols have tests of their own. Returns the credential's id. */
export const issueOnce = (
  credential: ServerChosenCredential | ClientChosenCredential,
  work: () => StepWork,
): Promise<string> => (credential.protocol === "server-chosen" ? minted(credential, work) : set(credential, work));

async function minted(credential: ServerChosenCredential, work: () => StepWork): Promise<string> {
  const { keys } = work().facts;
  const keep = Array.isArray(keys) ? keys : [];
  for (const { id } of await credential.list(work())) {
    if (keep.includes(id)) continue;
    await credential.deactivate(work(), id);
    await credential.remove(work(), id);
  }
  const secrets: Secret[] = [];
  const id = await credential.mint(work(), (secret) => secrets.push(secret));
  const [secret] = secrets;
  assert.ok(secret && id !== "", "a secret reached the sink");
  assert.equal(await credential.probe(work(), id, secret), true, "the new credential works");
  await work().checkpoint({ credential: { key: id, keep } });
  return id;
}

/** The target is the fence: an attempt is set once, and none that is not higher than the last. */
async function set(credential: ClientChosenCredential, work: () => StepWork): Promise<string> {
  const { beside } = credential;
  const rotates = work().plan.kind === "rotate" && beside !== undefined;
  const held = await credential.read(work(), 0);
  const number = typeof held === "object" ? held.attempt : rotates && held === "absent" ? 0 : null;
  assert.ok(number !== null, `the target tells the attempt it holds, not ${JSON.stringify(held)}`);
  const at = { attempt: number + 1, turn: 0 };
  const secret = credential.make(work(), 0);
  if (rotates) assert.equal(await beside.enable(work(), at), "fenced", "nothing is enabled before its secret is set");
  assert.equal(await credential.set(work(), at, secret), "set", "a higher attempt is set");
  assert.equal(await credential.set(work(), at, secret), "fenced", "an attempt is set once");
  assert.deepEqual(await credential.read(work(), 0), { attempt: at.attempt }, "the attempt that was set is told");
  if (rotates) {
    assert.equal(await beside.probe(work(), secret), false, "it cannot be used before it is enabled");
    assert.equal(await beside.enable(work(), { ...at, attempt: number }), "fenced", "only this attempt is enabled");
    assert.equal(await beside.enable(work(), at), "enabled");
    assert.equal(await beside.probe(work(), secret), true, "the new credential works");
    await beside.clear(work(), 0);
    assert.equal(await beside.probe(work(), secret), true, "clearing leaves it");
    await work().checkpoint((await beside.recorded(work(), 0)).facts);
  }
  await work().checkpoint({ credential: { phase: "set", attempt: at.attempt, expects: 1, version: 1, beside: null } });
  return credential.id?.(work(), 0) ?? work().plan.name;
}
