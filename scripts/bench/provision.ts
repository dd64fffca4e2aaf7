import { type Installed, install } from "#test/system/installation.ts";
import { ready } from "./asking.ts";
import type { Ground } from "./ground.ts";
import { allLive, approved, caps, gate, roles, sameFor, users } from "./hundred.ts";
import { type Line, median, timed } from "./measure.ts";
import { type Recorded, recording } from "./recorder.ts";
import {
  actionOf,
  byIdentity,
  openScript,
  replay,
  runners,
  type Script,
  type Sequence,
  sideBySide,
} from "./replaying.ts";
import { terraformTimes } from "./terraform.ts";

/** Milliseconds to the places: beside the worker on the same processors, and as far as a cloud is. */
const distances = { near: 0, far: 40 } as const;

/**
 * 100 governed identities (users with a key in the vault, and roles; inline policy, reading back, audit) on moto and OpenBao,
 * from the moment their intents stand to *live*, beside two scripts: one that makes exactly the calls the worker was seen to
 * make, by the same SDK and side by side as the worker does, and one of four calls that nobody should use. Once with both as near
 * as they are, once with 40 ms to each call. Bound: 1.2 times the first. Where Terraform and its AWS provider are at hand, beside
 * `terraform apply` of the same objects as well. Needs Python with moto and OpenBao.
 */
export async function benchProvision({ server }: Ground, rounds: number): Promise<readonly Line[]> {
  const recorders = recording();
  const at = await install({ cluster: server, through: recorders.through, gate, caps });
  try {
    await ready(at);
    const as = await openScript(at);
    const lines: Line[] = [];
    const terraform = await terraformTimes(sameFor(at));
    for (const [name, ms] of Object.entries(distances)) {
      lines.push(await measured(name, { at, as, recorders, ms, rounds }));
    }
    const [near] = lines;
    if (terraform === null || near === undefined) return lines;
    const peer = { name: "terraform-apply-ms", value: terraform.apply };
    return [...lines, { ...near, name: `${near.name}-beside-terraform`, peer, also: {} }];
  } finally {
    await at.stop();
    await recorders.close();
  }
}

interface Measuring {
  readonly at: Installed;
  readonly as: Script;
  readonly recorders: ReturnType<typeof recording>;
  readonly ms: number;
  readonly rounds: number;
}

async function measured(distance: string, { at, as, recorders, ms, rounds }: Measuring): Promise<Line> {
  const times = { governed: [] as number[], script: [] as number[], naive: [] as number[] };
  let calls = 0;
  for (let round = -1; round < rounds; round += 1) {
    recorders.moveTo(0);
    const names = await approved(at, `${distance}${round + 1}`);
    recorders.moveTo(ms);
    recorders.take();
    const governed = await timed(() => allLive(at, names));
    const sequences = byIdentity(recorders.take(), names);
    const script = await timed(() => sideBySide(sequences, (one) => replay(as, one, "p")));
    const naive = await timed(() => sideBySide(sequences, (one) => replay(as, { ...one, calls: four(one) }, "q")));
    if (round < 0) continue;
    times.governed.push(governed);
    times.script.push(script);
    times.naive.push(naive);
    calls = sequences.reduce((sum, one) => sum + one.calls.length, 0);
  }
  const of = (name: keyof typeof times) => median(times[name]);
  return {
    ...{ name: `provision-${users + roles}-${distance}`, value: of("governed"), unit: "ms" },
    peer: { name: "same-calls-by-sdk-ms", value: of("script") },
    also: { "naive-four-calls-ms": of("naive"), calls, "side-by-side": runners, "ms-to-each-call": ms },
  };
}

/** Of a sequence what a script without care makes: the object, its policy, its key and the secret put away. */
function four({ calls }: Sequence): readonly Recorded[] {
  const wanted = ["CreateUser", "CreateRole", "PutUserPolicy", "PutRolePolicy", "CreateAccessKey"];
  return calls.filter(
    (call) => wanted.includes(actionOf(call) ?? "") || (call.path.includes("/data/") && call.method !== "GET"),
  );
}
