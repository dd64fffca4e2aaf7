import postgres from "postgres";
import {
  simulatedCredentials as awsCredentials,
  simulatedSettings as awsSettings,
  simulatedSeed,
  start as startAws,
} from "#lib/connectors/aws-iam/simulator.ts";
import type { PlanAsk } from "#lib/connectors/connector.ts";
import { roleComment } from "#lib/connectors/postgresql/comment.ts";
import {
  simulatedCredentials as pgCredentials,
  simulatedSettings as pgSettings,
  start as startPostgresql,
} from "#lib/connectors/postgresql/simulator.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import { canonical } from "#lib/digest/digest.ts";
import type { Charter, RequestKind } from "#lib/domain/charter.ts";
import type { Json, JsonObject } from "#lib/domain/json.ts";
import type { PlannedObject, StorageSlot } from "#lib/domain/plan.ts";
import type { Mark } from "#lib/domain/target.ts";
import type { FaultRule } from "#lib/simulation/faults.ts";
import type { Received } from "#lib/simulation/server.ts";
import { start as startVault, simulatedCredentials as vaultCredentials } from "#lib/vaults/vault/simulator.ts";
import { charterFor, harnessOf, specFor } from "#test/connectors/aws-iam.harness.ts";
import { asked, readOrders } from "#test/connectors/postgresql.world.ts";
import { installation } from "../saga-world.ts";
import { awsDrifts, type Drift, postgresqlDrifts, vaultDrifts } from "./drifts.ts";
import type { Access } from "./flows.ts";

/** What an identity has come to, as its target and the vault tell it. */
export interface Lying {
  /** Objects under its name, and active credentials. */
  readonly objects: number;
  readonly credentials: number;
  readonly powerful: boolean;
  /** The current secret in the vault works at the target; true where none is made. */
  readonly secretWorks: boolean;
  readonly slot: boolean;
  /** The privileges it holds, in the target's words, sorted; "" where it holds none. */
  readonly access: string;
}

/** One target as a worker's configuration names it; several scenarios may share it. */
export interface CrashTarget {
  readonly name: string;
  readonly settings: JsonObject;
  readonly credentials: Readonly<Record<string, string>>;
}

/** What a world plans objects for: a request on an identity that holds these credentials. */
export interface Planning {
  readonly kind: RequestKind;
  readonly name: string;
  readonly storage: StorageSlot | null;
  readonly held: readonly string[];
  readonly access?: Access | undefined;
}

export interface CrashWorld {
  /** What the scenario is called, and the kind of its connector. */
  readonly name: string;
  readonly kind: string;
  readonly target: CrashTarget;
  readonly charter: Charter;
  planned(of: Planning): readonly PlannedObject[];
  /** What `look` tells of one that may do this. */
  accessOf(name: string, access?: Access): string;
  readonly stores: boolean;
  /** Objects one live identity has. */
  readonly objects: number;
  look(name: string, storage: StorageSlot | null): Promise<Lying>;
  /** Names of everything of ours at the target, once each. */
  names(): Promise<readonly string[]>;
  fault(rule: FaultRule): void;
  clearFaults(): void;
  calls(): readonly Received[];
  /** Makes something under this name that is not ours; with `mark`, one that copies it. */
  squat(name: string, mark: Mark | null): Promise<void>;
  /** Takes that away again. */
  unsquat(name: string): Promise<void>;
  /** The target's clock, where it has one of its own: ms ahead. */
  setAhead?(ms: number): void;
  /** Most active credentials that any one object has had at once. */
  most(): number;
  /** What somebody else may do to what is ours. */
  readonly drifts: readonly Drift[];
  /** Gives it a credential that nobody recorded and returns its id; absent where that stays a finding. */
  stray?(name: string): string;
  /** Its reads may show an older world. */
  readonly lags: boolean;
}

export type VaultSimulator = Awaited<ReturnType<typeof startVault>>;
export interface Worlds {
  readonly vault: VaultSimulator;
  readonly vaultCredentials: Record<string, string>;
  readonly all: readonly CrashWorld[];
  stop(): Promise<void>;
}

/** A world for every kind of target in the registry; a kind without one is a mistake of this file. */
export async function startWorlds(kinds: readonly string[]): Promise<Worlds> {
  const vault = await startVault({ port: 0 });
  const made = await Promise.all(kinds.map((kind) => worldsOf(kind, vault)));
  return {
    vault,
    vaultCredentials: { ...vaultCredentials },
    all: made.flatMap(({ worlds }) => worlds),
    stop: async () => {
      await Promise.all([vault.stop(), ...made.map(({ stop }) => stop())]);
    },
  };
}

interface Made {
  readonly worlds: readonly CrashWorld[];
  stop(): Promise<void>;
}

function worldsOf(kind: string, vault: VaultSimulator): Promise<Made> {
  if (kind === "aws-iam") return awsWorlds(vault);
  if (kind === "postgresql") return postgresqlWorld(vault);
  throw new Error(`The kind ${kind} has no world to crash in: add one to test/worker/crash/worlds.ts.`);
}

