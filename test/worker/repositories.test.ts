import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Simulator } from "#lib/simulation/server.ts";
import { configSchema } from "#lib/worker/config.ts";
import { readGithub } from "#lib/worker/sweeps/repositories.ts";
import type { Worker } from "#lib/worker/worker.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { type GithubRepository, type GithubWorld, startGithub } from "#test/support/servers/github.ts";

let t: TestDatabase;
let github: Simulator<GithubWorld>;
let told: string[];
const token = join(tmpdir(), `github-token-${process.pid}`);
beforeAll(async () => {
  t = await testDatabase();
});
afterAll(() => t.close());
beforeEach(async () => {
  await github?.stop();
  github = await startGithub();
  await writeFile(token, `${github.world().token}\n`, { mode: 0o600 });
  told = [];
  await t.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`truncate charter.repositories`;
  });
});
afterAll(() => github.stop());

const repository = (id: number, name: string, more: Partial<GithubRepository> = {}): GithubRepository => ({
  ...{ id, full_name: `acme/${name}`, owner: { id: 4711 }, archived: false, created_at: "2020-01-01T00:00:00Z" },
  ...{ environments: [], sub: { use_default: true } },
  ...more,
});
const worker = (owners: readonly string[] = ["acme"]): Worker =>
  ({
    db: t.worker,
    newId: randomUUID,
    changed: () => undefined,
    config: { github: { api: github.url, token: `file:${token}`, owners } },
    log: { info: (_: string, { sentence }: { sentence: string }) => told.push(sentence) },
  }) as unknown as Worker;
const rows = async () => [
  ...(await t.admin`select name, owner_id as owner, repository_id as repository, environments, subject_format as format, archived, version
    from charter.repositories order by name`),
];
const entries = async () =>
  [
    ...(await t.admin`select action, detail ->> 'name' as name from charter.audit_entries
    where noun = 'repository' and aggregate in (select id::text from charter.repositories) order by at, seq`),
  ].map(({ action, name }) => `${action} ${name}`);

describe("what GitHub says of repositories", () => {
  it("is recorded with numeric ids, environments and the format of their tokens, each row with its entry", async () => {
    github.world().orgs.acme = [
      repository(1, "old", { environments: ["prod", "staging"] }),
      repository(2, "new", { created_at: "2026-07-15T00:00:00Z" }),
      repository(3, "day-before", { created_at: "2026-07-14T23:59:59Z" }),
      repository(4, "opted-in", { sub: { use_default: true, use_immutable_subject: true } }),
      repository(5, "told", { sub: { use_default: true, sub_claim_prefix: "repo:acme@4711/told@5" } }),
    ];
    expect(await readGithub(worker())).toBe(5);
    const row = { owner: "4711", environments: [], archived: false, version: 1 };
    expect(await rows()).toEqual([
      { ...row, name: "acme/day-before", repository: "3", format: "names" },
      { ...row, name: "acme/new", repository: "2", format: "immutable" },
      { ...row, name: "acme/old", repository: "1", format: "names", environments: ["prod", "staging"] },
      { ...row, name: "acme/opted-in", repository: "4", format: "immutable" },
      { ...row, name: "acme/told", repository: "5", format: "immutable" },
    ]);
    expect(await entries()).toHaveLength(5);
  });

  it("comes by pages, and costs no call and no entry while it is unchanged", async () => {
    github.world().orgs.acme = Array.from({ length: 230 }, (_, at) => repository(at + 1, `r${at}`));
    expect(await readGithub(worker())).toBe(230);
    const left = github.world().left;
    expect(left).toBe(5000 - 1 - 3 - 230 * 2);
    expect(await readGithub(worker())).toBe(0);
    expect(github.world().left).toBe(left);
    expect(await entries()).toHaveLength(230);
  });

  it("changes only what changed: a rename keeps the row, archiving is taken over, the business service stays", async () => {
    const service = randomUUID();
    github.world().orgs.acme = [repository(1, "ledger"), repository(2, "other")];
    await readGithub(worker());
    await t.admin.begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await sql`update charter.repositories set service = ${service}`;
    });
    github.world().orgs.acme = [repository(1, "accounts", { archived: true }), repository(2, "other")];
    expect(await readGithub(worker())).toBe(1);
    expect(
      await t.admin`select name, archived, service, version from charter.repositories where repository_id = '1'`,
    ).toEqual([{ name: "acme/accounts", archived: true, service, version: 2 }]);
    expect((await entries()).at(-1)).toBe("repository.changed acme/accounts");
  });

  it("never gives a name's new repository the old one's row: who recreates it inherits nothing", async () => {
    github.world().orgs.acme = [repository(1, "ledger")];
    await readGithub(worker());
    github.world().orgs.acme = [repository(9, "ledger")];
    expect(await readGithub(worker())).toBe(2);
    expect((await rows()).map(({ name, repository: id }) => `${name} ${id}`)).toEqual([
      "acme/ledger 9",
      "acme/ledger@1 1",
    ]);
    expect(await readGithub(worker())).toBe(0);
  });

  it("swaps two names", async () => {
    github.world().orgs.acme = [repository(1, "a"), repository(2, "b")];
    await readGithub(worker());
    github.world().orgs.acme = [repository(2, "a"), repository(1, "b")];
    await readGithub(worker());
    expect((await rows()).map(({ name, repository: id }) => `${name} ${id}`)).toEqual(["acme/a 2", "acme/b 1"]);
  });

  it("leaves out a repository whose tokens follow a template of its own, and says so", async () => {
    const sub = { use_default: false, include_claim_keys: ["actor"] };
    github.world().orgs.acme = [repository(1, "own", { sub }), repository(2, "fine", { sub: { use_default: false } })];
    expect(await readGithub(worker())).toBe(1);
    expect((await rows()).map(({ name }) => name)).toEqual(["acme/fine"]);
    expect(told).toEqual(["Tokens of these follow a template of their own."]);
  });

  it("is of people too", async () => {
    github.world().users.jonas = [repository(7, "x", { full_name: "jonas/x" })];
    expect(await readGithub(worker(["jonas"]))).toBe(1);
  });
});

