import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type AuditFilter, auditCursor, readAudit } from "#db/read/audit.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { append } from "./support.ts";

let t: TestDatabase;
const person = randomUUID();
const step = randomUUID();
const everything: AuditFilter = { q: "", noun: "", channel: "", steps: true };
const auditor = { id: randomUUID(), roles: ["auditor" as const], teams: [] };

beforeAll(async () => {
  t = await testDatabase();
  await t.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`insert into charter.people (id, issuer, subject, canonical, name, email, active)
      values (${person}, 'https://id', 's', ${person}, 'Amara Obi', 'a@example', true)`;
  });
  const done = Array.from({ length: 150 }, () => ({ noun: "step", id: step, version: 1, action: "step.done" }));
  await append(t.worker, ...done, { noun: "person", id: person, version: 1, action: "person.imported" });
  await t.worker.execute(`select charter.audit_append('[{"noun": "target", "id": "payments-aws", "version": 1, "actor": "${person}",
    "evidence": "host", "action": "target.checked", "detail": {}}]'::jsonb)`);
});
afterAll(() => t.close());

const read = async (filter: Partial<AuditFilter>, after?: string) =>
  readAudit(t.web, auditor, { filter: { ...everything, ...filter }, cursor: auditCursor(after) });
const actions = async (filter: Partial<AuditFilter>) => (await read(filter)).rows.map(({ action }) => action);

it("shows nothing to who may not read the log", async () => {
  const asked = { filter: everything, cursor: null };
  expect((await readAudit(t.web, { ...auditor, roles: [] }, asked)).rows).toEqual([]);
});

it("leaves the steps out until they are asked for, by the filter, their noun or a word", async () => {
  expect(await actions({ steps: false })).toEqual(["target.checked", "person.imported"]);
  for (const filter of [{ steps: true }, { steps: false, noun: "step" }, { steps: false, q: "step." }])
    expect(await actions(filter)).toContain("step.done");
});

it("finds by the beginning of an action, a whole id and a part of a name; not by a part of an id", async () => {
  expect(await actions({ q: "target.ch" })).toEqual(["target.checked"]);
  expect(await actions({ q: "payments-aws" })).toEqual(["target.checked"]);
  expect(await actions({ q: "ara ob" })).toEqual(["target.checked"]);
  expect(await actions({ q: "payments-a" })).toEqual([]);
  expect(await actions({ q: "%" })).toEqual([]);
  expect(await actions({ q: "ara ob", noun: "person" })).toEqual([]);
  expect(await actions({ q: "target.", channel: "charter_web" })).toEqual([]);
});

it("says what actors and subjects are called", async () => {
  const { rows } = await read({ steps: false });
  expect(rows.map(({ actorName, subjectName }) => [actorName, subjectName])).toEqual([
    ["Amara Obi", null],
    [null, "Amara Obi"],
  ]);
});

it("turns the page without losing or doubling an entry, with and without a word", async () => {
  for (const filter of [{}, { noun: "step" }]) {
    const first = await read(filter);
    const second = await read(filter, first.next ?? undefined);
    const seqs = [...first.rows, ...second.rows].map(({ noun, seq }) => `${noun} ${seq}`);
    expect([first.rows.length, new Set(seqs).size, second.next]).toEqual([100, filter.noun ? 150 : 152, null]);
  }
});
