import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LastUse, UseSubject, UseTold } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import { defaultFolder, loadBundle } from "#lib/policy/bundle.ts";
import { watchUse } from "#lib/worker/sweeps/last-use.ts";
import type { Worker } from "#lib/worker/worker.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { seedGate } from "./saga-world.ts";

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
  for (const target of ["cloud", "silent", "broken"]) await seedGate(t.admin, { target });
  const bundle = await loadBundle(defaultFolder);
  const { digest, files } = "ok" in bundle ? bundle.ok : expect.fail("the shipped bundle is broken");
  await seeded(
    (sql) => sql`insert into charter.bundles (activation, digest, files, activated_by)
      values (1, ${digest}, ${sql.json(files)}, '[]')`,
  );
});
afterAll(() => t.close());
beforeEach(() => seeded((sql) => sql`truncate charter.identities, charter.objects, charter.credentials, charter.uses`));

const seeded = (run: (sql: Parameters<Parameters<TestDatabase["admin"]["begin"]>[1]>[0]) => Promise<unknown>) =>
  t.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await run(sql);
  });

interface Born {
  readonly count?: number;
  readonly target?: string;
  /** Days ago that it went live and its credential was issued. */
  readonly days: number;
  readonly credential?: "static" | "federated";
  readonly state?: string;
}

/** Identities that each hold one credential, or, federated, one object. Names are `n1`, `n2`, … */
const born = ({ count = 1, target = "cloud", days, credential = "static", state = "live" }: Born) =>
  seeded(async (sql) => {
    const at = new Date(Date.now() - days * 86_400_000);
    await sql`insert into charter.identities (id, name, blueprint, connector, target, environment, state, purpose, service, team, owner,
        owner_accepted_at, ends_it, classification, credential, charter, charter_request, charter_version, object_name, reach, risk,
        risk_parts, ends_at, born_at, live_at)
      select gen_random_uuid(), 'n' || n, 'b', 'c', ${target}, 'dev', ${state}, 'p', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(),
        ${at}, gen_random_uuid(), 'internal', ${credential}, '{}', gen_random_uuid(), 1, ${target} || n, '{}', 1, '[]', now(), ${at}, ${at}
      from generate_series(1, ${count}) n`;
    await sql`insert into charter.objects (id, identity, intent, kind, name, external_id, state, made_at, changed_at)
      select gen_random_uuid(), id, id, 'k', object_name, 'arn:' || object_name, 'live', ${at}, ${at} from charter.identities where target = ${target}`;
    if (credential === "static")
      await sql`insert into charter.credentials (id, identity, intent, external_id, vault, mount, path, vault_version, state, issued_at, ends_at)
        select gen_random_uuid(), id, id, 'key-' || object_name, 'v', 'm', 'p', 1, 'active', ${at}, now() from charter.identities where target = ${target}`;
  });

const ago = (days: number) => new Date(Date.now() - days * 86_400_000);
const tellsAll = (lastUsedAt: (subject: UseSubject) => Date | null) => (subject: UseSubject) => ({
  subject,
  signal: { source: "cloud: last used", lastUsedAt: lastUsedAt(subject), seesSince: ago(400), lagMinutes: 240 },
});

interface Told {
  readonly worker: Worker;
  /** Batches as they were asked. */
  readonly asked: (readonly UseSubject[])[];
}

function telling(tell: (subject: UseSubject) => UseTold, everyMinutes = 240): Told {
  const asked: (readonly UseSubject[])[] = [];
  const lastUse: LastUse = {
    everyMinutes,
    tell: async (subjects, calls) => {
      asked.push(subjects);
      return calls.make("read", async () => subjects.map(tell));
    },
  };
  const target = async (name: string) => {
    if (name === "broken") throw new TargetFault("unavailable", "down", "It does not answer.");
    return name === "silent" ? {} : { lastUse };
  };
  const worker = {
    db: t.worker,
    config: { targets: [{ name: "broken" }, { name: "silent" }, { name: "cloud" }] },
    places: { target },
    log: { info: () => undefined, fault: (_: string, error: unknown) => expect.fail(String(error)) },
    newId: randomUUID,
    changed: () => undefined,
  };
  return { worker: worker as unknown as Worker, asked };
}

const known = async (target = "cloud") => {
  const [row] =
    await t.admin`select use_answer as answer, last_used_at as used, stale_since as stale, first_use_at as first, version
    from charter.identities where target = ${target}`;
  return row;
};
const entries = async () =>
  (
    await t.admin`select 1 from charter.audit_entries e join charter.identities i on e.aggregate = i.id::text where action = 'identity.first-used'`
  ).length;

