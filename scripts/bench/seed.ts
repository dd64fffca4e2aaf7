import type postgres from "postgres";

/** How much of each noun a bench database holds. */
export interface Size {
  readonly identities: number;
  readonly requests: number;
  /** Entries that look like a log's, neither chained nor sealed: for reading pages, never for verifying. */
  readonly audit: number;
}

/** What one word of a search matches, from nothing to every row. */
export const words = {
  none: "zzqxv",
  one: "svc-payments-0000777",
  rare: "hedgehog",
  some: "settlement",
  many: "ledger",
  every: "svc",
} as const;

const teams = 400;
const people = 20_000;
const services = 2_000;

/** Ids are made from a noun and a number, so that everything can name everything without being looked up. */
const id = (noun: string, number: string) => `md5('bench-${noun}-' || (${number}))::uuid`;
/** Few have much and many have little: the larger the power, the more lies on the first. */
const skewed = (count: number, power: number) => `floor(${count} * power(random(), ${power}))::int`;
const oneOf = (values: readonly string[], by: string) =>
  `(array[${values.map((value) => `'${value}'`).join(", ")}])[1 + (${by})::int % ${values.length}]`;

export const teamId = (number: number) => `select ${id("team", String(number))} as id`;

/**
 * Fills an empty, migrated database. Bench only: it runs as superuser with `session_replication_role = replica`, so that the
 * triggers which demand an audit entry for every row are silent. No other program of this project does so.
 */
export async function seed(admin: postgres.Sql, size: Size, say: (text: string) => void): Promise<void> {
  const start = performance.now();
  const told = (what: string) => say(`${what} after ${Math.round((performance.now() - start) / 1000)} s`);
  await admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`set local synchronous_commit = off`;
    await sql`set local maintenance_work_mem = '1GB'`;
    await sql`select setseed(0.42)`;
    await sql.unsafe(directory);
    await sql.unsafe(places);
    told("directory");
    const kept = await withoutIndexes(sql);
    await sql.unsafe(identities(size.identities));
    told(`${size.identities} identities`);
    await sql.unsafe(requests(size));
    told(`${size.requests} requests`);
    await sql.unsafe(toldOf);
    told("what other tables tell of identities");
    await sql.unsafe(audit(size.audit));
    told(`${size.audit} audit entries`);
    for (const index of kept) await sql.unsafe(index);
    told("indexes");
  });
  await admin`vacuum analyze`;
  told("vacuum and statistics");
}

/** Drops the plain indexes of what is filled; returns what makes them again. */
async function withoutIndexes(sql: postgres.TransactionSql): Promise<readonly string[]> {
  const rows = await sql<{ name: string; text: string }[]>`
    select quote_ident(i.indexname) as name, i.indexdef as text from pg_indexes i
    where i.schemaname = 'charter' and i.tablename in ('identities', 'requests', 'request_versions', 'request_states', 'audit_entries')
      and not exists (select 1 from pg_constraint c where c.conname = i.indexname)`;
  for (const { name } of rows) await sql.unsafe(`drop index charter.${name}`);
  return rows.map(({ text }) => text);
}

const firstNames = ["Amara", "Jonas", "Mara", "Tomas", "Ines", "Yusuf", "Lena", "Ravi", "Sofia", "Henrik", "Noor"];
const lastNames = ["Obi", "Brandt", "Lind", "Vidal", "Costa", "Demir", "Maier", "Patel", "Rossi", "Dahl", "Haddad"];
const areas = ["payments", "orders", "data", "identity", "search", "fraud", "mobile", "billing", "risk", "logistics"];

const directory = `
  insert into charter.teams (id, slug, name) select ${id("team", "n")}, 'team-' || n, initcap(${oneOf(areas, "n")}) || ' ' || n
    from generate_series(0, ${teams - 1}) n;
  insert into charter.people (id, issuer, subject, canonical, name, email, active)
    select ${id("person", "n")}, 'https://id.bench.example', 'bench-' || n, ${id("person", "n")},
      ${oneOf(firstNames, "n")} || ' ' || ${oneOf(lastNames, "n / 11")} || ' ' || n, 'p' || n || '@bench.example', n % 33 <> 7
    from generate_series(0, ${people - 1}) n;
  insert into charter.team_members (team, person) select ${id("team", `n % ${teams}`)}, ${id("person", "n")}
    from generate_series(0, ${people - 1}) n;
  insert into charter.services (id, slug, name, team, owner, classification, source)
    select ${id("service", "n")}, 'service-' || n, 'Service ' || n, ${id("team", `n % ${teams}`)}, ${id("person", "n")}, 'internal', 'CMDB'
    from generate_series(0, ${services - 1}) n;`;

const places = `
  insert into charter.targets (name, kind, title, environments, settings, entry_digest, simulated, position, checks, checked_at)
    select 'target-' || n, 'aws-iam', 'Target ' || n, '["dev", "staging", "prod"]', '{}', 'e', true, n,
      '[{"name": "reach", "ok": true, "sentence": "It answers."}]', now()
    from generate_series(0, 24) n;
  insert into charter.blueprints (kind, id, digest, content)
    select 'blueprint', b, 'd', jsonb_build_object('title', b)
    from unnest(array['aws-role-ci-pipeline', 'aws-user-access-key', 'postgresql-role']) b on conflict do nothing;`;

