import { generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  IAMClient,
  ListAccessKeysCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { flowOf } from "#lib/connectors/flow.ts";
import { asFormer } from "#lib/connectors/former.ts";
import { postgresql } from "#lib/connectors/postgresql/index.ts";
import type { PostgresqlSettings } from "#lib/connectors/postgresql/settings.ts";
import type { Plan, PlannedObject } from "#lib/domain/plan.ts";
import { configSchema } from "#lib/worker/config.ts";
import { publishConfig } from "#lib/worker/publish.ts";
import { createSaga } from "#lib/worker/saga.ts";
import { reconcile } from "#lib/worker/sweeps/reconcile.ts";
import type { Worker } from "#lib/worker/worker.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { type CrashWorld, startWorlds, type Worlds } from "./crash/worlds.ts";
import { connected, times } from "./saga-places.ts";
import { held, installation, markKeys, passTime, type SeededIntent, seedGate, seedIntent } from "./saga-world.ts";

/** Somebody else's hand at a target. */
interface Hand {
  /** Makes an object that carries a copy of this one's mark. */
  plant(original: string, copy: string): Promise<void>;
  unplant(copy: string): Promise<void>;
  drift(name: string, action?: string): Promise<void>;
  mend(name: string): Promise<void>;
  remove(name: string): Promise<void>;
  close(): Promise<void>;
}

let database: TestDatabase;
let worlds: Worlds;
let places: ReturnType<typeof connected>;
beforeAll(async () => {
  database = await testDatabase();
  worlds = await startWorlds(["aws-iam", "postgresql"]);
  const targets = Object.fromEntries(worlds.all.map((world) => [world.kind, { kind: world.kind, ...world.target }]));
  const vault = { address: worlds.vault.url, credentials: worlds.vaultCredentials };
  places = connected({ targets, vault });
});
afterAll(async () => {
  await Promise.all([database.close(), worlds.stop()]);
});

function awsHand({ target }: CrashWorld): Hand {
  const { accessKeyId = "", secretAccessKey = "" } = target.credentials;
  const endpoint = String(target.settings.endpoint);
  const client = new IAMClient({ endpoint, region: "eu-central-1", credentials: { accessKeyId, secretAccessKey } });
  const policy = (Action: string) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] });
  const inline = (RoleName: string, PolicyName: string) => new DeleteRolePolicyCommand({ RoleName, PolicyName });
  return {
    plant: async (original, RoleName) => {
      const { Role } = await client.send(new GetRoleCommand({ RoleName: original }));
      const AssumeRolePolicyDocument = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "");
      const Tags = Role?.Tags ?? [];
      await client.send(new CreateRoleCommand({ RoleName, Path: "/charter/", AssumeRolePolicyDocument, Tags }));
    },
    unplant: async (RoleName) => void (await client.send(new DeleteRoleCommand({ RoleName }))),
    drift: async (RoleName, action = "s3:ListAllMyBuckets") =>
      void (await client.send(
        new PutRolePolicyCommand({ RoleName, PolicyName: "extra", PolicyDocument: policy(action) }),
      )),
    mend: async (name) => void (await client.send(inline(name, "extra"))),
    remove: async (RoleName) => {
      await client.send(inline(RoleName, "charter-permissions"));
      await client.send(new DeleteRoleCommand({ RoleName }));
    },
    close: async () => client.destroy(),
  };
}

function adminOf({ target }: CrashWorld) {
  const { host, port, adminRole, homeDatabase } = postgresql.settings.parse(target.settings) as PostgresqlSettings;
  return {
    ...{ host, port, username: adminRole, database: homeDatabase },
    ...{ password: target.credentials.password ?? "", max: 1, prepare: false, onnotice: () => {} },
  };
}

