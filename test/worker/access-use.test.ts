import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readAccessUse } from "#db/read/access-use.ts";
import type { AccessUse, UseSubject } from "#lib/connectors/connector.ts";
import { actionUse } from "#lib/domain/access-use.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import { watchAccess } from "#lib/worker/sweeps/access-use.ts";
import type { Worker } from "#lib/worker/worker.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { seedGate } from "./saga-world.ts";

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
  for (const target of ["cloud", "silent"]) await seedGate(t.admin, { target });
});
afterAll(() => t.close());
beforeEach(() =>
  seeded((sql) => sql`truncate charter.identities, charter.objects, charter.access_uses, charter.findings`),
);

const seeded = (run: (sql: Parameters<Parameters<TestDatabase["admin"]["begin"]>[1]>[0]) => Promise<unknown>) =>
  t.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await run(sql);
  });

/** Identities with one object each that was last changed so many days ago; returns their ids. */
async function born({ count = 1, target = "cloud", days = 30, state = "live" } = {}): Promise<readonly string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  const at = new Date(Date.now() - days * 86_400_000);
  await seeded(async (sql) => {
    await sql`insert into charter.identities (id, name, blueprint, connector, target, environment, state, purpose, service, team, owner,
        owner_accepted_at, ends_it, classification, credential, charter, charter_request, charter_version, object_name, reach, risk,
        risk_parts, ends_at, born_at, live_at)
      select id, 'n' || id, 'b', 'c', ${target}, 'dev', ${state}, 'p', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(),
        ${at}, gen_random_uuid(), 'internal', 'static', '{}', gen_random_uuid(), 1, 'o' || id, '{}', 1, '[]', now(), ${at}, ${at}
      from unnest(${ids as string[]}::uuid[]) id`;
    await sql`insert into charter.objects (id, identity, intent, kind, name, external_id, state, made_at, changed_at)
      select gen_random_uuid(), id, id, 'k', 'o' || id, 'arn:' || id, 'live', ${at}, ${at} from unnest(${ids as string[]}::uuid[]) id`;
  });
  return ids;
}

const told = (lastUsedAt: string | null): Awaited<ReturnType<AccessUse["tell"]>> => ({
  source: "cloud: what was used",
  services: [{ service: "s3", lastUsedAt, actions: null, untraced: [] }],
  seesSince: new Date(Date.now() - 400 * 86_400_000),
  lagMinutes: 240,
});

function asking(tell: (subject: UseSubject) => Awaited<ReturnType<AccessUse["tell"]>>) {
  const asked: string[] = [];
  const accessUse: AccessUse = {
    everyMinutes: 1_440,
    tell: async (subject, calls) => {
      asked.push(subject.identity);
      return calls.make("read", async () => tell(subject));
    },
  };
  const target = async (name: string) => (name === "silent" ? {} : { accessUse });
  const worker = {
    db: t.worker,
    config: { targets: [{ name: "silent" }, { name: "cloud" }] },
    places: { target },
    log: { info: () => undefined, fault: (_: string, error: unknown) => expect.fail(String(error)) },
  };
  return { worker: worker as unknown as Worker, asked };
}

const said = async (identity: string) => {
  const use = await readAccessUse(t.web, identity);
  return use === null ? null : actionUse("s3:GetObject", use.told, use.changed);
};
const later = () => seeded((sql) => sql`update charter.access_uses set asked_at = asked_at - interval '1441 minutes'`);

describe("what was used of an identity's permissions", () => {
  it("asks nothing of an empty inventory, of a target that does not tell, and of what is not live", async () => {
    await born({ target: "silent" });
    await born({ state: "suspended" });
    const { worker, asked } = asking(() => told(null));
    await watchAccess(worker);
    expect(asked).toEqual([]);
  });

  it("is kept, read by the web, and asked for again after a day", async () => {
    const [id = ""] = await born();
    const { worker, asked } = asking(() => told(null));
    await watchAccess(worker);
    expect(await said(id)).toEqual({ said: "not-seen", days: 29 });
    await watchAccess(worker);
    expect(asked).toEqual([id]);
    await later();
    await watchAccess(worker);
    expect(asked).toEqual([id, id]);
  });

  it.each(["denied", "not-found", "unavailable", "ambiguous"] as const)(
    "is not known after a fault of kind %s, raises no finding, and is asked for again after a day alone",
    async (kind) => {
      const [id = ""] = await born();
      const { worker, asked } = asking(() => {
        throw new TargetFault(kind, "x", "It does not tell.");
      });
      await watchAccess(worker);
      await watchAccess(worker);
      expect(asked).toEqual([id]);
      expect(await said(id)).toBeNull();
      expect(await t.admin`select 1 from charter.findings`).toEqual([]);
    },
  );

  it("keeps what was told before a fault, with its date", async () => {
    const [id = ""] = await born();
    await watchAccess(asking(() => told("2026-01-01T00:00:00.000Z")).worker);
    const before = await readAccessUse(t.web, id);
    await later();
    await watchAccess(
      asking(() => {
        throw new TargetFault("denied", "x", "It does not tell.");
      }).worker,
    );
    expect(await readAccessUse(t.web, id)).toEqual(before);
  });

  it("ends the round where the target has enough, and begins there the next time", async () => {
    const ids = await born({ count: 3 });
    const throttled = asking(() => {
      throw new TargetFault("throttled", "x", "Less often.");
    });
    await watchAccess(throttled.worker);
    expect(throttled.asked).toHaveLength(1);
    const { worker, asked } = asking(() => told(null));
    await watchAccess(worker);
    expect([...asked].sort()).toEqual([...ids].sort());
  });

  it("takes fifty a round, who waited longest first, by two workers at once too", async () => {
    await born({ count: 60 });
    const first = asking(() => told(null));
    await watchAccess(first.worker);
    expect(first.asked).toHaveLength(50);
    const [one, other] = [asking(() => told(null)), asking(() => told(null))];
    await Promise.all([watchAccess(one.worker), watchAccess(other.worker)]);
    expect(new Set([...first.asked, ...one.asked, ...other.asked]).size).toBe(60);
    expect(await t.admin`select 1 from charter.access_uses where told is not null`).toHaveLength(60);
  });
});
