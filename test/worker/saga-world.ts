import { randomUUID } from "node:crypto";
import type postgres from "postgres";
import { type FlowStep, laneOf } from "#lib/connectors/connector.ts";
import { digest } from "#lib/digest/digest.ts";
import type { Charter, RequestKind } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Plan, PlannedObject, StorageSlot } from "#lib/domain/plan.ts";
import { factsAtFirst } from "#lib/domain/provisioning/rotation.ts";
import { type MarkKey, makeMark } from "#lib/worker/marks.ts";

export const installation = "test-installation";
export const markKeys: readonly MarkKey[] = [{ id: "m1", secret: Buffer.alloc(32, 7) }];

export interface SeededIntent {
  readonly intent: string;
  readonly request: string;
  readonly identity: string;
  readonly plan: Plan;
  readonly steps: readonly string[];
}

export interface Seeding {
  /** Fingerprint of the target's entry as approved; "t" where no configuration is compared. */
  readonly entry?: string;
  readonly flow: readonly FlowStep[];
  readonly kind?: RequestKind;
  readonly target?: string;
  readonly connector?: string;
  readonly name?: string;
  readonly objects?: readonly PlannedObject[];
  readonly storage?: StorageSlot | null;
  readonly change?: JsonObject;
  /** Sealed with the request, where a flow's end reads it. */
  readonly charter?: Charter;
  /** The founding intent, for later ones on the same identity. */
  readonly of?: SeededIntent;
}

/** Writes an intent with its steps, request state and identity as a release does, without the checks that come before one. */
export async function seedIntent(admin: postgres.Sql, seeding: Seeding): Promise<SeededIntent> {
  const { flow, kind = "provision", target = "fake", connector = "fake", objects = [], storage = null } = seeding;
  const change = { ...seeding.change, ...(kind === "rotate" ? { replaces: await held(admin, seeding.of) } : {}) };
  const request = randomUUID();
  const intent = randomUUID();
  const identity = seeding.of?.identity ?? request;
  const name = seeding.of?.plan.name ?? seeding.name ?? `charter-dev-thing-${request.slice(0, 8)}`;
  const endsAt = new Date(Date.now() + 30 * 86_400_000).toISOString();
  const plan: Plan = {
    v: 1,
    kind,
    request,
    version: 1,
    identity,
    connector,
    target,
    name,
    entries: { target: seeding.entry ?? "t", vault: null },
    objects,
    storage,
    endsAt,
    change,
  };
  const planDigest = digest(plan);
  const founding = seeding.of ? await founder(admin, seeding.of.intent) : null;
  const mark = founding?.mark ?? makeMark(markKeys, { installation, target, name, intent, planDigest });
  const markedAt = founding?.marked_at ?? new Date().toISOString();
  const ids = flow.map(() => randomUUID());
  await admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    if (seeding.of && kind === "retire")
      await sql`update charter.identities set state = 'retiring' where id = ${identity}`;
    if (!seeding.of) await insertIdentity(sql, { identity, name, connector, target, request, endsAt, kind });
    await sql`insert into charter.requests (tenant, id, kind, identity, drafted_at, received_at, channel)
      values ('main', ${request}, ${kind}, ${seeding.of ? identity : null}, now(), now(), 'charter_worker')`;
    if (seeding.charter)
      await sql`insert into charter.request_versions (tenant, request, version, charter, origins, change, digest, plan_digest, received_at, channel)
        values ('main', ${request}, 1, ${sql.json(seeding.charter as never)}, ${sql.json({})}, ${sql.json({})}, 'd', ${planDigest}, now(), 'charter_worker')`;
    await sql`insert into charter.request_states (tenant, request, request_version, state, plan, plan_digest)
      values ('main', ${request}, 1, 'provisioning', ${sql.json(plan as never)}, ${planDigest})`;
    await sql`insert into charter.intents (tenant, id, request, request_version, kind, identity, target, plan, plan_digest, mark, marked_at, state)
      values ('main', ${intent}, ${request}, 1, ${kind}, ${identity}, ${target}, ${sql.json(plan as never)}, ${planDigest}, ${sql.json(mark as never)}, ${markedAt}, 'running')`;
    for (const [ordinal, step] of flow.entries()) {
      await sql`insert into charter.steps (tenant, id, intent, ordinal, name, kind, title, target, lane, state, facts)
        values ('main', ${ids[ordinal] ?? ""}, ${intent}, ${ordinal}, ${step.name}, ${step.kind}, ${step.title}, ${target}, ${laneOf(step.kind)}, ${ordinal === 0 ? "ready" : "waiting"},
          ${sql.json((ordinal === 0 ? factsAtFirst(plan) : {}) as never)})`;
    }
  });
  return { intent, request, identity, plan, steps: ids };
}