describe("when GitHub cannot be read", () => {
  it("says so of a refused token and of an unknown owner, and goes on with the next", async () => {
    github.world().orgs.acme = [repository(1, "ledger")];
    expect(await readGithub(worker(["nobody", "acme"]))).toBe(1);
    expect(told).toEqual(["GitHub shows no owner nobody to the configured token."]);
    github.world().token = "another";
    expect(await readGithub(worker())).toBe(0);
    expect(told.at(-1)).toBe("GitHub refuses the configured token.");
  });

  it("stops before the hour's calls are spent, keeps what it read, and goes on from there", async () => {
    github.world().orgs.acme = Array.from({ length: 120 }, (_, at) => repository(at + 1, `r${at}`));
    github.world().left = 100 + 230;
    expect(await readGithub(worker())).toBe(100);
    expect(github.world().left).toBeGreaterThanOrEqual(99);
    expect(told).toEqual(["GitHub's calls of this hour are spent; the rest is read later."]);
    github.world().left = 100 + 50;
    expect(await readGithub(worker())).toBe(20);
  });

  it("follows no redirect to another host", async () => {
    const elsewhere = await startGithub();
    elsewhere.world().orgs.acme = [repository(1, "ledger")];
    github.world().redirects["/orgs/acme"] = `${elsewhere.url}/orgs/acme`;
    expect(await readGithub(worker())).toBe(0);
    expect(elsewhere.calls()).toEqual([]);
    expect(told).toHaveLength(1);
    await elsewhere.stop();
  });

  it("does nothing without a configuration", async () => {
    expect(await readGithub({ ...worker(), config: { github: null } } as unknown as Worker)).toBe(0);
    expect(github.calls()).toEqual([]);
  });
});

it("is only ever asked over https, but on this machine", () => {
  const { github: schema } = configSchema.shape;
  const at = (api: string) => schema.safeParse({ api, token: "env:TOKEN", owners: ["acme"] }).success;
  expect(["https://api.github.com", "http://127.0.0.1:3000", "http://localhost:1"].map(at)).toEqual([true, true, true]);
  expect(["http://api.github.com", "file:///etc/passwd", "http://169.254.169.254/"].map(at)).toEqual([
    false,
    false,
    false,
  ]);
});
