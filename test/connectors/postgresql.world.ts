import { createHmac, randomUUID } from "node:crypto";
import postgres from "postgres";
import type { Intent, StepWork, Target } from "#lib/connectors/connector.ts";
import { postgresql } from "#lib/connectors/postgresql/index.ts";
import { seed } from "#lib/connectors/postgresql/simulator/seed.ts";
import { simulatedCredentials, simulatedSettings, start } from "#lib/connectors/postgresql/simulator.ts";
import type { PostgresqlSpec } from "#lib/connectors/postgresql/spec.ts";
import { connect } from "#lib/connectors/postgresql/target.ts";
import { digest } from "#lib/digest/digest.ts";
import { objectName } from "#lib/digest/name.ts";
import type { Charter, RequestKind } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Plan } from "#lib/domain/plan.ts";
import {
  type ClientChosenFacts,
  type ClientChosenSeen,
  newBeside,
  newClientChosen,
  next,
} from "#lib/domain/provisioning/client-chosen-secret.ts";
import type { Secret } from "#lib/domain/secret.ts";
import type { CallContext, Calls, Mark } from "#lib/domain/target.ts";
import { startCluster } from "#test/support/cluster.ts";

export const installation = "test-installation";

/** A cluster under test, seeded, and reached past any proxy as superuser. */
export interface PostgresqlWorld {
  readonly port: number;
  direct(database?: string): string;
  stop(): Promise<void>;
}

export async function bareWorld(settings: Record<string, string | number> = {}): Promise<PostgresqlWorld> {
  const cluster = await startCluster(settings);
  await seed(cluster.url);
  return { port: cluster.port, direct: (database) => cluster.url(database), stop: cluster.stop };
}
export const simulatedWorld = () => start({ port: 0 });

/** One statement or a few, as superuser. */
export async function asked<T extends object>(url: string, text: string): Promise<T[]> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return (await sql.unsafe(text)) as unknown as T[];
  } finally {
    await sql.end();
  }
}

export const connected = (
  port: number,
  more: { readonly password?: string; readonly adminRole?: string; readonly portal?: string } = {},
): Target =>
  connect({
    name: "orders-prod",
    settings: postgresql.settings.parse({
      ...simulatedSettings,
      host: "127.0.0.1",
      port,
      ...(more.adminRole ? { adminRole: more.adminRole } : {}),
    }),
    credentials: { password: more.password ?? simulatedCredentials.password },
    windows: {},
    installation,
    markVerify: () => true,
    ...(more.portal ? { portalSystemIdentifier: more.portal } : {}),
  });

export const readOrders: PostgresqlSpec = {
  grants: [{ database: "orders", on: "table", schema: "shop", names: ["orders", "invoices"], privileges: ["SELECT"] }],
};

/** An identity with its plan and mark; `of` keeps name, identity and mark of an earlier intent. */
export function intentOf(
  kind: RequestKind,
  of: { born?: Intent; spec?: PostgresqlSpec; endsAt?: string; owner?: string; held?: readonly string[] } = {},
): Intent {
  const request = randomUUID();
  const identity = of.born?.identity ?? request;
  const name =
    of.born?.name ?? objectName({ installation, environment: "prod", slug: "orders-reader", request, version: 1 });
  const charter = {
    environment: "prod",
    purpose: "Reads orders for the ledger's nightly run; it's \\ odd.",
    endsAt: of.endsAt ?? "2099-01-01T00:00:00.000Z",
    credential: "static",
    binding: { kind: "workload", runsOn: "host batch-3" },
  } as unknown as Charter;
  const storage = { vault: "vault-main", mount: "kv", path: `payments/prod/${name}` };
  const ask = {
    kind,
    charter,
    spec: of.spec ?? readOrders,
    settings: postgresql.settings.parse({ ...simulatedSettings, host: "127.0.0.1" }),
    name,
    storage,
    held: of.held ?? [],
    labels: {
      installation,
      identity,
      portal: "http://localhost:3000",
      team: "payments",
      service: "orders",
      owner: of.owner ?? "Amara Obi",
    },
  };
  const plan: Plan = {
    v: 1,
    kind,
    request,
    version: 1,
    identity,
    connector: "postgresql",
    target: "orders-prod",
    name,
    entries: { target: "t", vault: "v" },
    objects: postgresql.plan(ask),
    storage,
    endsAt: charter.endsAt,
    change: kind === "rotate" ? { replaces: [...(of.held ?? [])] } : {},
  };
  const id = randomUUID();
  const planDigest = digest(plan);
  return {
    id,
    kind,
    identity,
    target: "orders-prod",
    name,
    plan,
    planDigest,
    mark: of.born?.mark ?? markFor(id, name, planDigest),
    markedAt: "2026-11-01T00:00:00.000Z",
  };
}

const markFor = (intent: string, name: string, planDigest: string): Mark => ({
  installation,
  intent,
  key: "k1",
  hmac: createHmac("sha256", "key").update([installation, name, intent, planDigest].join("\0")).digest("base64url"),
});

