import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { preview } from "#lib/claims/requests/preview.ts";
import { submit } from "#lib/claims/requests/submit.ts";
import { type Installed, install } from "#test/system/installation.ts";
import { portalOf, ready, role, three } from "./asking.ts";
import type { Ground } from "./ground.ts";
import { type Line, percentile, timed } from "./measure.ts";

const warming = 5;
const asked = 60;

/**
 * What a requester waits for: `preview` (what policy says and what would be made), `submit` (that again, the digest compared, the
 * claim committed with its entry) and `decide` (from that commit until the worker's answer is readable; the worker is a process
 * of its own and provisions what was asked before meanwhile). Bounds: 50 ms for a submission, 150 ms for the answer, each at the
 * 95th percentile; beside each what one bare committed insert takes.
 */
export async function benchSubmit({ server }: Ground): Promise<readonly Line[]> {
  const at = await install({ cluster: server, gate: { rate: 10_000, burst: 10_000 }, caps: { mintsPerHour: 100_000 } });
  try {
    await ready(at);
    await at.database.admin`create table public.bare_claims (id uuid primary key, content text not null)`;
    const times = { preview: [] as number[], submit: [] as number[], decide: [] as number[], bare: [] as number[] };
    for (let turn = -warming; turn < asked; turn += 1) {
      const took = await oneRequest(at, `bench-${three(turn + warming)}`);
      if (turn >= 0) for (const name of ["preview", "submit", "decide", "bare"] as const) times[name].push(took[name]);
      // A hint is given ten times a second at most; people are slower.
      await pause(150);
    }
    const line = (name: keyof typeof times, bound: number): Line => ({
      ...{
        name: `${name}.p95`,
        value: percentile(times[name], 0.95),
        unit: "ms",
        peer: { name: "bound-ms", value: bound },
      },
      also: { p50: percentile(times[name], 0.5), "bare-insert-p95-ms": percentile(times.bare, 0.95) },
    });
    return [line("preview", 50), line("submit", 50), line("decide", 150)];
  } finally {
    await at.stop();
  }
}

async function oneRequest(at: Installed, name: string) {
  const context = await portalOf(at, "jonas.kern");
  const [id, answers] = [randomUUID(), role(name)];
  let planDigest = "";
  const previewed = await timed(async () => {
    const seen = await preview(context, { id, answers });
    if ("refusals" in seen) throw new Error(seen.refusals[0].sentence);
    planDigest = seen.ok.planDigest ?? "";
  });
  const submitted = await timed(async () => {
    const sent = await submit(context, { id, answers, planDigest });
    if ("refusals" in sent) throw new Error(sent.refusals[0].sentence);
  });
  const { admin } = at.database;
  const decided = await timed(async () => {
    while ((await admin`select 1 from charter.request_states where request = ${id}`).length === 0) await pause(3);
  });
  const bare = await timed(() => admin`insert into public.bare_claims values (${id}, ${JSON.stringify(answers)})`);
  return { preview: previewed, submit: submitted, decide: decided, bare };
}