const somebody = "018f0000-0000-7000-8000-000000000001";
/** The connectors' own example, with people that a row can name. */
const charterOf = (object: "role" | "user"): Charter => ({
  ...charterFor(object),
  service: somebody,
  team: somebody,
  owner: somebody,
  backup: { team: somebody },
  endsIt: somebody,
});
const labels = (identity: string) => ({
  installation,
  identity,
  portal: "http://localhost:3000",
  team: "payments",
  service: "orders",
  owner: "Amara Obi",
});

type Specs = { readonly [A in Access | "first"]: unknown };

function plannedBy(kind: string, { specs, ...of }: { charter: Charter; specs: Specs; settings: unknown }) {
  return ({ access, ...asked }: Planning): readonly PlannedObject[] => {
    const connector = connectorOf(kind);
    const spec = specs[access ?? "first"];
    const ask = { ...of, spec, ...asked, labels: labels(asked.name) } as PlanAsk<unknown, unknown>;
    return connector?.plan(ask) ?? [];
  };
}

/** Statements as AWS keeps them: compared without the order of members. */
const policyText = (document: unknown): string =>
  document === undefined ? "" : canonical((typeof document === "string" ? JSON.parse(document) : document) as Json);
const awsAccess = (planned: CrashWorld["planned"]) => (name: string, access?: Access) =>
  policyText(
    planned({ kind: "provision", name, storage: null, held: [], access }).find(({ kind }) => kind === "inline-policy")
      ?.desired.document,
  );
const awsSpecs = (object: "role" | "user"): Specs => {
  const first = specFor(object);
  const actions = (names: readonly string[], resource: string) => ({
    ...first,
    statements: [{ actions: names, resources: [resource] }],
  });
  return {
    first,
    less: actions(["s3:PutObject"], "arn:{partition}:s3:::finance-settlement/in/*"),
    other: actions(["s3:GetObject"], "arn:{partition}:s3:::finance-settlement/*"),
  };
};
const pgSpecs: Specs = {
  first: readOrders,
  less: { grants: readOrders.grants.map((grant) => ({ ...grant, names: ["orders"] })) },
  other: {
    grants: readOrders.grants.flatMap((grant) => [
      { ...grant, names: ["orders"] },
      { ...grant, names: ["invoices"], privileges: ["INSERT"] },
    ]),
  },
};

const storedIn = (vault: VaultSimulator, storage: StorageSlot | null) =>
  storage === null ? undefined : vault.world().mounts[storage.mount]?.[storage.path];
const dataIn = (vault: VaultSimulator, storage: StorageSlot | null): Record<string, unknown> => {
  const stored = storedIn(vault, storage);
  return (stored?.versions[String(stored.current)]?.data ?? {}) as Record<string, unknown>;
};

async function awsWorlds(vault: VaultSimulator): Promise<Made> {
  const seed = simulatedSeed();
  let ahead = 0;
  let most = 0;
  /** Active keys of the user who has most, as the call before this one left it. */
  const count = () => {
    const users = Object.values(simulator.world().keys).flatMap(({ user, active }) => (active ? [user] : []));
    most = Math.max(most, ...users.map((user) => users.filter((one) => one === user).length));
  };
  const now = () => {
    count();
    return new Date(Date.now() + ahead);
  };
  const simulator = await startAws({ port: 0, seed, now });
  const raw = awsSettings(simulator.url, seed);
  const settings = connectorOf("aws-iam")?.settings.parse(raw);
  const shared = {
    kind: "aws-iam",
    target: { name: "payments-aws", settings: raw, credentials: { ...awsCredentials } },
    fault: simulator.fault,
    clearFaults: simulator.clearFaults,
    calls: simulator.calls,
    lags: true,
    setAhead: (ms: number) => {
      ahead = ms;
    },
    most: () => {
      count();
      const seen = most;
      most = 0;
      return seen;
    },
  };
  // A copy: the SDK writes into what it is given.
  const squatter = (object: "role" | "user") =>
    harnessOf({ settings: raw, credentials: { ...awsCredentials }, object, loseAnswer: null }).squat;
  const account = () => simulator.world();
  const ours = (holders: Record<string, { name: string; path: string }>) =>
    Object.values(holders)
      .filter(({ path }) => path === "/charter/")
      .map(({ name }) => name);
  const plannedRole = plannedBy("aws-iam", { charter: charterOf("role"), specs: awsSpecs("role"), settings });
  const plannedUser = plannedBy("aws-iam", { charter: charterOf("user"), specs: awsSpecs("user"), settings });
  const role: CrashWorld = {
    ...shared,
    name: "aws-iam role",
    drifts: awsDrifts(account, "roles"),
    squat: squatter("role"),
    unsquat: async (name) => void delete account().roles[name],
    charter: charterOf("role"),
    planned: plannedRole,
    accessOf: awsAccess(plannedRole),
    stores: false,
    objects: 1,
    look: async (name) => {
      const found = account().roles[name];
      return {
        objects: found ? 1 : 0,
        credentials: 0,
        powerful: found?.inline["charter-permissions"] !== undefined,
        secretWorks: true,
        slot: false,
        access: policyText(found?.inline["charter-permissions"]),
      };
    },
    names: async () => ours(account().roles),
  };
  const user: CrashWorld = {
    ...shared,
    name: "aws-iam user and key",
    drifts: [...awsDrifts(account, "users"), ...vaultDrifts(vault.world)],
    stray: (name) => {
      const id = `AKIASTRANGE${String(Object.keys(account().keys).length).padStart(9, "0")}`;
      account().keys[id] = {
        user: name,
        secret: "strange",
        active: true,
        createdAt: new Date().toISOString(),
        lastUsed: null,
      };
      return id;
    },
    squat: squatter("user"),
    unsquat: async (name) => void delete account().users[name],
    charter: charterOf("user"),
    planned: plannedUser,
    accessOf: awsAccess(plannedUser),
    stores: true,
    objects: 1,
    look: async (name, storage) => {
      const found = account().users[name];
      const keys = Object.entries(account().keys).filter(([, key]) => key.user === name);
      const data = dataIn(vault, storage);
      const current = keys.find(([id]) => id === data.access_key_id)?.[1];
      return {
        objects: found ? 1 : 0,
        credentials: keys.length,
        powerful: found?.inline["charter-permissions"] !== undefined,
        secretWorks: current?.active === true && data.secret_access_key === current.secret,
        slot: storedIn(vault, storage) !== undefined,
        access: policyText(found?.inline["charter-permissions"]),
      };
    },
    names: async () => [
      ...ours(account().users),
      ...Object.values(account().keys)
        .map(({ user }) => user)
        .filter((name) => name.startsWith("charter-dev-")),
    ],
  };
  return { worlds: [role, user], stop: () => simulator.stop() };
}

