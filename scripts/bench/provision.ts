import { install } from "#test/system/installation.ts";
import { ready } from "./asking.ts";
import type { Ground } from "./ground.ts";
import { allLive, approved, caps, gate, roles, users } from "./hundred.ts";
import { type Line, median, timed } from "./measure.ts";
import { type Recorded, recording } from "./recorder.ts";
import { actionOf, byIdentity, openScript, replay, runners, type Sequence, sideBySide } from "./replaying.ts";

/**
 * 100 governed identities (users with a key in the vault, and roles; inline policy, reading back, audit) on moto and OpenBao,
 * from the moment their intents stand to *live*, beside two scripts: one that makes exactly the calls the worker was seen to
 * make, by the same SDK and side by side as the worker does, and one of four calls that nobody should use. Bound: 1.2 times the
 * first. Needs Python with moto and OpenBao.
 */
export async function benchProvision({ server }: Ground, rounds: number): Promise<readonly Line[]> {
  const recorders = recording();
  const at = await install({ cluster: server, through: recorders.through, gate, caps });
  try {
    const times = { governed: [] as number[], script: [] as number[], naive: [] as number[] };
    let calls = 0;
    await ready(at);
    const as = await openScript(at);
    for (let round = -1; round < rounds; round += 1) {
      const names = await approved(at, `r${round + 1}`);
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
    const peer = { name: "same-calls-by-sdk-ms", value: of("script") };
    return [
      {
        ...{ name: `provision-${users + roles}`, value: of("governed"), unit: "ms", peer },
        also: { "naive-four-calls-ms": of("naive"), calls, "side-by-side": runners },
      },
    ];
  } finally {
    await at.stop();
    await recorders.close();
  }
}

/** Of a sequence what a script without care makes: the object, its policy, its key and the secret put away. */
function four({ calls }: Sequence): readonly Recorded[] {
  const wanted = ["CreateUser", "CreateRole", "PutUserPolicy", "PutRolePolicy", "CreateAccessKey"];
  return calls.filter(
    (call) => wanted.includes(actionOf(call) ?? "") || (call.path.includes("/data/") && call.method !== "GET"),
  );
}