function postgresqlHand(world: CrashWorld): Hand {
  const at = adminOf(world);
  const sql = postgres(at);
  const ends = async (name: string) => {
    const [row] = await sql`select rolvaliduntil::text as ends from pg_roles where rolname = ${`${name}_1`}`;
    return String(row?.ends);
  };
  let before = "";
  return {
    plant: async (original, copy) => {
      const [row] =
        await sql`select shobj_description(oid, 'pg_authid') as said from pg_roles where rolname = ${original}`;
      await sql.unsafe(`create role "${copy}" nologin`);
      await sql.unsafe(`comment on role "${copy}" is '${String(row?.said).replaceAll("'", "''")}'`);
    },
    unplant: async (copy) => void (await sql.unsafe(`drop role "${copy}"`)),
    drift: async (name) => {
      before = await ends(name);
      await sql.unsafe(`alter role "${name}_1" valid until 'infinity'`);
    },
    mend: async (name) => void (await sql.unsafe(`alter role "${name}_1" valid until '${before}'`)),
    remove: async (name) => {
      await sql.unsafe(`grant "${name}_1", "${name}" to current_user`);
      const orders = postgres({ ...at, database: "orders" });
      await orders.unsafe(`drop owned by "${name}_1", "${name}"`);
      await orders.end();
      await sql.unsafe(`drop owned by "${name}_1", "${name}"; drop role "${name}_1"; drop role "${name}"`);
    },
    close: () => sql.end(),
  };
}

async function born(
  world: CrashWorld,
  before: (name: string) => Promise<unknown> = async () => undefined,
): Promise<{ name: string; identity: string; seeded: SeededIntent }> {
  const name = `charter-dev-sweep-${randomBytes(5).toString("hex")}`;
  await before(name);
  const storage = world.stores ? { vault: "vault-main", mount: "kv", path: `crash/${name}` } : null;
  const objects = world.planned({ kind: "provision", name, storage, held: [] });
  const shape = { kind: "provision", target: world.kind, connector: world.kind, name, objects, storage } as const;
  const flow = flowOf(shape as unknown as Plan);
  const seeded = await seedIntent(database.admin, { ...shape, flow, charter: world.charter });
  await runAll();
  return { name, identity: seeded.identity, seeded };
}

/** Renews it by some years, as its request's plan says. */
async function renewed(world: CrashWorld, of: SeededIntent): Promise<void> {
  const [day, later] = [world.charter.endsAt.slice(0, 10), "2039-01-01"];
  const objects: readonly PlannedObject[] = JSON.parse(JSON.stringify(of.plan.objects).replaceAll(day, later));
  const charter = { ...world.charter, endsAt: world.charter.endsAt.replace(day, later) };
  const { name, storage } = of.plan;
  const shape = {
    kind: "renew",
    target: world.kind,
    connector: world.kind,
    name,
    objects,
    storage,
    change: {},
  } as const;
  const { request } = await seedIntent(database.admin, {
    ...{ ...shape, charter, of },
    flow: flowOf(shape as unknown as Plan),
  });
  await runAll();
  const [row] = await database.admin`select state from charter.request_states where request = ${request}`;
  expect(row?.state).toBe("done");
}

/** Asks for a rotation or for less access, and takes every step that does not wait; a rotation stays within its overlap. */
async function asked(
  world: CrashWorld,
  of: SeededIntent,
  kind: "rotate" | "change-access",
): Promise<() => Promise<string>> {
  const { name, storage } = of.plan;
  const planning = { kind, name, storage, held: await held(database.admin, of) };
  const objects = world.planned(kind === "rotate" ? planning : { ...planning, access: "less" });
  const change =
    kind === "rotate" ? { overlapHours: 24 } : { added: 0, takenAway: 1, former: asFormer(world.planned(planning)) };
  const shape = { kind, target: world.kind, connector: world.kind, name, objects, storage, change } as const;
  const flow = flowOf(shape as unknown as Plan);
  const { request } = await seedIntent(database.admin, { ...shape, flow, charter: world.charter, of });
  const saga = makeSaga();
  for (let turn = 0; turn < 40 && (await saga.runOne()); turn += 1);
  return async () => {
    const [row] = await database.admin`select state from charter.request_states where request = ${request}`;
    return String(row?.state);
  };
}