async function heldByRole(url: string, name: string): Promise<string> {
  const rows = await asked<{ held: string }>(
    url,
    `select privilege_type || ' ' || table_name as held from information_schema.role_table_grants where grantee = '${name}'`,
  );
  return rows
    .map(({ held }) => held)
    .sort()
    .join();
}

async function postgresqlWorld(vault: VaultSimulator): Promise<Made> {
  const simulator = await startPostgresql({ port: 0 });
  const raw = { ...pgSettings, host: "127.0.0.1", port: simulator.port } as unknown as JsonObject;
  const settings = connectorOf("postgresql")?.settings.parse(raw);
  const charter: Charter = { ...charterOf("user"), blueprint: "postgresql-role", target: "orders-prod" };
  const signsIn = async (data: Record<string, unknown>): Promise<boolean> => {
    const { username, password, database } = data as Record<string, string>;
    const sql = postgres({
      host: "127.0.0.1",
      port: Number(new URL(simulator.direct()).port),
      username: username ?? "",
      password: password ?? "",
      database: database ?? "",
      max: 1,
      onnotice: () => {},
    });
    try {
      await sql`select 1`;
      return true;
    } catch {
      return false;
    } finally {
      await sql.end();
    }
  };
  const world: CrashWorld = {
    name: "postgresql role",
    kind: "postgresql",
    target: { name: "orders-prod", settings: raw, credentials: { ...pgCredentials } },
    charter,
    planned: plannedBy("postgresql", { charter, specs: pgSpecs, settings }),
    accessOf: (_, access) =>
      (pgSpecs[access ?? "first"] as typeof readOrders).grants
        .flatMap(({ names, privileges }) => names.flatMap((name) => privileges.map((one) => `${one} ${name}`)))
        .sort()
        .join(),
    stores: true,
    objects: 2,
    look: async (name, storage) => {
      const roles = (await simulator.world()).filter((role) => role.name === name || role.name.startsWith(`${name}_`));
      const logins = roles.filter(({ canLogin }) => canLogin);
      const slot = storedIn(vault, storage) !== undefined;
      return {
        objects: roles.length,
        credentials: logins.length,
        powerful: logins.length > 0,
        secretWorks: slot && (await signsIn(dataIn(vault, storage))),
        slot,
        access: await heldByRole(simulator.direct("orders"), name),
      };
    },
    names: async () =>
      (await simulator.world())
        .filter(({ name }) => name.startsWith("charter-dev-"))
        .map(({ name }) => name.replace(/_\d+$/, "")),
    fault: simulator.fault,
    clearFaults: simulator.clearFaults,
    calls: simulator.calls,
    squat: async (name, mark) => {
      const role = `CREATE ROLE "${name}" NOLOGIN`;
      const comment = `COMMENT ON ROLE "${name}" IS '${mark === null ? "ours" : roleComment(mark, {})}'`;
      await asked(simulator.direct(), `${role}; ${comment}`);
    },
    unsquat: async (name) => void (await asked(simulator.direct(), `DROP ROLE "${name}"`)),
    most: () => 0,
    lags: false,
    drifts: [...postgresqlDrifts((database) => simulator.direct(database)), ...vaultDrifts(vault.world)],
  };
  return { worlds: [world], stop: () => simulator.stop() };
}
