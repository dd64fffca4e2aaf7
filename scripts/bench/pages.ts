import { startPortal, webSettings } from "#test/security/http-portal.ts";
import { openSession } from "#test/security/http-world.ts";
import type { Ground } from "./ground.ts";
import { type Line, percentile, timed } from "./measure.ts";
import { viewers } from "./reads.ts";

const readers = 8;
const goal = { name: "goal-pages-per-s", value: 300 };
const asked = {
  inventory: "/identities",
  "my-work": "/",
  requests: "/requests",
} as const;

/**
 * Whole pages a second, drawn by one built web process and read over HTTP to their end by eight readers without a role at once, each asking
 * again as soon as it has its answer, for `seconds`; the web, PostgreSQL and the readers share the machine. Run `npm run build` first.
 */
export async function benchPages(ground: Ground, seconds: number): Promise<readonly Line[]> {
  const { small } = await viewers(ground);
  const sessions = await Promise.all(Array.from({ length: readers }, () => openSession(ground.admin, small.id)));
  const portal = await startPortal({ ...webSettings, CHARTER_WEB_DATABASE_URL: ground.urls.web }, readers);
  try {
    const lines: Line[] = [];
    for (const [name, path] of Object.entries(asked)) {
      const read = async (session: string) => {
        const { status } = await portal.send({ path, session });
        if (status !== 200) throw new Error(`${path} answered ${status}: ${portal.log()}`);
      };
      for (const session of sessions) await read(session);
      const times: number[] = [];
      const end = performance.now() + seconds * 1_000;
      const all = await timed(() =>
        Promise.all(
          sessions.map(async (session) => {
            while (performance.now() < end) times.push(await timed(() => read(session)));
          }),
        ),
      );
      const also = { "p50-ms": percentile(times, 0.5), "p95-ms": percentile(times, 0.95) };
      lines.push({ name: `pages.${name}`, value: times.length / (all / 1_000), unit: "pages/s", peer: goal, also });
    }
    return lines;
  } finally {
    await portal.stop();
  }
}