/** 12 in 100 hold a static key, 3 in 100 have ended, 1 in 100 differs; ends lie within two years, most births within one. */
const identities = (count: number) => `
  insert into charter.identities (id, name, blueprint, connector, target, environment, state, purpose, service, team, owner,
    owner_accepted_at, backup_person, backup_team, ends_it, classification, credential, charter, charter_request, charter_version,
    object_name, external_id, reach, risk, risk_parts, facts, ends_at, born_at, live_at, observed_at, differences)
  select i.id, i.name, i.blueprint, 'aws-iam', i.target, i.environment, i.state, i.purpose, i.service, i.team, i.owner,
    i.born_at, case when i.n % 5 = 0 then i.backup end, case when i.n % 5 <> 0 then ${id("team", `(i.n * 7) % ${teams}`)} end, i.backup,
    'internal', i.credential,
    jsonb_build_object('name', i.name, 'blueprint', i.blueprint, 'target', i.target, 'environment', i.environment, 'purpose', i.purpose,
      'service', i.service, 'team', i.team, 'owner', i.owner, 'endsIt', i.backup, 'classification', 'internal', 'credential', i.credential,
      'endsAt', i.ends_at, 'retireWhen', '[{"kind": "unused", "days": 90}]'::jsonb, 'exception', null, 'dataDomains', '[]'::jsonb,
      'spec', jsonb_build_object('statements', jsonb_build_array(jsonb_build_object('actions', '["s3:PutObject", "s3:GetObject"]'::jsonb,
        'resources', jsonb_build_array('arn:aws:s3:::bucket-' || i.n || '/*'))))),
    i.id, 1, 'charter-' || i.environment || '-' || i.name || '-' || substr(md5(i.n::text), 1, 10),
    'AROA' || upper(substr(md5('external' || i.n), 1, 16)),
    jsonb_build_object('services', '[]'::jsonb, 'actions', 2 + i.n % 40, 'phrase', 'Write to ' || 1 + i.n % 9 || ' buckets'),
    i.risk, '[{"label": "Writes", "points": 10}]', jsonb_build_object('arn', 'arn:aws:iam::111122223333:role/charter/' || i.name),
    i.ends_at, i.born_at, i.born_at, now() - random() * interval '15 minutes',
    case when i.n % 100 = 11 then '["The inline policy is not the one that was approved."]'::jsonb else '[]'::jsonb end
  from (
    select n, ${id("identity", "n")} as id, ${id("service", skewed(services, 2))} as service, ${id("team", skewed(teams, 2))} as team,
      ${id("person", skewed(people, 1.5))} as owner, ${id("person", `(n * 13) % ${people}`)} as backup,
      'svc-' || ${oneOf(areas, "n * 3")} || '-' || lpad(n::text, 7, '0') as name,
      (array['aws-role-ci-pipeline', 'aws-role-ci-pipeline', 'aws-role-ci-pipeline', 'aws-user-access-key', 'postgresql-role'])[1 + n % 5] as blueprint,
      'target-' || ${skewed(25, 1.6)} as target,
      case when random() < 0.45 then 'prod' when random() < 0.4 then 'staging' else 'dev' end as environment,
      case when n % 100 < 3 then 'retired' when n % 1000 = 500 then 'failed' when n % 200 = 77 then 'suspended'
        when n % 500 = 123 then 'retiring' when n % 5000 = 999 then 'provisioning' else 'live' end as state,
      case when random() < 0.12 then 'static' else 'federated' end as credential,
      'Nightly job ' || n || ' of the ' || ${oneOf(areas, "n / 7")} || ' team for ' || case when n % 10 = 0 then '${words.many}' else 'report' end
        || case when n % 100 = 1 then ' ${words.some}' else '' end || case when n % 10000 = 3 then ' ${words.rare}' else '' end
        || ' exports to the warehouse.' as purpose,
      least(100, floor(100 * power(random(), 2.5)))::int as risk,
      now() + (random() * 700 - 5) * interval '1 day' as ends_at, now() - power(random(), 2) * 900 * interval '1 day' as born_at
    from generate_series(1, ${count}) n) i;`;

/**
 * Every secret with when it was issued; a question for each identity that can be asked about, 2 in 100 overdue and 2 asked; findings,
 * one in eight of them muted: 3 in 100 without an owner, 4 that end, half of all static keys, and one in twenty not rotated.
 */