describe("what the sweep makes of silence", () => {
  it("calls nothing unused or stale where nobody tells, or only moments are seen", async () => {
    await born({ days: 300, target: "silent" });
    await born({ days: 300 });
    await watchUse(telling((subject) => ({ subject, signal: null })).worker);
    expect(await known("silent")).toMatchObject({ answer: "no-signal", stale: null });
    expect(await known()).toMatchObject({ answer: "no-signal", stale: null });
    const sampling = telling((subject) => ({
      subject,
      signal: { source: "looked", lastUsedAt: null, seesSince: null, lagMinutes: 0 },
    }));
    await watchUse(sampling.worker);
    expect(await known()).toMatchObject({ answer: "no-signal", stale: null, first: null });
  });

  it.each<[Born, boolean]>([
    [{ days: 30, credential: "static" }, false],
    [{ days: 31, credential: "static" }, true],
    [{ days: 60, credential: "federated" }, false],
    [{ days: 61, credential: "federated" }, true],
  ])("calls %o stale: %s, by policy's figures and less the source's lag", async (one, stale) => {
    await born(one);
    await watchUse(telling(tellsAll(() => null)).worker);
    const row = await known();
    expect(row).toMatchObject({ answer: "not-used", version: 1 });
    expect(row?.stale !== null).toBe(stale);
  });

  it("counts from the last use, and forgets that it was stale once it is used", async () => {
    await born({ days: 200 });
    let used = ago(46);
    const { worker } = telling(
      tellsAll(() => used),
      0,
    );
    await watchUse(worker);
    expect((await known())?.stale).not.toBeNull();
    used = ago(1);
    await watchUse(worker);
    expect(await known()).toMatchObject({ answer: "used", used, stale: null });
  });

  it("leaves a suspended identity alone: nobody could use it", async () => {
    await born({ days: 200, state: "suspended" });
    const { worker, asked } = telling(tellsAll(() => null));
    await watchUse(worker);
    expect(asked).toEqual([]);
    expect(await known()).toMatchObject({ answer: "no-signal", stale: null });
  });
});

describe("first use", () => {
  it("is recorded once and audited, by two workers at once, and never for the worker's own try", async () => {
    await born({ days: 1 });
    let used = new Date(ago(1).getTime() + 50_000);
    const say = tellsAll(() => used);
    await watchUse(telling(say).worker);
    expect(await known()).toMatchObject({ answer: "not-used", first: null });
    used = ago(0.5);
    await Promise.all([watchUse(telling(say).worker), watchUse(telling(say).worker)]);
    expect(await known()).toMatchObject({ answer: "used", first: used, version: 2 });
    expect(await entries()).toBe(1);
    used = ago(0.1);
    await watchUse(telling(say, 0).worker);
    expect((await known())?.first).not.toEqual(used);
    expect(await entries()).toBe(1);
  });
});

describe("the asking", () => {
  it("asks nothing of an empty inventory", async () => {
    const { worker, asked } = telling(tellsAll(() => null));
    await watchUse(worker);
    expect(asked).toEqual([]);
  });

  it("goes through many by pages, each once, and not again before the source has news", async () => {
    await born({ count: 1_201, days: 30, credential: "federated" });
    const { worker, asked } = telling(tellsAll(() => null));
    await watchUse(worker);
    expect(asked.map(({ length }) => length)).toEqual([500, 500, 201]);
    expect(new Set(asked.flat().map(({ identity }) => identity)).size).toBe(1_201);
    expect(asked[0]?.[0]).toMatchObject({ kind: "object", externalId: expect.stringMatching(/^arn:cloud/) });
    await watchUse(worker);
    expect(asked).toHaveLength(3);
    await seeded((sql) => sql`update charter.uses set observed_at = observed_at - interval '241 minutes'`);
    await watchUse(worker);
    expect(asked).toHaveLength(6);
  });

  it("keeps a use that a source no longer tells of, and a window that was watched without a gap", async () => {
    await born({ days: 500 });
    let seesSince = ago(400);
    let used: Date | null = ago(390);
    const { worker } = telling(
      (subject) => ({ subject, signal: { source: "s", lastUsedAt: used, seesSince, lagMinutes: 0 } }),
      0,
    );
    await watchUse(worker);
    [used, seesSince] = [null, ago(380)];
    await watchUse(worker);
    const [row] = await t.admin`select last_used_at as used, sees_since as since from charter.uses`;
    expect(row).toEqual({ used: expect.any(Date), since: expect.any(Date) });
    expect(row?.since.getTime()).toBeLessThan(seesSince.getTime());
    expect(await known()).toMatchObject({ answer: "used", used: row?.used });
  });
});
