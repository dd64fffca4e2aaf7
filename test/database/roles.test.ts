import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "#db/client.ts";
import { migrate } from "#db/migrate.ts";
import { migrationsCurrent } from "#db/migration-state.ts";
import { createRoles, type PerRole } from "#db/roles.ts";
import { startCluster, type TestCluster } from "#test/support/cluster.ts";

/** A cluster of its own: roles are the cluster's, and these tests change their passwords. */
let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());

const canConnect = async (url: string): Promise<boolean> => {
  const sql = postgres(url, { max: 1, connect_timeout: 5 });
  const answer = await sql`select 1`.then(
    () => true,
    () => false,
  );
  await sql.end();
  return answer;
};

describe("createRoles", () => {
  let urls: PerRole;
  const adminUrl = () => cluster.url("charter");

  beforeAll(async () => {
    const sql = postgres(cluster.url(), { max: 1 });
    await sql`create database charter`;
    await sql`create database elsewhere`;
    await sql`revoke connect on database elsewhere from public`;
    await sql.end();
    urls = await createRoles(adminUrl());
  });

  it("gives one URL a role, with random passwords that work", async () => {
    for (const [login, url] of Object.entries(urls)) {
      expect(new URL(url).username).toBe(`charter_${login}`);
      expect(new URL(url).password.length).toBeGreaterThanOrEqual(32);
      expect(await canConnect(url)).toBe(true);
    }
    expect(new Set(Object.values(urls).map((url) => new URL(url).password)).size).toBe(4);
  });

  it("a database without migrations is not current; migrating makes it so", async () => {
    const { db, close } = openDatabase(urls.web, { applicationName: "t", max: 1 });
    expect(await migrationsCurrent(db)).toBe(false);
    await migrate(urls.migrate);
    expect(await migrationsCurrent(db)).toBe(true);
    await close();
  });

  it("web and worker lose a transaction in which they hang, the web its long statements too", async () => {
    const setting = async (url: string, name: string) => {
      const sql = postgres(url, { max: 1 });
      const [row] = await sql`select setting::int as ms from pg_settings where name = ${name}`;
      await sql.end();
      return row?.ms;
    };
    expect(await setting(urls.web, "idle_in_transaction_session_timeout")).toBe(15_000);
    expect(await setting(urls.web, "statement_timeout")).toBe(15_000);
    expect(await setting(urls.worker, "idle_in_transaction_session_timeout")).toBe(60_000);
    expect(await setting(urls.worker, "statement_timeout")).toBe(0);
  });

  it("a wrong password and another database are refused", async () => {
    const wrong = new URL(urls.web);
    wrong.password = randomBytes(24).toString("base64url");
    expect(await canConnect(wrong.href)).toBe(false);
    const elsewhere = new URL(urls.web);
    elsewhere.pathname = "/elsewhere";
    expect(await canConnect(elsewhere.href)).toBe(false);
  });

  it("run again takes the passwords it is given, and the old ones stop working", async () => {
    const again = await createRoles(adminUrl(), { web: "chosen by the operator" });
    expect(await canConnect(again.web)).toBe(true);
    expect(decodeURIComponent(new URL(again.web).password)).toBe("chosen by the operator");
    expect(await canConnect(urls.web)).toBe(false);
  });
});

it("needs no superuser: a role that creates roles and owns the database is enough", async () => {
  const own = await startCluster();
  try {
    const sql = postgres(own.url(), { max: 1 });
    await sql`create role landlord login createrole password 'landlord'`;
    await sql`create database rented owner landlord`;
    await sql.end();
    const urls = await createRoles(own.url("rented", "landlord", "landlord"));
    await migrate(urls.migrate);
    expect(await canConnect(urls.worker)).toBe(true);
    await createRoles(own.url("rented", "landlord", "landlord"));
    expect(await canConnect(urls.worker)).toBe(false);
  } finally {
    await own.stop();
  }
});