async function runAll(): Promise<void> {
  const saga = makeSaga();
  for (let turn = 0; turn < 40; turn += 1) if (!(await saga.runOne())) await passTime(database.admin);
}

const makeSaga = () =>
  createSaga({ db: database.worker, worker: randomUUID(), newId: randomUUID, times, random: () => 0, ...places });

function makeWorker(world: CrashWorld): Worker {
  const config = configSchema.parse({
    ...{ installation, publicUrl: "http://localhost:3000" },
    signIn: { issuer: "http://127.0.0.1:9", clientId: "x", roles: { security: [], operator: [], auditor: [] } },
    targets: [
      { name: world.kind, kind: world.kind, title: "T", environments: ["dev"], settings: world.target.settings },
    ],
    vaults: [],
    keys: { mark: [{ id: "m1", secret: "env:M" }], checkpoint: { id: "c1", secret: "env:C" } },
  });
  return {
    ...{ id: randomUUID(), db: database.worker, config, newId: randomUUID, now: () => new Date() },
    ...{ markKeys, changed: () => undefined, places: { ...places, close: async () => undefined } },
    installation: { installation, portal: config.publicUrl },
    checkpointKey: { id: "c1", privateKey: generateKeyPairSync("ed25519").privateKey },
    log: {
      info: (event, detail) => expect.fail(`${event} ${JSON.stringify(detail)}`),
      fault: (event, error) => {
        throw new Error(event, { cause: error });
      },
    },
  };
}

const found = async (target: string) =>
  (
    await database.admin`select kind, identity, sentence from charter.findings where target = ${target} and closed_at is null order by kind, sentence`
  ).map((row) => `${row.kind}: ${row.sentence}`);

it.each([
  ["aws-iam role", awsHand],
  ["postgresql role", postgresqlHand],
])(
  "%s: a copied mark, a mark without a record, drift and loss open findings, which close once it is mended",
  async (of, handOf) => {
    const world = worlds.all.find(({ name }) => name === of) ?? expect.fail(of);
    const hand = handOf(world);
    const target = world.kind;
    for (const gate of [target, "vault-main"]) await seedGate(database.admin, { target: gate });
    const worker = makeWorker(world);
    const [kept, unknown] = [await born(world), await born(world)];
    await publishConfig(worker.db, worker.config, randomUUID);
    await seedGate(database.admin, { target });
    await reconcile(worker);
    expect(await found(target)).toEqual([]);
    const written = await database.admin`select vault, version, written_at > now() - interval '1 hour' as lately
      from charter.slots where identity = ${kept.identity}`;
    expect(written).toEqual(world.stores ? [{ vault: "vault-main", version: 1, lately: true }] : []);

    await renewed(world, kept.seeded);
    await reconcile(worker);
    expect(await found(target)).toEqual([]);

    const copy = `charter-dev-copy-${randomBytes(4).toString("hex")}`;
    await hand.plant(kept.name, copy);
    await hand.drift(kept.name);
    const rows = await database.admin`select id, tenant from charter.intents where identity = ${unknown.identity}`;
    await database.admin.begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await sql`delete from charter.intents where identity = ${unknown.identity}`;
      await sql`delete from charter.identities where id = ${unknown.identity}`;
    });
    expect(rows).toHaveLength(1);
    await reconcile(worker);
    const open = await found(target);
    expect(open.filter((line) => line.startsWith("unregistered"))).toEqual(
      [copy, unknown.name]
        .sort()
        .map(
          (name) =>
            `unregistered: ${name} claims to be made by this portal, and no record says so. It has been left as it is: look who made it, and disable it at the target if nobody can say.`,
        ),
    );
    expect(open.filter((line) => line.startsWith("drifted"))).toHaveLength(1);
    const [first] =
      await database.admin`select opened_at from charter.findings where target = ${target} and kind = 'drifted'`;
    await reconcile(worker);
    expect(await found(target)).toEqual(open);
    expect(
      (await database.admin`select opened_at from charter.findings where target = ${target} and kind = 'drifted'`)[0],
    ).toEqual(first);

    await hand.unplant(copy);
    await hand.mend(kept.name);
    await hand.remove(unknown.name);
    await reconcile(worker);
    expect(await found(target)).toEqual([]);
    await hand.remove(kept.name);
    // A target that may only be late to show what was made is given that time first.
    const seen = async () => {
      await reconcile(worker);
      return found(target);
    };
    await expect.poll(seen, { timeout: 20_000 }).toEqual([`missing: ${kept.name} is gone from its target.`]);
    await hand.close();
  },
);

