import { randomUUID } from "node:crypto";
import { asc, eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "#db/client.ts";
import { auditEntries } from "#db/schema/audit.ts";
import {
  acceptances,
  asks,
  comments,
  requests,
  requestVersions,
  sessions,
  signIns,
  verdicts,
} from "#db/schema/claims.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { anyEntry, append, exported, verified } from "./support.ts";

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
});
afterAll(() => t.close());

const entriesOf = (aggregate: string) =>
  t.worker.select().from(auditEntries).where(eq(auditEntries.aggregate, aggregate)).orderBy(asc(auditEntries.seq));
const inboxOf = (subject: string) => t.admin`select claim from charter.inbox where subject = ${subject}`;

async function ask(): Promise<{ id: string; requester: string }> {
  const id = randomUUID();
  const requester = randomUUID();
  await t.web.insert(requests).values({ id, kind: "provision", requester, draftedAt: new Date() });
  return { id, requester };
}

describe("claims", () => {
  it("a request is recorded in the web's name and wakes nobody by itself", async () => {
    const { id, requester } = await ask();
    const [entry, ...more] = await entriesOf(id);
    expect(entry).toMatchObject({
      noun: "request",
      action: "request.asked",
      channel: "charter_web",
      actor: requester,
      evidence: "session",
      version: 1,
    });
    expect(more).toEqual([]);
    expect(await inboxOf(id)).toHaveLength(0);
  });

  it("a version is recorded by its digests and waits in the inbox", async () => {
    const { id, requester } = await ask();
    await t.web.execute(sql`insert into charter.request_versions (request, version, charter, origins, change, digest, plan_digest, person)
      values (${id}, 3, '{"purpose": "private words"}', '{}', '{"reason": "unused"}', 'd', 'p', ${requester})`);
    const [entry] = await entriesOf(`${id}/3`);
    expect(entry).toMatchObject({ action: "request-version.sealed", version: 3, actor: requester });
    expect(entry?.detail).toEqual({
      request: id,
      version: 3,
      change: { reason: "unused" },
      digest: "d",
      plan_digest: "p",
      person: requester,
    });
    expect(await inboxOf(`${id}/3`)).toEqual([{ claim: "request_versions" }]);
  });

  it("verdicts, acceptances, comments, asks and sign-ins are recorded and wait in the inbox", async () => {
    const { id: request } = await ask();
    const person = randomUUID();
    const ids = {
      verdicts: randomUUID(),
      acceptances: randomUUID(),
      comments: randomUUID(),
      asks: randomUUID(),
      sign_ins: randomUUID(),
    };
    const about = { request, version: 1, person };
    await t.web.insert(verdicts).values({ ...about, id: ids.verdicts, planDigest: "p", stage: 0, verdict: "approve" });
    await t.web.insert(acceptances).values({ ...about, id: ids.acceptances, planDigest: "p" });
    await t.web.insert(comments).values({ ...about, id: ids.comments, text: "why?", proposal: null });
    await t.web.insert(asks).values({ id: ids.asks, kind: "withdraw", subject: request, person });
    await t.web.insert(signIns).values({ id: ids.sign_ins, idToken: "CANARY-token" });
    const actions = await Promise.all(Object.values(ids).map(async (id) => (await entriesOf(id)).map((e) => e.action)));
    expect(actions).toEqual([
      ["verdict.given"],
      ["acceptance.given"],
      ["comment.made"],
      ["ask.made"],
      ["sign-in.handed-over"],
    ]);
    for (const [claim, id] of Object.entries(ids)) expect(await inboxOf(id)).toEqual([{ claim }]);
    expect(JSON.stringify(await entriesOf(ids.sign_ins))).not.toContain("CANARY");
  });

  it("a session is recorded when it opens and ends, not when it is seen, and stays ended", async () => {
    const id = randomUUID();
    const person = randomUUID();
    await t.web.insert(sessions).values({ id, person, lastSeenAt: new Date("2099-01-01") });
    await t.web
      .update(sessions)
      .set({ lastSeenAt: new Date("2099-01-01") })
      .where(eq(sessions.id, id));
    await t.web
      .update(sessions)
      .set({ endedAt: new Date("2001-01-01") })
      .where(eq(sessions.id, id));
    expect((await entriesOf(id)).map((e) => e.action)).toEqual(["session.opened", "session.ended"]);
    const [row] = await t.web.select().from(sessions).where(eq(sessions.id, id));
    expect(row?.lastSeenAt.getFullYear()).toBeLessThan(2099);
    expect(row?.endedAt?.getFullYear()).toBeGreaterThan(2001);
    await expect(t.web.update(sessions).set({ endedAt: null }).where(eq(sessions.id, id))).rejects.toMatchObject({
      cause: { code: "23514" },
    });
    expect(await inboxOf(id)).toHaveLength(0);
  });

  it("a claim whose entry cannot be written is not made", async () => {
    await t.admin`alter table charter.audit_entries rename to audit_entries_away`;
    const id = randomUUID();
    try {
      await expect(
        t.web.insert(requests).values({ id, kind: "provision", requester: id, draftedAt: new Date() }),
      ).rejects.toThrow();
    } finally {
      await t.admin`alter table charter.audit_entries_away rename to audit_entries`;
    }
    expect(await t.admin`select 1 from charter.requests where id = ${id}`).toHaveLength(0);
  });

  it("one's own request gets no verdict, not even through a linked login", async () => {
    const { id: request, requester } = await ask();
    const linked = randomUUID();
    await t.worker.transaction(async (tx) => {
      for (const id of [requester, linked]) {
        await tx.execute(
          sql`insert into charter.people (id, issuer, subject, canonical, name, email) values (${id}, 'https://i', ${id}, ${requester}, 'n', 'e')`,
        );
        await append(tx, { noun: "person", id, version: 1, action: "person.imported" });
      }
    });
    for (const person of [requester, linked]) {
      const own = {
        id: randomUUID(),
        request,
        version: 1,
        planDigest: "p",
        stage: 0,
        person,
        verdict: "approve",
      } as const;
      await expect(t.web.insert(verdicts).values(own)).rejects.toMatchObject({ cause: { code: "23514" } });
    }
  });

  it("the web cannot ask without saying who, the worker can", async () => {
    const asked = () => ({ id: randomUUID(), kind: "retire", identity: randomUUID(), draftedAt: new Date() }) as const;
    await expect(t.web.insert(requests).values(asked())).rejects.toMatchObject({ cause: { code: "23514" } });
    const own = asked();
    await t.worker.insert(requests).values(own);
    const [row] = await t.worker.select().from(requests).where(eq(requests.id, own.id));
    expect(row?.channel).toBe("charter_worker");
    expect((await entriesOf(own.id))[0]).toMatchObject({ channel: "charter_worker", evidence: "worker", actor: "" });
  });

  it("are stamped by the business clock", async () => {
    await t.setClock("3 days");
    const { id } = await ask();
    await t.setClock("0");
    const [row] =
      await t.admin`select received_at > clock_timestamp() + interval '2 days' as ahead from charter.requests where id = ${id}`;
    expect(row?.ahead).toBe(true);
  });

  it("versions of the worker are claims too", async () => {
    const request = randomUUID();
    await t.worker.execute(
      sql`insert into charter.request_versions (request, version, charter, origins, digest, plan_digest) values (${request}, 1, '{}', '{}', 'd', 'p')`,
    );
    expect(await inboxOf(`${request}/1`)).toHaveLength(1);
    expect(await t.worker.select().from(requestVersions).where(eq(requestVersions.request, request))).toHaveLength(1);
  });
});

