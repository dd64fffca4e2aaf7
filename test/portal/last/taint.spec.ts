import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import postgres from "postgres";
import { z } from "zod";
import { found } from "#test/support/taint.ts";
import { answerWorkload, expectState, signedIn, submitted } from "../steps.ts";

// What the whole browser suite made lies in the vault and nowhere else: the last thing that is looked at.

const home = () => process.env.CHARTER_TEST_HOME ?? "";
const people = ["Jonas Kern", "Amara Obi", "Priya Shah", "Mara Lind", "Ida Holm", "Ravi Menon"];
const pages = [
  ...["/", "/requests", "/requests/new", "/approvals", "/attestations", "/identities", "/findings", "/targets"],
  ...["/policies", "/audit", "/settings", "/nothing-here"],
  ...["/api/identities/export", "/api/identities/export?as=json", "/api/findings/export", "/api/audit/export"],
  ...["/api/attestations/export?as=csv", "/api/attestations/export?as=signed", "/api/health", "/api/search?q=a"],
];

test("no secret of an identity is anywhere but in the vault", async ({ browser }) => {
  test.setTimeout(900_000);
  await test.step("a key and a login more, of this hour", async () => {
    const jonas = await signedIn(browser, "Jonas Kern");
    await answerWorkload(jonas, {
      blueprint: /AWS user with access key/,
      runsOn: "taint drill on batch-40",
      service: "Billing",
      pack: /Write to a bucket/,
      parameters: { Bucket: "billing-taint" },
      why: "Shows that its secret lies in the vault alone.",
      environment: "staging",
    });
    await submitted(jonas);
    await expectState(jonas, "Live", 60);
  });
  const secrets = secretsInVault();
  expect(secrets.length).toBeGreaterThan(0);
  const planted = `planted-${secrets[0]?.length}-${"x".repeat(12)}/+`;
  const all = [...secrets, planted];

  const seen: Record<string, readonly string[]> = {};
  const look = (place: string, bytes: Buffer) => {
    const forms = found(bytes, all);
    if (forms.length > 0) seen[place] = forms;
  };

  await test.step("answers of every page, list and export, as a page and as React's own data", async () => {
    for (const person of people) {
      const page = await signedIn(browser, person);
      const paths = [...pages, ...(await detailsOf(page))];
      for (const path of paths) {
        for (const headers of [{}, { RSC: "1" }]) {
          const answer = await page.request.get(path, { headers, maxRedirects: 0 });
          look(
            `${person} ${path}`,
            Buffer.concat([await answer.body(), Buffer.from(JSON.stringify(answer.headers()))]),
          );
        }
      }
      look(`${person}'s browser`, Buffer.from(await stored(page)));
      await page.context().close();
    }
  });

  await test.step("a heap snapshot of the web", async () => {
    look("the web's heap", await heapOf(children().web ?? 0));
  });

  await test.step("every table", async () => {
    const sql = postgres(superuser(), { max: 1, onnotice: () => {} });
    try {
      // Planted: the search must find it in the table, in PostgreSQL's files and in its log of changes.
      await sql.unsafe(`create table public.planted as select '${planted}'::text as secret`);
      await sql`checkpoint`;
      for (const { schema, name } of await sql<{ schema: string; name: string }[]>`
        select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`)
        look(`table ${schema}.${name}`, await copied(sql, `${schema}.${name}`));
    } finally {
      await sql.end();
    }
  });

  await test.step("PostgreSQL's files and its log of changes, every process's log, what the launcher keeps", () => {
    for (const file of filesIn(home())) look(file.slice(home().length + 1), readFileSync(file));
  });

  const places = Object.keys(seen);
  // What was planted is found in each of its places…
  expect(places).toContain("table public.planted");
  expect(places.some((place) => place.startsWith("postgres/data/base/"))).toBe(true);
  expect(places.some((place) => place.startsWith("postgres/data/pg_wal/"))).toBe(true);
  // … and the vault's disk, and the account's own record of its keys, are where the true ones may be.
  const allowed = [/^demo\/vault-main\.world\.json$/, /^demo\/[a-z-]+-aws\.world\.json$/, /^table public\.planted$/];
  expect(places).toContain("demo/vault-main.world.json");
  const strange = places.filter((place) => !allowed.some((one) => one.test(place)));
  expect(strange.filter((place) => !onlyPlanted(place, secrets))).toEqual([]);
});