const toldOf = `
  insert into charter.credentials (id, identity, intent, external_id, vault, mount, path, vault_version, state, issued_at, ends_at)
    select i.id, i.id, i.id, 'AKIA' || upper(substr(md5(i.name), 1, 16)), 'vault-main', 'secret', i.name, 1, 'active', i.born_at, i.ends_at
    from charter.identities i where i.credential = 'static' and i.state in ('live', 'suspended');
  insert into charter.questions (identity, every_days, opens_at, reminds_at, backup_at, due_at, stage, stage_at)
    select i.id, 90, now(), now(), now(), now() + i.n % 90 * interval '1 day',
      case i.n % 50 when 3 then 'overdue' when 4 then 'asked' else 'waiting' end, now()
    from (select *, abs(hashtext(name)) as n from charter.identities) i where i.state in ('live', 'suspended');
  insert into charter.findings (id, kind, identity, team, environment, target, object, sentence, severity, opened_at, muted_until)
    select md5(i.id || k.kind)::uuid, k.kind, i.id, i.team, i.environment, i.target, i.object_name, 'Something is not as it should be.',
      20 + i.n % 60, now() - i.n % 60 * interval '1 day', case when i.n % 8 = 0 then now() + interval '30 days' end
    from (select *, abs(hashtext(name)) as n from charter.identities) i
    join (values ('unowned'), ('expiring'), ('static-avoidable'), ('unrotated')) k (kind) on
      case k.kind when 'unowned' then i.n % 30 = 0 when 'expiring' then i.n % 25 = 1 when 'static-avoidable' then i.credential = 'static' and i.n % 2 = 0
        else i.credential = 'static' and i.n % 20 = 3 end
    where i.state in ('live', 'suspended');`;

/** The newest of them are open: 1 in 200 awaits Security, 1 in 500 the operator, 1 in 200 its owner; the rest founded identities. */
const requests = ({ requests: count, identities }: Size) => `
  insert into charter.requests (id, kind, requester, drafted_at, received_at, channel)
    select ${id("identity", "n")}, 'provision', ${id("person", `(n * 31) % ${people}`)}, now(), now() - (${count} - n) * interval '3 minutes', 'charter_web'
    from generate_series(1, ${count}) n;
  insert into charter.request_versions (request, version, charter, origins, digest, plan_digest, person, received_at, channel)
    select r.id, 1, coalesce(i.charter || jsonb_build_object('backup', jsonb_build_object('team', i.backup_team)), jsonb_build_object('name', 'svc-new', 'target', 'target-1', 'environment', 'dev')),
      '{"name": {"how": "typed"}}', md5(r.id::text), md5(r.id::text), r.requester, r.received_at, 'charter_web'
    from charter.requests r left join charter.identities i on i.tenant = r.tenant and i.id = r.id;
  insert into charter.request_states (request, request_version, state, plan, plan_digest, reach, risk, stages, accepter, deadline, since)
    select r.id, 1, s.state, jsonb_build_object('objects', jsonb_build_array(jsonb_build_object('trust', repeat('t', 600)))), md5(r.id::text),
      '{"phrase": "Write to 1 bucket"}', (s.n * 7) % 100,
      case when s.n % 500 = 2 then '[{"role": "operator", "count": 1, "sentence": "One operator."}]'::jsonb
        else '[{"role": "security", "count": 1, "sentence": "One of Security."}]'::jsonb end,
      case when s.state = 'awaiting-acceptance' then (v.charter ->> 'owner')::uuid end, r.received_at + interval '3 days', r.received_at
    from (select n, case when n % 200 = 1 or n % 500 = 2 then 'awaiting-approval' when n % 200 = 3 then 'awaiting-acceptance'
        when n % 400 = 4 then 'resubmit' when n % 20 = 5 then 'denied' when n % 50 = 6 then 'expired' else 'live' end as state
      from generate_series(1, least(${count}, ${identities})) n) s
    join charter.requests r on r.tenant = 'main' and r.id = ${id("identity", "s.n")}
    join charter.request_versions v on v.tenant = 'main' and v.request = r.id;`;

/** Six in ten are steps, as in a log of provisionings; a target is checked now and then, a bundle activated once in 100,000. */
const audit = (count: number) => `
  insert into charter.audit_entries (tenant, noun, aggregate, seq, version, at, channel, actor, evidence, action, detail, xid, prev, hash, leaf)
  select 'main', e.noun, case when e.noun = 'target' then 'target-' || e.n % 25 when e.noun = 'bundle' then 'bundle-' || e.n
      else ${id("identity", "e.n / 10")}::text end, e.n, 1, now() - (${count} - e.n) * interval '2 seconds',
    case when e.noun in ('request', 'verdict', 'session') then 'charter_web' else 'charter_worker' end,
    case when e.noun in ('request', 'verdict', 'session') then ${id("person", `e.n % ${people}`)}::text else 'System' end, 'worker',
    e.noun || '.' || (case when e.noun = 'step' then (array['sent', 'checkpoint', 'done'])[1 + e.n % 3] when e.noun = 'request' then 'asked'
      when e.noun = 'identity' then (array['live', 'observed'])[1 + e.n / 10 % 2] else 'changed' end),
    '{"sentence": "Everything it needs is there.", "checks": 4}', '1', '', sha256(e.n::text::bytea), e.n
  from (select n, case when n % 100000 = 7 then 'bundle' when n % 10 < 6 then 'step' when n % 10 = 6 then 'request' when n % 100 = 27 then 'target'
      when n % 10 = 7 then 'verdict' when n % 10 = 8 then 'identity' else 'session' end as noun from generate_series(1, ${count}) n) e;`;