it.each([
  ["aws-iam role", awsHand],
  ["postgresql role", postgresqlHand],
])(
  "%s: what is not ours is a finding until the name is free, of who failed on it and of who lives",
  async (of, handOf) => {
    const world = worlds.all.find(({ name }) => name === of) ?? expect.fail(of);
    const hand = handOf(world);
    const worker = makeWorker(world);
    await publishConfig(worker.db, worker.config, randomUUID);
    for (const gate of [world.kind, "vault-main"]) await seedGate(database.admin, { target: gate });
    const openOf = async (identity: string) => {
      await reconcile(worker);
      const rows = await database.admin`
      select kind, sentence from charter.findings where identity = ${identity} and closed_at is null`;
      return rows.map(({ kind, sentence }) => `${kind} ${String(sentence).includes("once the name is free")}`);
    };
    const failed = await born(world, (name) => world.squat(name, null));
    const [{ state } = {}] = await database.admin`select state from charter.identities where id = ${failed.identity}`;
    expect(state).toBe("failed");
    expect(await openOf(failed.identity)).toEqual(["squatter true"]);
    expect(await openOf(failed.identity)).toEqual(["squatter true"]);
    await world.unsquat(failed.name);
    // While AWS may only be late to show what was made, nothing is closed.
    await expect.poll(() => openOf(failed.identity), { timeout: 20_000 }).toEqual([]);

    const lived = await born(world);
    await hand.remove(lived.name);
    await world.squat(lived.name, null);
    expect(await openOf(lived.identity)).toEqual(["squatter true"]);
    await world.unsquat(lived.name);
    await expect.poll(() => openOf(lived.identity), { timeout: 20_000 }).toEqual(["missing false"]);
    await hand.close();
  },
);

it("aws-iam role: a mute covers what was seen when it was set, and neither a worse policy of the same name nor another time", async () => {
  const world = worlds.all.find(({ name }) => name === "aws-iam role") ?? expect.fail("no such world");
  const hand = awsHand(world);
  const worker = makeWorker(world);
  await publishConfig(worker.db, worker.config, randomUUID);
  for (const gate of [world.kind, "vault-main"]) await seedGate(database.admin, { target: gate });
  const { name, identity } = await born(world);
  const mutes = async () => {
    await reconcile(worker);
    const rows = await database.admin`
      select muted_until is not null as muted, mute_ending as ending from charter.findings where identity = ${identity} and kind = 'drifted'`;
    return rows.map(({ muted, ending }) => (muted ? "muted" : (ending ?? "open"))).join();
  };
  const muted = () => database.admin`
    update charter.findings set muted_until = charter.clock() + interval '20 days', mute_ending = null where identity = ${identity}`;
  await hand.drift(name);
  expect(await mutes()).toBe("open");
  await muted();
  expect(await mutes()).toBe("muted");
  await hand.drift(name, "*");
  expect(await mutes()).toBe("changed");
  await muted();
  expect(await mutes()).toBe("muted");
  await hand.mend(name);
  await mutes();
  await hand.drift(name, "*");
  expect(await mutes()).toBe("reopened");
  const entries = await database.admin`
    select detail ->> 'why' as why from charter.audit_entries where action = 'ask.mute-ended' and detail ->> 'identity' = ${identity} order by at`;
  expect(entries.map(({ why }) => why)).toEqual(["changed", "reopened"]);
  await hand.mend(name);
  await hand.remove(name);
  // While AWS may only be late to show it, nothing is said of it; the next test counts on what is.
  const seen = async () => {
    await reconcile(worker);
    return found(world.kind);
  };
  await expect.poll(seen, { timeout: 20_000 }).toContain(`missing: ${name} is gone from its target.`);
  await hand.close();
});