/** PostgreSQL's own files hold what was planted; nothing else of them may hold anything. */
function onlyPlanted(place: string, secrets: readonly string[]): boolean {
  if (!/^postgres\/data\/(base|pg_wal)\//.test(place)) return false;
  return found(readFileSync(join(home(), place)), secrets).length === 0;
}

const json = (file: string): unknown => JSON.parse(readFileSync(join(home(), file), "utf8"));

/** Every value that is a secret in the vault's own record: current versions and older ones that are not destroyed. */
function secretsInVault(): readonly string[] {
  const version = z.object({ data: z.record(z.string(), z.unknown()).nullable() });
  const slot = z.object({ versions: z.record(z.string(), version) });
  const world = z.object({ mounts: z.record(z.string(), z.record(z.string(), slot)) });
  const { mounts } = world.parse(json("demo/vault-main.world.json"));
  const fields = Object.values(mounts)
    .flatMap((mount) => Object.values(mount))
    .flatMap(({ versions }) => Object.values(versions))
    .flatMap(({ data }) => Object.entries(data ?? {}));
  const kept = fields.flatMap(([name, value]) =>
    ["secret_access_key", "password"].includes(name) && typeof value === "string" ? [value] : [],
  );
  return [...new Set(kept)];
}

const children = (): Readonly<Record<string, number>> =>
  Object.fromEntries(
    z
      .array(z.object({ name: z.string(), pid: z.number() }))
      .parse(json("children.json"))
      .map(({ name, pid }) => [name, pid]),
  );

function superuser(): string {
  const url = new URL(
    /^CHARTER_MIGRATE_DATABASE_URL=(.*)$/m.exec(readFileSync(join(home(), "migrate.env"), "utf8"))?.[1] ?? "",
  );
  url.username = "postgres";
  url.password = z.object({ postgres: z.string() }).parse(json("secrets.json")).postgres;
  return url.href;
}

async function copied(sql: postgres.Sql, table: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of await sql`copy ${sql(table)} to stdout`.readable()) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** Pages of what this person's lists show. */
async function detailsOf(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  for (const list of ["/identities", "/requests"]) {
    await page.goto(list);
    await page.getByRole("heading", { level: 1 }).waitFor();
    const links = await page.getByRole("main").getByRole("link").all();
    for (const link of links) {
      const path = (await link.getAttribute("href")) ?? "";
      if (/^\/(identities|requests)\/[0-9a-f-]{36}$/.test(path)) found.push(path);
    }
  }
  return [...new Set(found)].slice(0, 40);
}

/** Cookies, local and session storage, and what IndexedDB and the caches name. */
async function stored(page: Page): Promise<string> {
  const kept = await page.evaluate(async () => ({
    ...{ cookie: document.cookie, local: { ...localStorage }, session: { ...sessionStorage } },
    databases: await indexedDB.databases(),
    caches: await caches.keys(),
  }));
  return JSON.stringify({ kept, cookies: await page.context().cookies() });
}

/** A heap snapshot of a Node process, by its inspector. */
async function heapOf(pid: number): Promise<Buffer> {
  process.kill(pid, "SIGUSR1");
  let address = "";
  await expect(async () => {
    const list = await (await fetch("http://127.0.0.1:9229/json/list")).json();
    address = z.array(z.object({ webSocketDebuggerUrl: z.string() })).parse(list)[0]?.webSocketDebuggerUrl ?? "";
    expect(address).not.toBe("");
  }).toPass({ timeout: 30_000 });
  const socket = new WebSocket(address);
  await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
  const chunks: string[] = [];
  const said = z.object({
    id: z.number().optional(),
    method: z.string().optional(),
    params: z.object({ chunk: z.string().optional() }).optional(),
  });
  await new Promise<void>((resolve) => {
    socket.addEventListener("message", ({ data }) => {
      const message = said.parse(JSON.parse(String(data)));
      if (message.method === "HeapProfiler.addHeapSnapshotChunk") chunks.push(message.params?.chunk ?? "");
      if (message.id === 1) resolve();
    });
    socket.send(JSON.stringify({ id: 1, method: "HeapProfiler.takeHeapSnapshot", params: { reportProgress: false } }));
  });
  socket.close();
  const snapshot = chunks.join("");
  expect(snapshot.length).toBeGreaterThan(1_000_000);
  return Buffer.from(snapshot);
}

function filesIn(folder: string): readonly string[] {
  const entries: Dirent[] = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
