import { generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import { beat } from "#db/store/configuration.ts";
import { planChanged } from "#lib/claims/refusals.ts";
import { preview } from "#lib/claims/requests/preview.ts";
import { submit } from "#lib/claims/requests/submit.ts";
import type { ClaimContext } from "#lib/claims/run.ts";
import { decide } from "#lib/claims/verdicts/decide.ts";
import type { Role } from "#lib/domain/actor.ts";
import type { Answers } from "#lib/domain/answers.ts";
import { importDirectory } from "#lib/facts/directory/import.ts";
import { runFact, system } from "#lib/facts/run.ts";
import { verifySignIn } from "#lib/facts/sign-ins/verify.ts";
import { readDirectoryFolder } from "#lib/worker/commands/read-directory.ts";
import { configSchema } from "#lib/worker/config.ts";
import { firstBundle } from "#lib/worker/first-bundle.ts";
import { createInbox, type Inbox } from "#lib/worker/inbox.ts";
import { publishConfig } from "#lib/worker/publish.ts";
import { releaseApproved } from "#lib/worker/release.ts";
import type { Worker } from "#lib/worker/worker.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

export const issuer = "https://id.acme.example";
const directory = fileURLToPath(new URL("../../scripts/demo/directory", import.meta.url));
const groups = { security: ["sec"], operator: ["ops"], auditor: ["audit"] };
const noPlace = () => Promise.reject(new Error("No target is connected in this test."));

/** The demo's directory, blueprints, policy and configuration in a database of its own, without any target. */
export interface Scenario {
  readonly database: TestDatabase;
  readonly worker: Worker;
  readonly inbox: Inbox;
  /** Canonical id of a demo person by the part of their address before the @. */
  id(person: string): string;
  /** A context in which this person asks, with the roles they signed in with. */
  as(person: string): ClaimContext;
  signIn(person: string, roles?: readonly Role[]): Promise<void>;
  /** Takes every claim, then releases what is approved, until nothing moves. */
  settle(): Promise<void>;
  state(
    request: string,
  ): Promise<{ readonly state: string; readonly requestVersion: number; readonly detail: unknown } | null>;
  entries(noun: string, aggregate: string): Promise<readonly string[]>;
}

export async function openScenario(): Promise<Scenario> {
  const database = await testDatabase();
  const worker = makeWorker(database);
  const inbox = createInbox({ ...worker, keys: noPlace, granted: async () => undefined });
  const people = new Map<string, string>();
  const teams = new Map<string, string[]>();
  const held = new Map<string, readonly Role[]>();
  const idOf = (person: string): string => {
    const id = people.get(person);
    if (id === undefined) throw new Error(`Nobody is called ${person}.`);
    return id;
  };
  await publishConfig(worker.db, worker.config, randomUUID);
  const told = { installation: worker.config.installation, portal: worker.config.publicUrl, issuer, problems: [] };
  await beat(worker.db, { id: worker.id, configDigest: "test", public: told });
  await importDemo(worker);
  for (const row of await worker.db.execute<{ id: string; email: string }>(sql`select id, email from charter.people`)) {
    people.set(row.email.split("@")[0] ?? "", row.id);
  }
  for (const row of await worker.db.execute<{ team: string; person: string }>(
    sql`select team, person from charter.team_members where member`,
  )) {
    teams.set(row.person, [...(teams.get(row.person) ?? []), row.team]);
  }
  const scenario: Scenario = {
    ...{ database, worker, inbox, id: idOf },
    as: (person) => ({
      db: database.web,
      now: new Date(),
      newId: randomUUID,
      actor: {
        id: idOf(person),
        name: person,
        roles: held.get(person) ?? [],
        teams: teams.get(idOf(person)) ?? [],
        session: "s",
        readOnly: false,
      },
    }),
    async signIn(person, roles = []) {
      held.set(person, roles);
      await signIn(worker, { person, roles });
    },
    async settle() {
      while ((await inbox.drain()) + (await releaseApproved(worker)) > 0);
    },
    async state(request) {
      const [row] = await worker.db.execute<{ state: string; version: number; detail: unknown }>(
        sql`select state, request_version as version, detail from charter.request_states where request = ${request}::uuid`,
      );
      return row === undefined ? null : { state: row.state, requestVersion: row.version, detail: row.detail };
    },
    async entries(noun, aggregate) {
      const rows = await worker.db.execute<{ action: string }>(
        sql`select action from charter.audit_entries where noun = ${noun} and aggregate = ${aggregate} order by seq`,
      );
      return rows.map(({ action }) => action);
    },
  };
  const problems = await firstBundle(worker);
  if (problems.length > 0) throw new Error(problems.join(" "));
  return scenario;
}

function makeWorker({ worker: db }: TestDatabase): Worker {
  const config = configSchema.parse({
    installation: "test-installation",
    publicUrl: "http://localhost:3000",
    signIn: { issuer, clientId: "charter", roles: groups },
    policy: { activatedBy: ["demo-mara-lind", "demo-tomas-vidal"].map((subject) => ({ issuer, subject })) },
    targets: [awsTarget("payments-aws"), awsTarget("data-aws")],
    vaults: [],
    keys: {
      mark: [{ id: "mark-1", secret: "env:MARK" }],
      checkpoint: { id: "checkpoint-1", secret: "env:CHECKPOINT" },
    },
  });
  return {
    ...{ id: randomUUID(), db, config, newId: randomUUID, now: () => new Date(), changed: () => undefined },
    installation: { installation: config.installation, portal: config.publicUrl },
    markKeys: [{ id: "mark-1", secret: randomBytes(32) }],
    checkpointKey: { id: "checkpoint-1", privateKey: generateKeyPairSync("ed25519").privateKey },
    places: { target: noPlace, vault: noPlace, entry: () => null, close: async () => undefined },
    log: {
      info: () => undefined,
      fault: (event, error) => {
        throw new Error(event, { cause: error });
      },
    },
  };
}

export const awsTarget = (name: string) => ({
  name,
  kind: "aws-iam",
  title: name,
  environments: ["dev", "staging", "prod"],
  // A suite asks for more in an hour than a person may.
  caps: { mintsPerHour: 500, disablesPerHour: 500 },
  settings: {
    accountId: "111122223333",
    boundaryArn: "arn:aws:iam::111122223333:policy/charter-ceiling",
    githubProviderArn: "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
  },
});

async function importDemo({ db, newId }: Worker): Promise<void> {
  const lines = await readDirectoryFolder(directory, issuer);
  if ("refusals" in lines) throw new Error(lines.refusals[0].sentence);
  // Places that this scenario has no target for.
  const services = lines.ok.services.map((line) => ({ ...line, targets: onlyAws(line.targets) }));
  const context = {
    db,
    newId,
    actor: { id: "host", evidence: "host" },
    subject: { noun: "audit", id: "directory" },
  } as const;
  const outcome = await runFact(context, importDirectory, { ...lines.ok, services });
  if ("refusals" in outcome) throw new Error(outcome.refusals[0].sentence);
}

const onlyAws = (targets: Readonly<Record<string, readonly string[] | undefined>>) =>
  Object.fromEntries(
    Object.entries(targets).map(([key, names]) => [key, (names ?? []).filter((name) => name.endsWith("-aws"))]),
  );

/** Signs in as the worker would after verifying a token that says so. */
async function signIn(
  { db, newId }: Worker,
  of: { readonly person: string; readonly roles: readonly Role[] },
): Promise<void> {
  const signIn = randomUUID();
  const claims = {
    issuer,
    subject: `demo-${of.person.replace(".", "-")}`,
    issuedAt: new Date(),
    name: null,
    email: null,
    personClaim: null,
    groups: of.roles.flatMap((role) => groups[role]),
  };
  const context = {
    db,
    newId,
    actor: { ...system, evidence: "id_token" },
    subject: { noun: "sign-in", id: signIn },
  } as const;
  const outcome = await runFact(context, verifySignIn, {
    signIn,
    tokenHash: randomUUID(),
    token: { ok: claims },
    groups,
  });
  if ("refusals" in outcome || outcome.ok.result !== "taken") throw new Error(`${of.person} could not sign in.`);
}

/** Four answers for the pipeline blueprint: production of the ledger repository writes to one bucket. */
export const ledgerAnswers = (changes: Partial<Answers> = {}): Answers => ({
  blueprint: "aws-role-ci-pipeline",
  runs: { kind: "github", repository: "acme/ledger", subject: { environment: "production" } },
  need: { pack: "write-bucket", parameters: { bucket: "ledger-snapshots" } },
  purpose: "Nightly ledger snapshots for the auditors.",
  environment: null,
  edits: {},
  ...changes,
});

/** Previews and submits as the form does; the request's id. Where midnight came between, it looks and sends again. */
export async function ask(
  scenario: Scenario,
  person: string,
  answers: Answers = ledgerAnswers(),
  id: string = randomUUID(),
): Promise<string> {
  const send = async () => {
    const seen = await preview(scenario.as(person), { id, answers });
    if ("refusals" in seen) throw new Error(seen.refusals[0].sentence);
    return submit(scenario.as(person), { id, answers, planDigest: seen.ok.planDigest ?? "" });
  };
  const first = await send();
  const outcome = first === planChanged ? await send() : first;
  if ("refusals" in outcome)
    throw new Error(outcome.refusals.map(({ field, sentence }) => `${field}: ${sentence}`).join("; "));
  return id;
}

/** Approves or denies the newest version as its approver sees it. */
export async function judge(
  scenario: Scenario,
  person: string,
  request: string,
  verdict: "approve" | "deny" = "approve",
) {
  const [row] = await scenario.worker.db.execute<{ version: number; digest: string }>(
    sql`select request_version as version, plan_digest as digest from charter.request_states where request = ${request}::uuid`,
  );
  if (row === undefined) throw new Error("Nothing was received yet.");
  const input = {
    request,
    version: row.version,
    planDigest: row.digest,
    stage: 0,
    verdict,
    reason: "It reaches too far.",
  };
  return decide(scenario.as(person), input);
}