it("aws-iam role: what a reading of the whole account does not show, or shows otherwise, is read by itself before it is a finding", async () => {
  const world = worlds.all.find(({ name }) => name === "aws-iam role") ?? expect.fail("no such world");
  const target = world.kind;
  const url = String(world.target.settings.endpoint);
  const details = { operation: "GetAccountAuthorizationDetails", times: null };
  const faulty = (rule: object) => fetch(`${url}/_simulator/faults`, { method: "POST", body: JSON.stringify(rule) });
  const mended = () => fetch(`${url}/_simulator/faults`, { method: "DELETE" });
  const readOf = async (run: () => Promise<void>) => {
    const calls = async (): Promise<{ operation: string }[]> => (await fetch(`${url}/_simulator/calls`)).json();
    const before = (await calls()).length;
    await run();
    return (await calls()).slice(before).map(({ operation }) => operation);
  };
  const told: string[] = [];
  const made = makeWorker(world);
  const worker = { ...made, log: { ...made.log, info: (event: string) => void told.push(event) } };
  await publishConfig(worker.db, worker.config, randomUUID);
  for (const gate of [target, "vault-main"]) await seedGate(database.admin, { target: gate });
  // What earlier tests left missing is read by itself each time.
  const missing = (await readOf(() => reconcile(worker))).filter((one) => one === "GetRole");
  const before = await found(target);
  // A lag that nothing meets: the simulator remembers older worlds only while one is armed.
  await faulty({ effect: { kind: "stale", ms: 1 }, operation: "GetUser", times: null });
  await born(world);
  expect((await readOf(() => reconcile(worker))).filter((one) => one === "GetRole")).toEqual(missing);
  await mended();

  await faulty({ ...details, effect: { kind: "stale", ms: 3_600_000 } });
  expect((await readOf(() => reconcile(worker))).filter((one) => one === "GetRole")).toEqual([...missing, "GetRole"]);
  expect(await found(target)).toEqual(before);
  await mended();
  const [swept] = await database.admin`select swept_at from charter.targets where name = ${target}`;
  await faulty({ ...details, effect: { kind: "throttle" } });
  await reconcile(worker);
  expect(told).toEqual([`reconcile.${target}`]);
  expect(await found(target)).toEqual(before);
  expect((await database.admin`select swept_at from charter.targets where name = ${target}`)[0]).toEqual(swept);
  await mended();
  await faulty({ ...details, effect: { kind: "denied" } });
  expect(await readOf(() => reconcile(worker))).toContain("ListRoles");
  expect(await found(target)).toEqual(before);
  await mended();
});

