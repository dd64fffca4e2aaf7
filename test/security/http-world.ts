import { createHash, randomBytes, randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import type postgres from "postgres";
import type { Entry } from "#lib/audit/entry.ts";
import { accept } from "#lib/claims/acceptances/accept.ts";
import type { Card } from "#lib/claims/answers/answer.ts";
import { askForLess } from "#lib/claims/comments/ask-for-less.ts";
import { save } from "#lib/claims/drafts/save.ts";
import { preview } from "#lib/claims/requests/preview.ts";
import type { Answers } from "#lib/domain/answers.ts";
import { finishIntent } from "#lib/facts/intents/finish.ts";
import { runFact, system } from "#lib/facts/run.ts";
import { gatherEvidence } from "#lib/judgement/gather-evidence.ts";
import { ask, judge, ledgerAnswers, openScenario, type Scenario } from "../facts/scenario.ts";
import { type Portal, startPortal, webSettings } from "./http-portal.ts";

/** Who knocks. Each is the most powerful of its kind that must still be refused where the matrix says so. */
export const principals = [
  "anonymous",
  "expired",
  "ended",
  "deactivated",
  "read-only",
  "requester",
  "owner",
  "backup",
  "other-team",
  "security",
  "operator",
  "auditor",
] as const;
export type Principal = (typeof principals)[number];

/** The instant in so many days. */
export const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

/** One of everything, of one requester. */
export interface Belongings {
  /** The request awaiting approval: the version and plan of it, as every verb on it names them. */
  readonly seen: { readonly request: string; readonly version: number; readonly planDigest: string };
  /** A remark on it that proposes less. */
  readonly proposal: string;
  /** A live identity of the same team. */
  readonly identity: string;
  /** An open finding of that identity. */
  readonly finding: string;
  /** The question that is asked of its owner, as its card would send it back. */
  readonly card: Card;
  /** A stuck step of it. */
  readonly step: string;
  /** A draft, what was typed in it, and the plan it would have. */
  readonly draft: { readonly id: string; readonly answers: Answers; readonly planDigest: string };
  /** Id of a session that no test speaks with. */
  readonly spare: string;
}

/** A portal over a database in which one of everything exists. No worker takes what is claimed. */
export interface World {
  readonly scenario: Scenario;
  readonly portal: Portal;
  readonly admin: postgres.Sql;
  /** Value of the session cookie; null of the anonymous. */
  readonly session: { readonly [P in Principal]: string | null };
  /** What the requester's team has, and what the other team has. */
  readonly own: Belongings;
  readonly foreign: Belongings;
  readonly person: (name: string) => string;
  close(): Promise<void>;
}

export async function openWorld(settings: Readonly<Record<string, string>> = {}): Promise<World> {
  const scenario = await openScenario();
  const { admin } = scenario.database;
  await scenario.signIn("mara.lind", ["security"]);
  await scenario.signIn("tomas.vidal", ["security"]);
  await scenario.signIn("ida.holm", ["operator"]);
  await scenario.signIn("ravi.menon", ["auditor"]);
  for (const person of ["jonas.kern", "amara.obi", "priya.shah"]) await scenario.signIn(person);
  const own = await belongings(scenario, {
    requester: "jonas.kern",
    answers: (bucket) =>
      ledgerAnswers({
        need: { pack: "write-bucket", parameters: { bucket } },
        edits: { owner: scenario.id("amara.obi"), endsAt: inDays(100) },
      }),
  });
  const foreign = await belongings(scenario, {
    requester: "priya.shah",
    answers: (bucket) =>
      ledgerAnswers({
        runs: { kind: "github", repository: "acme/warehouse", subject: { environment: "prod-eu" } },
        need: { pack: "write-bucket", parameters: { bucket } },
      }),
  });
  const backup = await clonePerson(admin, { of: scenario.id("amara.obi"), name: "Ben Backup", active: true });
  const gone = await clonePerson(admin, { of: scenario.id("mara.lind"), name: "Gina Gone", active: false });
  const session = {
    anonymous: null,
    expired: await openSession(admin, scenario.id("mara.lind"), { created: "13 hours" }),
    ended: await openSession(admin, scenario.id("mara.lind"), { ended: true }),
    deactivated: await openSession(admin, gone),
    "read-only": await openSession(admin, scenario.id("mara.lind"), { readOnly: true }),
    requester: await openSession(admin, scenario.id("jonas.kern")),
    owner: await openSession(admin, scenario.id("amara.obi")),
    backup: await openSession(admin, backup),
    "other-team": await openSession(admin, scenario.id("priya.shah")),
    security: await openSession(admin, scenario.id("mara.lind")),
    operator: await openSession(admin, scenario.id("ida.holm")),
    auditor: await openSession(admin, scenario.id("ravi.menon")),
  };
  const portal = await startPortal({
    ...webSettings,
    ...settings,
    CHARTER_WEB_DATABASE_URL: scenario.database.webUrl,
  });
  return {
    ...{ scenario, portal, admin, session, own, foreign },
    person: scenario.id,
    close: async () => {
      await portal.stop();
      await scenario.database.close();
    },
  };
}

/** The id under which a cookie's session is recorded. */
export const sessionId = (cookie: string): string => createHash("sha256").update(cookie).digest("hex");

interface SessionRow {
  readonly created?: string;
  readonly seen?: string;
  readonly ended?: boolean;
  readonly readOnly?: boolean;
}

/** A session as sign-in would have left it so long ago; the cookie's value. */
export async function openSession(admin: postgres.Sql, person: string, row: SessionRow = {}): Promise<string> {
  const cookie = randomBytes(32).toString("base64url");
  await admin`
    insert into charter.sessions (id, person, read_only, user_agent, created_at, last_seen_at, ended_at)
    values (${sessionId(cookie)}, ${person}, ${row.readOnly ?? false}, 'test', clock_timestamp() - ${row.created ?? "0"}::interval,
      clock_timestamp() - ${row.seen ?? "0"}::interval, case when ${row.ended ?? false} then clock_timestamp() end)`;
  return cookie;
}

/** Writes as nobody of ours may: without entries, without triggers. */
export const unguarded = <T>(admin: postgres.Sql, work: (sql: postgres.TransactionSql) => Promise<T>) =>
  admin.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    return work(tx);
  });