describe("the chain", () => {
  it("twenty clients on one aggregate leave one unbroken chain", async () => {
    const id = randomUUID();
    const clients = Array.from({ length: 20 }, () => openDatabase(t.workerUrl, { applicationName: "c", max: 1 }));
    await Promise.all(
      clients.map(async ({ db }, client) => {
        for (let turn = 0; turn < 10; turn++) {
          await db.transaction((tx) => append(tx, { noun: "target", id, version: client, action: "target.checked" }));
        }
      }),
    );
    await Promise.all(clients.map((client) => client.close()));
    const entries = await entriesOf(id);
    expect(entries.map((e) => e.seq)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    for (const [i, entry] of entries.entries()) expect(entry.prev).toEqual(entries[i - 1]?.hash ?? Buffer.alloc(0));
  });

  it("a writer that rolls back leaves no gap to the one that waited for it", async () => {
    const id = randomUUID();
    const entry = { noun: "target", id, version: 1, action: "target.checked" };
    await append(t.worker, entry);
    let waiting: Promise<unknown> = Promise.resolve();
    await t.worker
      .transaction(async (tx) => {
        await append(tx, entry);
        waiting = append(t.worker, { ...entry, version: 9 });
        await until(
          async () =>
            (
              await t.admin`select 1 from pg_stat_activity where wait_event = 'transactionid' and datname = current_database()`
            ).length > 0,
        );
        throw new Error("roll back");
      })
      .catch((error: Error) => expect(error.message).toBe("roll back"));
    await waiting;
    expect((await entriesOf(id)).map((e) => [e.seq, e.version])).toEqual([
      [1, 1],
      [2, 9],
    ]);
  });

  it("facts that record the same aggregates in other orders wait instead of deadlocking", async () => {
    const a = anyEntry();
    const b = anyEntry();
    await Promise.all(
      Array.from({ length: 30 }, (_, i) => t.worker.transaction((tx) => append(tx, ...(i % 2 ? [a, b] : [b, a])))),
    );
    expect(await entriesOf(a.id)).toHaveLength(30);
    expect(await entriesOf(b.id)).toHaveLength(30);
  });

  it("the verifier computes the database's hashes, whatever the words", async () => {
    for (const word of ["", "7:x,", "é ✓ 🦊", '"quoted" \\ back', "\u202e\u0007\n", "x".repeat(70_000)]) {
      await append(t.worker, anyEntry({ word, n: 1.0, nested: { z: [1e3, null, true], a: "" } }));
    }
    const report = await verified(await exported(t.auditorUrl));
    expect(report.faults).toEqual([]);
    expect(report.unsealed).toBeGreaterThan(200);
  });
});

async function until(is: () => Promise<boolean>): Promise<void> {
  while (!(await is())) await new Promise((resolve) => setTimeout(resolve, 5));
}