/** Calls without gate or lease. */
export const freeCalls = (timeoutMs = 5_000): Calls => ({
  make: <T>(_name: string, call: (context: CallContext) => Promise<T>): Promise<T> =>
    call({ signal: AbortSignal.timeout(timeoutMs), timeoutMs, aboutToSend: () => undefined }),
});

/** What survives a worker: facts committed for an identity. */
export interface Kept {
  facts: JsonObject;
}

export const workOf = (intent: Intent, kept: Kept, calls: Calls = freeCalls()): StepWork => ({
  intent,
  plan: intent.plan,
  get facts() {
    return kept.facts;
  },
  checkpoint: async (facts) => {
    kept.facts = { ...kept.facts, ...facts };
  },
  calls,
});

/** A vault as the protocol sees it: versions of passwords, check-and-set. */
export class FakeVault {
  readonly versions: Record<string, string>[] = [];
  put(secret: Secret, cas: number): number {
    if (cas !== this.versions.length) throw new Error("cas");
    this.versions.push(secret.pour((fields) => ({ ...fields })));
    return this.versions.length;
  }
  get current(): Record<string, string> {
    return this.versions.at(-1) ?? {};
  }
}

/** Runs the credential protocol to its end, as the worker's issue step does; faults fall through, as a crash would. */
export async function issue(target: Target, work: StepWork, vault: FakeVault): Promise<void> {
  const credential = target.credential;
  if (credential?.protocol !== "client-chosen") throw new Error("no client-chosen credential");
  const { beside } = credential;
  const fresh = work.plan.kind === "rotate" ? newBeside() : newClientChosen();
  let facts = (work.facts.credential as ClientChosenFacts | null | undefined) ?? fresh;
  let secret: Secret | null = null;
  let seen: ClientChosenSeen = { saw: "resumed" };
  for (let turn = 0; turn < 40; turn++) {
    const action = next(facts, seen);
    const turn = facts.beside?.turn ?? 0;
    if (action.do === "done")
      return void (beside && facts.beside && (await work.checkpoint((await beside.recorded(work, turn)).facts)));
    if (action.do === "refuse") throw new Error(`issue: ${JSON.stringify(action)}`);
    if (action.do === "checkpoint") {
      facts = action.facts;
      await work.checkpoint({ credential: facts });
      seen = { saw: "saved" };
    } else if (action.do === "prepare" || action.do === "read") {
      seen = {
        saw: "slot",
        current: vault.versions.length,
        whole: vault.versions.length > 0,
        holding: secret !== null,
      };
    } else if (action.do === "put") {
      secret ??= credential.make(work, turn);
      seen = { saw: "put", version: vault.put(secret, action.cas) };
    } else if (action.do === "set") {
      secret ??= credential.make(work, turn);
      const at = { attempt: action.attempt, turn };
      seen = (await credential.set(work, at, secret)) === "set" ? { saw: "set" } : { saw: "set-unknown" };
    } else if (action.do === "look") {
      seen = { saw: "held", held: await credential.read(work, turn), holding: secret !== null };
    } else if (action.do === "enable" && beside) {
      const at = { attempt: action.attempt, turn };
      seen = (await beside.enable(work, at)) === "enabled" ? { saw: "enabled" } : { saw: "enable-unknown" };
    } else if (action.do === "probe" && beside && secret) {
      seen = { saw: "probe", works: await beside.probe(work, secret) };
    } else if (action.do === "clear" && beside) {
      await beside.clear(work, turn);
      seen = { saw: "cleared" };
    }
  }
  throw new Error("the protocol did not end");
}

/** Runs a request's steps in order; `skipHold` runs those after the hold too. */
export async function runFlow(
  target: Target,
  intent: Intent,
  kept: Kept,
  vault: FakeVault,
  calls?: Calls,
): Promise<void> {
  for (const step of postgresql.flow(intent.kind, intent.plan))
    await runStep(target, step.name, intent, kept, vault, calls);
}

export async function runStep(
  target: Target,
  name: string,
  intent: Intent,
  kept: Kept,
  vault: FakeVault,
  calls?: Calls,
): Promise<void> {
  const work = workOf(intent, kept, calls);
  if (name === "issue") return issue(target, work, vault);
  const step = target.steps[name];
  if (step === undefined) throw new Error(`no step ${name}`);
  const done = await step.run(work);
  await work.checkpoint(done.facts);
}

/** Signs in with what the vault holds, and runs one statement. */
export async function signIn(
  port: number,
  fields: Record<string, string>,
  statement = "select current_user::text as who",
): Promise<Record<string, unknown>> {
  const { username = "", password = "", database = "" } = fields;
  const sql = postgres({
    host: "127.0.0.1",
    port,
    username,
    password,
    database,
    max: 1,
    onnotice: () => undefined,
    connect_timeout: 5,
  });
  try {
    const [row] = await sql.unsafe(statement);
    return { ...row };
  } finally {
    await sql.end();
  }
}
