import { afterAll, beforeAll, expect, it } from "vitest";
import { readTour } from "#db/read/tour.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";

const person = "bbbbbbbb-0000-4000-8000-000000000001";
const birth = "eeeeeeee-0000-4000-8000-000000000001";
/** Keys whose owner left: the finding is open; it closed by itself; it closed after somebody asked to suspend. */
const [open, gone, acted] = [1, 2, 3].map((n) => `dddddddd-0000-4000-8000-00000000000${n}`) as [string, string, string];

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
  await t.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`insert into charter.people (id, canonical, subject, issuer, name, email, active) values (${person}, ${person}, 's', 'i', 'Lena Fuchs', 'l@x', false)`;
    await sql`insert into charter.requests (id, kind, requester, drafted_at, received_at, channel) values (${birth}, 'provision', ${person}, now(), now(), 'charter_web')`;
    await sql`insert into charter.request_versions (request, version, charter, origins, digest, plan_digest, received_at, channel) values (${birth}, 1, '{"name": "release-train"}', '{}', 'd', 'p', now(), 'charter_web')`;
    await sql`insert into charter.request_states (request, request_version, state) values (${birth}, 1, 'awaiting-approval')`;
    await sql`insert into charter.decisions (id, request, request_version, at, bundle, input, decision) values (gen_random_uuid(), ${birth}, 1, 'receipt', 'b', '{"reach": {"escalations": 1}}', '{}')`;
    await sql`insert into charter.identities (id, name, blueprint, connector, target, environment, state, purpose, service, team, owner,
        owner_accepted_at, ends_it, classification, credential, charter, charter_request, charter_version, object_name, reach, risk, risk_parts, ends_at)
      select id, 'key-' || n, 'b', 'c', 't', 'dev', 'live', 'p', gen_random_uuid(), gen_random_uuid(), ${person}::uuid, now(), ${person}::uuid,
        'internal', 'static', '{}', gen_random_uuid(), 1, 'o' || n, '{}', 1, '[]', now() + interval '1 year'
      from unnest(array[${open}, ${gone}, ${acted}]::uuid[]) with ordinality as k (id, n)`;
    await sql`insert into charter.findings (id, kind, identity, target, object, sentence, severity, opened_at, closed_at)
      select gen_random_uuid(), kind, i.id, 't', i.name, 's', 10, now() - interval '9 days', case when kind = 'unowned' and i.id <> ${open}::uuid then now() end
      from charter.identities i, unnest(array['unowned', 'stale']) kind`;
    await sql`insert into charter.requests (id, kind, identity, requester, drafted_at, received_at, channel) values (gen_random_uuid(), 'suspend', ${acted}, ${person}, now(), now() - interval '1 day', 'charter_web')`;
  });
});
afterAll(() => t.close());

const leaver = async () => {
  const facts = await readTour(t.web);
  return facts?.leaver ?? null;
};
const forget = (identity: string) =>
  t.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`delete from charter.findings where identity = ${identity}::uuid`;
  });

it("leads to the key whose owner is still missing, then to one that somebody dealt with, never to one that came right by itself", async () => {
  expect(await leaver()).toMatchObject({ id: open, owner: "Lena Fuchs", asked: false });
  await forget(open);
  expect(await leaver()).toMatchObject({ id: acted, asked: true });
  await forget(acted);
  expect(await leaver()).toBeNull();
});