/** Another person of the same teams and roles. */
async function clonePerson(admin: postgres.Sql, as: { of: string; name: string; active: boolean }): Promise<string> {
  const id = randomUUID();
  const change = { id, canonical: id, subject: id, name: as.name, email: `${id}@acme.example`, active: as.active };
  await unguarded(admin, async (tx) => {
    await tx`insert into charter.people select (jsonb_populate_record(p, ${tx.json(change)})).* from charter.people p where id = ${as.of}`;
    for (const table of ["team_members", "person_roles"])
      await tx.unsafe(
        `insert into charter.${table} select (jsonb_populate_record(p, jsonb_build_object('person', $1::uuid))).* from charter.${table} p where person = $2`,
        [id, as.of],
      );
  });
  return id;
}

type Asks = { readonly requester: string; readonly answers: (bucket: string) => Answers };

async function belongings(scenario: Scenario, { requester, answers }: Asks): Promise<Belongings> {
  const slug = requester.split(".")[0];
  const identity = await born(scenario, requester, answers(`${slug}-lives`));
  const request = await ask(scenario, requester, answers(`${slug}-asked`));
  await scenario.settle();
  const [state] = await scenario.worker.db.execute<{ digest: string; version: number }>(sql`
    select plan_digest as digest, request_version as version from charter.request_states where request = ${request}::uuid`);
  const seen = { request, version: state?.version ?? 0, planDigest: state?.digest ?? "" };
  const less = await askForLess(scenario.as("mara.lind"), {
    ...seen,
    text: "Less will do.",
    drop: [],
    endsAt: inDays(30),
  });
  if ("refusals" in less) throw new Error(less.refusals[0].sentence);
  await scenario.settle();
  const [comment] = await scenario.worker.db.execute<{ id: string }>(
    sql`select id from charter.comments where request = ${request}::uuid`,
  );
  return {
    ...{ seen, identity },
    proposal: comment?.id ?? "",
    finding: await openFinding(scenario, identity),
    card: await askedCard(scenario, identity),
    step: await stuckStep(scenario, identity),
    draft: await draftOf(scenario, requester, answers(`${slug}-drafted`)),
    spare: sessionId(await openSession(scenario.database.admin, scenario.id(requester))),
  };
}

async function openFinding({ database }: Scenario, identity: string): Promise<string> {
  const id = randomUUID();
  await database.admin`
    insert into charter.findings (id, kind, identity, team, target, object, sentence, severity)
    select ${id}, 'expiring', i.id, i.team, i.target, i.object_name, 'It ends soon.', 35 from charter.identities i where i.id = ${identity}`;
  return id;
}

async function askedCard({ database, worker }: Scenario, identity: string): Promise<Card> {
  const [question] = await unguarded(
    database.admin,
    (tx) => tx<{ round: number }[]>`
      insert into charter.questions as q (identity, every_days, opens_at, reminds_at, backup_at, due_at, stage, stage_at)
      values (${identity}, 182, now(), now(), now() + interval '7 days', now() + interval '14 days', 'asked', now())
      on conflict (tenant, identity) do update set stage = 'asked' returning q.round`,
  );
  const shown = (await gatherEvidence(worker.db, [identity])).get(identity)?.evidence;
  if (question === undefined || shown === undefined) throw new Error("The identity has no question.");
  return { identity, round: question.round, shown };
}

