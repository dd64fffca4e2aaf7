import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readWholeFindings } from "#db/read/findings.ts";
import { readWholeInventory } from "#db/read/inventory.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { findingFilter, inventoryFilter } from "#lib/web/address.ts";
import { rowsDownload } from "#lib/web/rows-download.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

const payments = "aaaaaaaa-0000-4000-8000-000000000001";
const orders = "aaaaaaaa-0000-4000-8000-000000000002";
const security: Viewer = { id: "11111111-1111-4111-8111-111111111111", roles: ["security"], teams: [] };
const member: Viewer = { ...security, roles: [], teams: [payments] };
const formula = '=HYPERLINK("https://evil.example","look")';

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
  await t.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`insert into charter.identities (id, name, blueprint, connector, target, environment, state, purpose, service, team, owner,
        owner_accepted_at, ends_it, classification, credential, charter, charter_request, charter_version, object_name, reach, risk,
        risk_parts, ends_at)
      select gen_random_uuid(), 'job-' || lpad(n::text, 4, '0'), 'b', 'c', 't', case when n % 2 = 0 then 'prod' else 'dev' end, 'live',
        case n when 1 then ${formula} else 'p' end, gen_random_uuid(), case when n <= 1100 then ${payments}::uuid else ${orders}::uuid end,
        gen_random_uuid(), now(), gen_random_uuid(), 'internal', 'federated', '{}', gen_random_uuid(), 1, n::text, '{}', 1, '[]',
        now() + interval '1 year' from generate_series(1, 1300) n`;
    await sql`insert into charter.findings (id, kind, identity, team, target, object, sentence, severity)
      select gen_random_uuid(), 'expiring', id, team, 't', name, 'It ends soon.', 1 + (row_number() over ())::int % 3 from charter.identities`;
  });
});
afterAll(() => t.close());

const names = async (viewer: Viewer, query: string) => {
  const found: string[] = [];
  const parts: number[] = [];
  for await (const rows of readWholeInventory(t.web, viewer, inventoryFilter(new URLSearchParams(query)))) {
    parts.push(rows.length);
    found.push(...rows.map(({ name }) => name));
  }
  return { found, parts };
};

it("holds every identity of the filter once, in order, a batch at a time", async () => {
  const { found, parts } = await names(security, "environment=prod&sort=-risk");
  expect(found).toHaveLength(650);
  expect(new Set(found).size).toBe(650);
  expect(found).toEqual(found.toSorted());
  expect(parts).toEqual([500, 150]);
});

it("holds what the viewer sees and nothing else, whatever the address asks for", async () => {
  const { found } = await names(member, "");
  expect(found).toHaveLength(1100);
  expect((await names(member, "q=job-1300")).found).toEqual([]);
  expect((await names(security, "q=job-1300")).found).toEqual(["job-1300"]);
  let findings = 0;
  for await (const rows of readWholeFindings(t.web, member, findingFilter(new URLSearchParams("kind=expiring"))))
    findings += rows.length;
  expect(findings).toBe(1100);
});

it("shows a formula in a purpose as text, and gives it back to programs unchanged", async () => {
  const filter = inventoryFilter(new URLSearchParams("q=job-0001"));
  const sheet = {
    columns: ["Name", "Purpose"],
    cells: (row: { readonly name: string; readonly purpose: string }) => [row.name, row.purpose],
  };
  const as = (form: string) =>
    rowsDownload({
      ...{ name: "identities.export", file: "f", as: form, sheet },
      rows: readWholeInventory(t.web, security, filter),
    }).text();
  expect(parse(await as("csv"))).toEqual([
    ["Name", "Purpose"],
    ["job-0001", `'${formula}`],
  ]);
  expect(JSON.parse(await as("json"))).toMatchObject({ name: "job-0001", purpose: formula });
});

it("is broken off where it fails, so that a part is never taken for the whole", async () => {
  async function* failing() {
    yield [{ name: "first" }];
    throw new Error("The database has gone.");
  }
  const sheet = { columns: ["Name"], cells: (row: { readonly name: string }) => [row.name] };
  const response = rowsDownload({ name: "identities.export", file: "f", as: null, sheet, rows: failing() });
  await expect(response.text()).rejects.toThrow(/broke off \(reference/);
});

it("reads no further than it is read", async () => {
  let made = 0;
  async function* endless() {
    for (;;) {
      made += 1;
      yield [{ name: "x".repeat(10_000) }];
    }
  }
  const sheet = { columns: ["Name"], cells: (row: { readonly name: string }) => [row.name] };
  const response = rowsDownload({ name: "identities.export", file: "f", as: null, sheet, rows: endless() });
  const reader = response.body?.getReader();
  for (let read = 0; read < 5; read += 1) await reader?.read();
  await new Promise((done) => setImmediate(done));
  expect(made).toBeLessThanOrEqual(7);
  await reader?.cancel();
});
