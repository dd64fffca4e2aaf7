import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { afterAll, describe, expect, test } from "vitest";
import { freePort, runningServer } from "#lib/embedded-postgres/cluster.mjs";
import { startCluster } from "#test/support/cluster.ts";
import { openHome, readEnv } from "../../scripts/launcher/home.mjs";
import { birth, stillRuns } from "../../scripts/launcher/processes.mjs";

// The launcher as a whole: real processes, on the build that is there.

const start = fileURLToPath(new URL("../../scripts/start.mjs", import.meta.url));
const patience = 240_000;
const homes: string[] = [];
const launchers: ChildProcess[] = [];

afterAll(async () => {
  for (const one of launchers.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
    one.kill("SIGTERM");
    await once(one, "exit");
  }
  for (const folder of homes) {
    const { postgres: data } = at(folder);
    const left = runningServer(join(data, "data"));
    if (left) process.kill(left.pid, "SIGINT");
    rmSync(data, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}, patience);

function newHome(): string {
  const folder = mkdtempSync(join(tmpdir(), "charter-start-"));
  homes.push(folder);
  return folder;
}

/** Where an installation keeps what, as the launcher itself finds it. */
function at(folder: string) {
  const before = process.env.CHARTER_HOME;
  process.env.CHARTER_HOME = folder;
  try {
    return openHome();
  } finally {
    if (before === undefined) delete process.env.CHARTER_HOME;
    else process.env.CHARTER_HOME = before;
  }
}

interface Recorded {
  readonly name: string;
  readonly pid: number;
  readonly birth: string;
}

/** `npm start` with `words` in an installation's folder, without the demo's history unless `variables` say so. */
function launch(home: string, variables: Readonly<Record<string, string>> = {}, words: readonly string[] = []) {
  const child = spawn(process.execPath, [start, ...words], {
    env: {
      ...{ PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: "production", CHARTER_HOME: home },
      ...{ CHARTER_DEMO_HISTORY: "none", ...variables },
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  launchers.push(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      said += chunk;
    });
  const ended = once(child, "exit").then(([code]: (number | null)[]) => code ?? null);
  return {
    child,
    said: () => said,
    ended,
    /** The address of its one plain line. Throws what it said when it ends instead. */
    async ready(): Promise<string> {
      for (;;) {
        const line = /^Charter is ready: (http:\/\/localhost:\d+)$/m.exec(said);
        if (line?.[1]) return line[1];
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(said);
        await pause(50);
      }
    },
  };
}

const children = (home: string): readonly Recorded[] =>
  JSON.parse(readFileSync(join(home, "children.json"), "utf8")) as Recorded[];

/** The processes of an installation: its children and its database server. */
function processes(home: string): readonly Recorded[] {
  const clusters = [at(home).postgres, join(at(home).postgres, "orders-prod")];
  const servers = clusters.flatMap((folder) => runningServer(join(folder, "data")) ?? []);
  return [...children(home), ...servers.map(({ pid }) => ({ name: "postgres", pid, birth: birth(pid) }))];
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(100);
}

/** What an installation's database holds, as its migration role. */
async function query<T>(home: string, ask: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const url = readEnv(join(home, "migrate.env")).CHARTER_MIGRATE_DATABASE_URL;
  if (!url) throw new Error("There is no address of the migration role.");
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await ask(sql);
  } finally {
    await sql.end();
  }
}

const people = (home: string) => query(home, (sql) => sql`select id, name from charter.people order by id`);

describe("npm start", () => {
  test("refuses a word it does not know, a port that is none and one that is taken, each with its sentence", async () => {
    const strange = launch(newHome(), {}, ["--rest"]);
    expect(await strange.ended).toBe(2);
    expect(strange.said()).toContain("npm start knows --reset, not --rest.");

    const none = launch(newHome(), { PORT: "70000" });
    expect(await none.ended).toBe(1);
    expect(none.said()).toContain("PORT is 70000; it must be a number from 1 to 65535.");

    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const port = String((other.address() as { port: number }).port);
    const home = newHome();
    const taken = launch(home, { PORT: port });
    expect(await taken.ended).toBe(1);
    expect(taken.said()).toContain(`Port ${port} is taken by another program.`);
    other.close();
    // What it had begun is ended again.
    expect(runningServer(join(at(home).postgres, "data"))).toBeNull();
    expect(existsSync(join(home, "launcher.lock"))).toBe(false);
  });

  test(
    "two side by side; Ctrl-C ends all of one; a killed one leaves nothing running and starts again with its data; --reset begins anew",
    async () => {
      const [one, two] = [newHome(), newHome()];
      const port = String(await freePort());
      const first = launch(one, { PORT: port });
      expect(await first.ready()).toBe(`http://localhost:${port}`);
      const second = launch(two);
      const beside = await second.ready();
      expect(beside).not.toBe(`http://localhost:${port}`);
      for (const url of [`http://localhost:${port}`, beside]) {
        const health = await fetch(`${url}/api/health`);
        expect([health.status, await health.json()]).toEqual([200, expect.objectContaining({ fit: true })]);
      }
      expect(first.said()).toContain("Everything behind it is simulated. Sign in as");

      const again = launch(one);
      expect(await again.ended).toBe(1);
      expect(again.said()).toContain(`Charter already runs in ${one} (process ${first.child.pid}).`);

      // Ctrl-C.
      const running = processes(two);
      expect(running.map(({ name }) => name).toSorted()).toEqual([
        "postgres",
        "postgres",
        "simulators",
        "web",
        "worker",
      ]);
      second.child.kill("SIGINT");
      expect(await second.ended).toBe(0);
      expect(second.said()).toContain("Stopping …");
      expect(running.filter(stillRuns)).toEqual([]);
      expect(existsSync(join(two, "launcher.lock"))).toBe(false);
      const log = readFileSync(join(two, "logs", "worker.log"), "utf8");
      expect(log.trim().split("\n").at(-1)).toContain('"event":"stopped"');
      expect((await fetch(`http://localhost:${port}/api/health`)).status).toBe(200);

      // Killed, no hand can be laid on anything any more: the children end by themselves, the database waits to be adopted.
      const before = await people(one);
      expect(before.length).toBeGreaterThan(5);
      const orphans = children(one);
      const server = runningServer(join(at(one).postgres, "data"));
      first.child.kill("SIGKILL");
      await first.ended;
      await until(() => !orphans.some(stillRuns));
      expect(runningServer(join(at(one).postgres, "data"))).toEqual(server);
      const back = launch(one, { PORT: port });
      expect(await back.ready()).toBe(`http://localhost:${port}`);
      expect(back.said()).toContain(`The last launcher (process ${first.child.pid}) did not end by itself`);
      expect(back.said()).toContain("still running from the last launcher");
      expect(await people(one)).toEqual(before);
      back.child.kill("SIGTERM");
      expect(await back.ended).toBe(0);

      const kept = join(one, "a-note-of-somebody.txt");
      writeFileSync(kept, "stays");
      const fresh = launch(one, { PORT: port }, ["--reset"]);
      await fresh.ready();
      const after = await people(one);
      expect(after.map(({ name }) => name).toSorted()).toEqual(before.map(({ name }) => name).toSorted());
      expect(after.map(({ id }) => id)).not.toEqual(before.map(({ id }) => id));
      expect(readFileSync(kept, "utf8")).toBe("stays");
      fresh.child.kill("SIGINT");
      expect(await fresh.ended).toBe(0);
    },
    patience,
  );

  test(
    "a database of one's own takes the place of the embedded one, by one address or by one per role, and is never reset",
    async () => {
      const cluster = await startCluster();
      const sql = postgres(cluster.url("postgres"), { max: 1, onnotice: () => {} });
      await sql`create database portal`;
      await sql.end();
      try {
        const home = newHome();
        const own = launch(home, { DATABASE_URL: cluster.url("portal") });
        await own.ready();
        expect(own.said()).toContain("Database · your own");
        expect(runningServer(join(at(home).postgres, "data"))).toBeNull();
        own.child.kill("SIGINT");
        expect(await own.ended).toBe(0);

        const reset = launch(home, { DATABASE_URL: cluster.url("portal") }, ["--reset"]);
        expect(await reset.ended).toBe(1);
        expect(reset.said()).toContain("is for you to empty");

        const urls = {
          CHARTER_WEB_DATABASE_URL: readEnv(join(home, "web.env")).CHARTER_WEB_DATABASE_URL ?? "",
          CHARTER_WORKER_DATABASE_URL: readEnv(join(home, "worker.env")).CHARTER_WORKER_DATABASE_URL ?? "",
        };
        const two = launch(home, urls);
        expect(await two.ended).toBe(1);
        expect(two.said()).toContain("or none of them");
        const migrate = readEnv(join(home, "migrate.env")).CHARTER_MIGRATE_DATABASE_URL ?? "";
        const perRole = launch(home, { ...urls, CHARTER_MIGRATE_DATABASE_URL: migrate });
        await perRole.ready();
        perRole.child.kill("SIGINT");
        expect(await perRole.ended).toBe(0);
      } finally {
        await cluster.stop();
      }
    },
    patience,
  );

  test(
    "a history that a kill cuts off is never shown in part: the next start says so and begins anew",
    async () => {
      const home = newHome();
      const first = launch(home, { CHARTER_DEMO_HISTORY: "lived" });
      await until(() => first.said().includes("Fourteen weeks of history") || first.child.exitCode !== null);
      const behind = await query(home, (sql) => sql`select ahead < interval '0' as behind from charter.clock_offset`);
      expect(behind).toEqual([{ behind: true }]);
      first.child.kill("SIGKILL");
      await first.ended;

      const next = launch(home);
      await next.ready();
      expect(next.said()).toContain("was ended while it lived the demo's history");
      const now = await query(
        home,
        (sql) =>
          sql`select (select count(*)::int from charter.requests) as asked, ahead = interval '0' as today from charter.clock_offset`,
      );
      expect(now).toEqual([{ asked: 0, today: true }]);
      next.child.kill("SIGTERM");
      expect(await next.ended).toBe(0);
    },
    patience,
  );
});
