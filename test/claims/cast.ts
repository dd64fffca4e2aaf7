import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { readSession } from "#db/read/session.ts";
import { insertSession } from "#db/store/claims.ts";
import { accept } from "#lib/claims/acceptances/accept.ts";
import { askForChange } from "#lib/claims/requests/change.ts";
import type { ClaimContext } from "#lib/claims/run.ts";
import type { Role } from "#lib/domain/actor.ts";
import type { Outcome } from "#lib/domain/refusal.ts";
import { importDirectory } from "#lib/facts/directory/import.ts";
import { finishIntent } from "#lib/facts/intents/finish.ts";
import { linkPeople } from "#lib/facts/people/link.ts";
import { type FactContext, runFact, system } from "#lib/facts/run.ts";
import { planQuestions } from "#lib/worker/attestations.ts";
import { ask, issuer, judge, ledgerAnswers, openScenario, type Scenario } from "../facts/scenario.ts";

/** Who acts, by their relation to the requests that `asked` makes: Jonas asks, Amara would own, Nadia backs up, Priya ends it. */
export const actors = {
  requester: "jonas.kern",
  owner: "amara.obi",
  backup: "nadia.berg",
  endsIt: "priya.shah",
  sameTeam: "bea.same",
  otherTeam: "olaf.other",
  security: "mara.lind",
  security2: "tomas.vidal",
  operator: "ida.holm",
  auditor: "ravi.menon",
} as const;
export type ActorName = keyof typeof actors;

/** Every claim's rows, the inbox, and denied attempts: what an attempt may have left. */
export type Rows = Readonly<Record<string, number>>;

export interface Cast {
  readonly scenario: Scenario;
  /** Asks as this person in a new session of theirs, read back as the portal does. Throws when their session does not count. */
  as(person: string): Promise<ClaimContext>;
  id(person: string): Promise<string>;
  /** A request that waits for approval: id, version 1 and its plan's digest. */
  asked(): Promise<{ readonly request: string; readonly version: number; readonly planDigest: string }>;
  /** A request that is released and whose first step is stuck. */
  stuck(): Promise<string>;
  /** An identity that lives, of the same people. */
  born(): Promise<string>;
  /** One of theirs whose owner is asked whether it is still needed. */
  questioned(): Promise<string>;
  /** One of theirs that was suspended. */
  suspended(): Promise<string>;
  rows(): Promise<Rows>;
}

const added = [
  { person: "bea.same", team: "payments" },
  { person: "olaf.other", team: "data-platform" },
  { person: "dora.gone", team: "payments" },
  { person: "jonas.second", team: "platform" },
];

export async function openCast(): Promise<Cast> {
  const scenario = await openScenario();
  const { worker, database } = scenario;
  await addPeople(scenario);
  const held: Partial<Record<string, readonly Role[]>> = {
    "mara.lind": ["security"],
    "tomas.vidal": ["security"],
    "ida.holm": ["operator"],
    "ravi.menon": ["auditor"],
    "jonas.second": ["security"],
  };
  for (const person of [...Object.values(actors), "dora.gone", "jonas.second"])
    await scenario.signIn(person, held[person] ?? []);
  const id = async (person: string) => {
    const [row] = await worker.db.execute<{ id: string }>(
      sql`select id from charter.people where email = ${`${person}@acme.example`}`,
    );
    if (row === undefined) throw new Error(`Nobody is called ${person}.`);
    return row.id;
  };
  const cast: Cast = {
    ...{ scenario, id },
    async as(person) {
      const session = randomUUID();
      await insertSession(database.web, { id: session, person: await id(person), readOnly: false, userAgent: "" });
      const actor = await readSession(database.web, session);
      if (actor === null) throw new Error(`${person} has no session that counts.`);
      return { db: database.web, actor, now: new Date(), newId: randomUUID };
    },
    async asked() {
      const edits = {
        endsAt: inDays(60),
        owner: await id("amara.obi"),
        backup: { person: await id("nadia.berg") },
        endsIt: await id("priya.shah"),
      };
      const request = await ask(scenario, "jonas.kern", ledgerAnswers({ edits }));
      await scenario.settle();
      const [row] = await worker.db.execute<{ version: number; digest: string; state: string }>(
        sql`select request_version as version, plan_digest as digest, state from charter.request_states where request = ${request}::uuid`,
      );
      if (row?.state !== "awaiting-approval") throw new Error(`It is ${row?.state}.`);
      return { request, version: row.version, planDigest: row.digest };
    },
    async stuck() {
      const request = await released(cast);
      await database.admin.begin(async (tx) => {
        await tx`set local session_replication_role = replica`;
        await tx`update charter.steps set stuck_at = now() where ordinal = 0
          and intent = (select id from charter.intents where request = ${request})`;
      });
      return request;
    },
    async born() {
      const request = await released(cast);
      await finish(scenario, request);
      return request;
    },
    async questioned() {
      const identity = await cast.born();
      await planQuestions(worker);
      await database.admin.begin(async (tx) => {
        await tx`set local session_replication_role = replica`;
        await tx`update charter.questions set stage = 'asked' where identity = ${identity}`;
      });
      return identity;
    },
    async suspended() {
      const [identity, id] = [await cast.born(), randomUUID()];
      const change = { reason: "Its key may have leaked." };
      granted(await askForChange(await cast.as("amara.obi"), { id, identity, kind: "suspend", change }));
      await scenario.settle();
      await finish(scenario, id);
      return identity;
    },
    async rows() {
      const [row] = await database.admin<Record<string, string>[]>`select
        (select count(*) from charter.requests) as requests, (select count(*) from charter.request_versions) as versions,
        (select count(*) from charter.verdicts) as verdicts, (select count(*) from charter.acceptances) as acceptances,
        (select count(*) from charter.comments) as comments, (select count(*) from charter.answers) as answers, (select count(*) from charter.asks) as asks,
        (select count(*) from charter.drafts) as drafts, (select count(*) from charter.inbox) as inbox,
        (select count(*) from charter.audit_entries where action = 'attempt.denied') as denied`;
      return Object.fromEntries(Object.entries(row ?? {}).map(([table, count]) => [table, Number(count)]));
    },
  };
  return cast;
}

