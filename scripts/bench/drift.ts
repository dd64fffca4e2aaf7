import { DeleteRolePolicyCommand, ListRolePoliciesCommand } from "@aws-sdk/client-iam";
import { openDatabase } from "#db/client.ts";
import { assemble } from "#lib/worker/assemble.ts";
import { configPath, readConfig } from "#lib/worker/config-file.ts";
import { createLog } from "#lib/worker/log.ts";
import { reconcile } from "#lib/worker/sweeps/reconcile.ts";
import { type Installed, install } from "#test/system/installation.ts";
import { ready } from "./asking.ts";
import type { Ground } from "./ground.ts";
import { allLive, approved, caps, gate, roles, sameFor, users } from "./hundred.ts";
import { type Line, median, timed } from "./measure.ts";
import { recording } from "./recorder.ts";
import { openScript, replay, runners, sideBySide } from "./replaying.ts";
import { terraformTimes } from "./terraform.ts";

/** The role that is changed by hand at the end. */
const changed = "bench-r-000-drift";

/**
 * One sweep for differences over 100 governed identities on moto, as the worker makes it every quarter of an hour: the account
 * listed, every object read back and compared with its plan, beside a script that makes exactly the calls that the sweep was
 * seen to make, as many side by side, and compares nothing. Bound: 500 ms. Where Terraform and its AWS provider are at hand, beside
 * `terraform plan` of as many as well. Needs Python with moto and OpenBao.
 */
export async function benchDrift({ server }: Ground, rounds: number): Promise<readonly Line[]> {
  const recorders = recording();
  const at = await install({ cluster: server, through: recorders.through, gate, caps });
  try {
    await ready(at);
    await allLive(at, await approved(at, "drift"));
    const [sweep, as] = [await openSweep(at), await openScript(at)];
    const times = { sweep: [] as number[], script: [] as number[] };
    let calls = 0;
    for (let round = -1; round < rounds; round += 1) {
      recorders.take();
      const swept = await timed(sweep.run);
      const made = recorders.take();
      const script = await timed(() => sideBySide(made, (call) => replay(as, { name: changed, calls: [call] }, "")));
      if (round < 0) continue;
      times.sweep.push(swept);
      times.script.push(script);
      calls = made.length;
    }
    await mustFind(at, sweep.run);
    await sweep.close();
    const peer = { name: "same-reads-by-sdk-ms", value: median(times.script) };
    const also = { calls, "side-by-side": runners, "bound-ms": 500 };
    const line = { name: `drift-${users + roles}`, value: median(times.sweep), unit: "ms", peer, also };
    const terraform = await terraformTimes(sameFor(at));
    if (terraform === null) return [line];
    const beside = { name: "terraform-plan-ms", value: terraform.plan };
    return [line, { ...line, name: `${line.name}-beside-terraform`, peer: beside, also: {} }];
  } finally {
    await at.stop();
    await recorders.close();
  }
}

/** The worker's own sweep, in this process, by the role and the configuration of the worker that runs beside it. */
async function openSweep(at: Installed) {
  Object.assign(process.env, at.environment);
  const loaded = await readConfig(configPath(process.env) ?? "");
  if ("refusals" in loaded) throw new Error(loaded.refusals[0].sentence);
  const database = openDatabase(at.database.workerUrl, { applicationName: "bench-sweep", max: 12, prepares: true });
  const log = createLog(
    (line) => process.stderr.write(line),
    () => new Date(),
  );
  const { worker, places } = await assemble(database, { loaded: loaded.ok }, log);
  return {
    run: () => reconcile(worker),
    close: async () => {
      await places.close();
      await database.close();
    },
  };
}

/** A policy that somebody takes away by hand is found, or the figures are of nothing. */
async function mustFind(at: Installed, sweep: () => Promise<void>): Promise<void> {
  const { admin } = at.database;
  const [row] = await admin`select object_name from charter.identities where name = ${changed}`;
  const RoleName = String(row?.object_name);
  const { PolicyNames = [] } = await at.iam.send(new ListRolePoliciesCommand({ RoleName }));
  for (const PolicyName of PolicyNames) await at.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  await sweep();
  const [found] =
    await admin`select jsonb_array_length(differences) as n from charter.identities where name = ${changed}`;
  if (!(Number(found?.n) > 0)) throw new Error("A policy that was taken away was not found.");
}