/** Ids of the credentials that an identity has, as a judgement reads them. */
export async function held(admin: postgres.Sql, of: SeededIntent | undefined): Promise<string[]> {
  const rows = await admin<{ id: string }[]>`
    select external_id as id from charter.credentials where identity = ${of?.identity ?? randomUUID()} and state <> 'removed'
    order by issued_at, id`;
  return rows.map(({ id }) => id);
}

async function founder(admin: postgres.Sql, intent: string) {
  const [row] = await admin`select mark, marked_at from charter.intents where id = ${intent}`;
  return row ?? null;
}

async function insertIdentity(
  sql: postgres.TransactionSql,
  of: {
    identity: string;
    name: string;
    connector: string;
    target: string;
    request: string;
    endsAt: string;
    kind: string;
  },
): Promise<void> {
  const somebody = randomUUID();
  const nothing = sql.json({});
  await sql`insert into charter.identities (tenant, id, name, blueprint, connector, target, environment, state, purpose, service, team, owner,
      owner_accepted_at, ends_it, classification, credential, charter, charter_request, charter_version, object_name, reach, risk, risk_parts, ends_at)
    values ('main', ${of.identity}, ${of.name.slice(0, 40)}, 'test', ${of.connector}, ${of.target}, 'dev', ${of.kind === "provision" ? "provisioning" : "live"},
      'To be tested by its saga.', ${somebody}, ${somebody}, ${somebody}, now(), ${somebody}, 'internal', 'static', ${sql.json({ exception: null })}, ${of.request}, 1,
      ${of.name}, ${nothing}, 0, ${sql.json([])}, ${of.endsAt})`;
}

export async function seedGate(
  admin: postgres.Sql,
  gate: { target: string; maxRunning?: number; rate?: number; burst?: number; tokens?: number; reserve?: number },
): Promise<void> {
  const { target, maxRunning = 8, rate = 1000, burst = 1000, tokens = burst, reserve = 2 } = gate;
  await admin`insert into charter.gates (tenant, target, max_running, rate, burst, tokens, reserve)
    values ('main', ${target}, ${maxRunning}, ${rate}, ${burst}, ${tokens}, ${reserve})
    on conflict (tenant, target) do update set max_running = excluded.max_running, rate = excluded.rate, burst = excluded.burst,
      tokens = excluded.tokens, reserve = excluded.reserve, refilled_at = clock_timestamp()`;
}

/** Makes every step that waits for another try due, and every lease of a vanished worker over, as time (a day of it) would. */
export async function passTime(admin: postgres.Sql, of: { days?: number; leases?: boolean } = {}): Promise<void> {
  const { days = 1, leases = true } = of;
  await admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`update charter.steps set due_at = now() - interval '1 second' where state in ('ready', 'ambiguous') and due_at < now() + ${days} * interval '1 day'`;
    if (leases)
      await sql`update charter.steps set lease_until = now() - interval '1 day' where state in ('claimed', 'sent')`;
  });
}

/** Rows whose last change no audit entry names: must be none. */
export async function unaudited(admin: postgres.Sql): Promise<number> {
  const [row] = await admin`select count(*)::int as n from (
      select 'step' as noun, id::text as id, version from charter.steps where version > 1
      union all select 'intent', id::text, version from charter.intents where version > 1
      union all select 'identity', id::text, version from charter.identities where version > 1
      union all select 'object', id::text, version from charter.objects
      union all select 'credential', id::text, version from charter.credentials
      union all select 'request-state', request::text, version from charter.request_states where version > 1) changed
    where not exists (select 1 from charter.audit_entries e where e.noun = changed.noun and e.aggregate = changed.id and e.version = changed.version)`;
  return row?.n ?? 0;
}

/** Ends what an earlier test left in the queue. */
export async function clearQueue(admin: postgres.Sql): Promise<void> {
  await admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`update charter.steps set state = 'undone' where state not in ('done', 'failed', 'undone')`;
  });
}