async function stuckStep({ database }: Scenario, identity: string): Promise<string> {
  const [step] = await unguarded(
    database.admin,
    (tx) => tx<{ id: string }[]>`
      update charter.steps set stuck_at = clock_timestamp() where (intent, ordinal) in
        (select i.id, 1 from charter.intents i where i.request = ${identity}) returning id`,
  );
  if (step === undefined) throw new Error("The identity has no step.");
  return step.id;
}

async function draftOf(scenario: Scenario, person: string, answers: Answers): Promise<Belongings["draft"]> {
  const id = randomUUID();
  const foreseen = await preview(scenario.as(person), { id, answers });
  if ("refusals" in foreseen) throw new Error(foreseen.refusals[0].sentence);
  const saved = await save(scenario.as(person), { id, answers });
  if ("refusals" in saved) throw new Error(saved.refusals[0].sentence);
  return { id, answers, planDigest: foreseen.ok.planDigest ?? "" };
}

/** An identity that lives: asked for, approved, and its last step committed as the saga would. */
async function born(scenario: Scenario, person: string, answers: Answers): Promise<string> {
  const request = await ask(scenario, person, answers);
  await scenario.settle();
  for (const approver of ["mara.lind", "tomas.vidal"]) {
    if ((await scenario.state(request))?.state !== "awaiting-approval") break;
    await judge(scenario, approver, request);
    await scenario.settle();
  }
  const [state] = await scenario.worker.db.execute<{
    state: string;
    accepter: string;
    version: number;
    digest: string;
  }>(sql`
    select state, accepter, request_version as version, plan_digest as digest from charter.request_states where request = ${request}::uuid`);
  if (state?.state === "awaiting-acceptance") {
    const seen = { request, version: state.version, planDigest: state.digest };
    const owner = scenario.as(person);
    await accept({ ...owner, actor: { ...owner.actor, id: state.accepter } }, seen);
    await scenario.settle();
  }
  const [intent] = await scenario.worker.db.execute<{ id: string }>(
    sql`select id from charter.intents where request = ${request}::uuid`,
  );
  const id = intent?.id ?? "";
  const context = {
    ...{ db: scenario.worker.db, newId: randomUUID, actor: system },
    subject: { noun: "intent", id },
  } as const;
  await runFact<null, null>(
    context,
    async (work) => {
      const [first, ...rest]: readonly Entry[] = await finishIntent(work, id);
      if (first === undefined) throw new Error("The identity was not born.");
      return { ok: await work.record(null, first, ...rest) };
    },
    null,
  );
  return request;
}

/** Holds the whole database to the state it had when this was made: counts and contents of every table. */
export interface Keeper {
  /** Tables that differ from it, but for denied attempts and for when a session was last seen. */
  changes(): Promise<readonly string[]>;
  /** Denied attempts of the web since then, or since they were last asked for. */
  denied(): Promise<number>;
  restore(): Promise<void>;
}

export async function keeper(admin: postgres.Sql): Promise<Keeper> {
  const names = (
    await admin<{ name: string }[]>`
      select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'charter' and c.relkind = 'r' order by 1`
  ).map(({ name }) => name);
  await admin`create schema kept`;
  for (const name of names) await admin.unsafe(`create table kept.${name} as table charter.${name}`);
  const digests = async () => {
    const found = await admin.unsafe<{ name: string; digest: string }[]>(names.map(digestOf).join(" union all "));
    return new Map(found.map(({ name, digest }) => [name, digest]));
  };
  const first = await digests();
  const changes = async () => {
    const now = await digests();
    return names.filter((name) => now.get(name) !== first.get(name));
  };
  return {
    changes,
    denied: async () => {
      const gone = await unguarded(
        admin,
        (tx) => tx`delete from charter.audit_entries where action = 'attempt.denied'`,
      );
      return gone.count;
    },
    restore: async () => {
      const moved = await changes();
      await unguarded(admin, async (tx) => {
        for (const name of moved) {
          await tx.unsafe(`delete from charter.${name}`);
          await tx.unsafe(`insert into charter.${name} overriding system value table kept.${name}`);
        }
      });
    },
  };
}

const asSeen: Readonly<Record<string, string>> = {
  sessions: "to_jsonb(t) - 'last_seen_at'",
  audit_entries: "case noun when 'attempt' then '' else t::text end",
};
const digestOf = (name: string): string => `
  select '${name}' as name, count(*) filter (where h <> md5('')) || ' ' || coalesce(md5(string_agg(h, '' order by h) filter (where h <> md5(''))), '') as digest
  from (select md5((${asSeen[name] ?? "t"})::text) as h from charter.${name} t) x`;