it("aws-iam user: an access key that somebody else made has it suspended and is deleted; the recorded one is only disabled", async () => {
  const world = worlds.all.find(({ name }) => name === "aws-iam user and key") ?? expect.fail("no such world");
  const told: string[] = [];
  const made = makeWorker(world);
  const worker = { ...made, log: { ...made.log, info: (event: string) => void told.push(event) } };
  await publishConfig(worker.db, worker.config, randomUUID);
  for (const gate of [world.kind, "vault-main"]) await seedGate(database.admin, { target: gate });
  const { name, identity, seeded } = await born(world);
  const findings = async (by: Worker = worker) => {
    await reconcile(by);
    const rows =
      await database.admin`select sentence from charter.findings where identity = ${identity} and closed_at is null`;
    return rows.map(({ sentence }) => sentence);
  };
  const intentIs = (state: string) =>
    database.admin.begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await sql`update charter.intents set state = ${state} where id = ${seeded.intent}`;
    });
  /** Something ran on it when it was settled whom to ask of, and is over before the account is read. */
  const endsMeanwhile: Worker = {
    ...worker,
    places: {
      ...worker.places,
      target: async (at) => {
        const target = await worker.places.target(at);
        const readWhole: NonNullable<typeof target.readWhole> = async (...asked) => {
          await intentIs("done");
          return (await target.readWhole?.(...asked)) ?? null;
        };
        return { ...target, readWhole };
      },
    },
  };
  expect(await findings()).toEqual([]);
  await database.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`update charter.identities set charter = ${sql.json(world.charter as never)} where id = ${identity}`;
  });
  const { accessKeyId = "", secretAccessKey = "" } = world.target.credentials;
  const endpoint = String(world.target.settings.endpoint);
  const client = new IAMClient({ endpoint, region: "eu-central-1", credentials: { accessKeyId, secretAccessKey } });
  const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName: name }));
  const strange = AccessKey?.AccessKeyId ?? "";
  const found = [`The credential ${strange} works and was not made by this portal.`];
  expect(await findings()).toEqual(found);
  expect(await findings()).toEqual(found);
  await intentIs("running");
  expect(await findings(endsMeanwhile)).toEqual(found);
  expect(told).toEqual(["suspending for a credential that nobody recorded"]);
  const raised = await database.admin`
    select r.kind, r.channel, v.change from charter.requests r join charter.request_versions v on v.request = r.id
    where r.identity = ${identity} and r.kind = 'suspend'`;
  const change = {
    reason: `The credential ${strange} works and nobody recorded it. No use of it is known.`,
    strangers: [strange],
  };
  expect(raised).toEqual([{ kind: "suspend", channel: "charter_worker", change }]);

  const [recorded] = await held(database.admin, seeded);
  const { objects, storage } = seeded.plan;
  const shape = { kind: "suspend", target: world.kind, connector: world.kind, name, objects, storage } as const;
  const plan = { ...shape, change: { ...change, strangers: [strange, recorded ?? ""] } } as unknown as Plan;
  await seedIntent(database.admin, { ...plan, flow: flowOf(plan), charter: world.charter, of: seeded });
  await runAll();
  const { AccessKeyMetadata = [] } = await client.send(new ListAccessKeysCommand({ UserName: name }));
  expect(AccessKeyMetadata.map(({ AccessKeyId, Status }) => [AccessKeyId, Status])).toEqual([[recorded, "Inactive"]]);
  expect(await findings()).toEqual([]);
  client.destroy();
});

it("postgresql: a login that a rotation replaced is no finding, and after less access what is granted back is one", async () => {
  const world = worlds.all.find(({ name }) => name === "postgresql role") ?? expect.fail("no such world");
  const target = world.kind;
  const worker = makeWorker(world);
  await publishConfig(worker.db, worker.config, randomUUID);
  for (const gate of [target, "vault-main"]) await seedGate(database.admin, { target: gate });
  const { name, identity, seeded } = await born(world);
  const findings = async () => {
    await reconcile(worker);
    const rows =
      await database.admin`select kind from charter.findings where identity = ${identity} and closed_at is null`;
    return rows.map(({ kind }) => kind);
  };

  const rotated = await asked(world, seeded, "rotate");
  expect(await rotated()).toBe("provisioning");
  expect(await findings()).toEqual([]);
  await passTime(database.admin, { days: 2 });
  await runAll();
  expect(await rotated()).toBe("done");
  expect(await held(database.admin, seeded)).toEqual([`${name}_2`]);
  expect(await findings()).toEqual([]);

  const narrowed = await asked(world, seeded, "change-access");
  expect(await narrowed()).toBe("done");
  expect((await world.look(name, seeded.plan.storage)).access).toBe(world.accessOf(name, "less"));
  expect(await findings()).toEqual([]);
  const orders = postgres({ ...adminOf(world), database: "orders" });
  await orders.unsafe(`grant select on shop.invoices to "${name}"`);
  expect(await findings()).toEqual(["drifted"]);
  await orders.unsafe(`revoke select on shop.invoices from "${name}"`);
  expect(await findings()).toEqual([]);
  await orders.end();
});