/** A request of the cast that everyone it asks has let pass: its first step is ready. */
async function released({ scenario, as, asked }: Cast): Promise<string> {
  const { request, ...seen } = await asked();
  for (const person of ["mara.lind", "tomas.vidal"]) {
    if ((await scenario.state(request))?.state === "awaiting-approval") granted(await judge(scenario, person, request));
    await scenario.settle();
  }
  granted(await accept(await as("amara.obi"), { request, ...seen }));
  await scenario.settle();
  return request;
}

const began = Math.floor(Date.now() / 86_400_000);

/** Midnight some days ahead of the day on which the test began. */
export const inDays = (days: number): string => new Date((began + days) * 86_400_000).toISOString();

/** Makes `jonas.second`, a login that holds security, count as Jonas, who asks. */
export const linkSecondLogin = async (scenario: Scenario): Promise<unknown> =>
  granted(await runFact(host(scenario), linkPeople, { issuer, subject: "demo-jonas-second", to: "demo-jonas-kern" }));

export function granted<T>(outcome: Outcome<T>): T {
  if ("refusals" in outcome) throw new Error(outcome.refusals.map(({ sentence }) => sentence).join(" "));
  return outcome.ok;
}

/** The first refusal's code; `ok` when there is none. */
export const codeOf = (outcome: Outcome<unknown>): string => ("ok" in outcome ? "ok" : outcome.refusals[0].code);

/** What differs between two counts. */
export const gained = (before: Rows, after: Rows): Rows =>
  Object.fromEntries(
    Object.entries(after).flatMap(([table, count]) => {
      const more = count - (before[table] ?? 0);
      return more === 0 ? [] : [[table, more]];
    }),
  );

const host = ({ worker: { db, newId } }: Scenario): FactContext => ({
  db,
  newId,
  actor: { id: "host", evidence: "host" },
  subject: { noun: "audit", id: "directory" },
});

async function addPeople(scenario: Scenario): Promise<void> {
  const people = added.map(({ person }, line) => ({
    ...{ file: "people.csv", line, subject: `demo-${person.replace(".", "-")}`, email: `${person}@acme.example` },
    ...{ name: person, active: true },
  }));
  // A team's members are those of its last import, so those it has are named again.
  const kept = await scenario.worker.db.execute<{ team: string; email: string }>(sql`
    select t.slug as team, p.email from charter.team_members m join charter.teams t on t.id = m.team join charter.people p on p.id = m.person where m.member`);
  const wanted = [...kept, ...added.map(({ person, team }) => ({ team, email: `${person}@acme.example` }))];
  const members = wanted.map(({ team, email }, line) => ({ file: "members.csv", line, team, email }));
  granted(
    await runFact(host(scenario), importDirectory, {
      issuer,
      people,
      members,
      teams: [],
      services: [],
      repositories: [],
    }),
  );
}

/** The directory says that a person left. */
export async function deactivate(scenario: Scenario, person: string): Promise<void> {
  const line = {
    file: "people.csv",
    line: 2,
    subject: `demo-${person.replace(".", "-")}`,
    email: `${person}@acme.example`,
  };
  const people = [{ ...line, name: person, active: false }];
  granted(
    await runFact(host(scenario), importDirectory, {
      issuer,
      people,
      members: [],
      teams: [],
      services: [],
      repositories: [],
    }),
  );
}

/** Stands in for the saga: the last step of the request's intent commits. */
async function finish({ worker: { db } }: Scenario, request: string): Promise<void> {
  const [row] = await db.execute<{ id: string }>(sql`select id from charter.intents where request = ${request}::uuid`);
  const id = row?.id ?? "";
  const context = { db, newId: randomUUID, actor: system, subject: { noun: "intent", id } } as const;
  granted(
    await runFact<null, null>(
      context,
      async (work) => {
        const [first, ...rest] = await finishIntent(work, id);
        if (first === undefined) throw new Error("Nothing moved.");
        return { ok: await work.record(null, first, ...rest) };
      },
      null,
    ),
  );
}
