import { readActiveBundle } from "#db/read/planning-facts.ts";
import { databaseClock } from "#db/store/audit.ts";
import { type KeptUse, keepKnownUse, keepUses, readWatched, type UseRow, type WayIn } from "#db/store/uses.ts";
import type { LastUse, UseSubject } from "#lib/connectors/connector.ts";
import type { PolicyFigures } from "#lib/domain/decision.ts";
import { countedUse, knownUse, staleSince, type WatchedSubject } from "#lib/domain/last-use.ts";
import { keepFirstUse } from "#lib/facts/identities/first-use.ts";
import { runFact, system } from "#lib/facts/run.ts";
import { figuresOf } from "#lib/policy/engine.ts";
import type { Worker } from "../worker.ts";
import { sweepCalls } from "./check-places.ts";
import { eachTarget } from "./each-target.ts";

const pageSize = 500;
const beforeAll = "00000000-0000-0000-0000-000000000000";
/** The worker tries a new credential before it stores it; the target's clock may be off by as much. */
const ownTryMs = 60_000;

type Watched = Awaited<ReturnType<typeof readWatched>>[number];
type StaleDays = PolicyFigures["staleDays"] | null;

/** Asks every target that tells of use what it knows of its live identities, and keeps it. Without a policy in force nothing counts as stale. */
export async function watchUse(worker: Worker): Promise<void> {
  const bundle = await readActiveBundle(worker.db);
  const staleDays = bundle === null ? null : figuresOf(bundle).staleDays;
  await eachTarget(worker, "last-use", (name) => watchTarget(worker, name, staleDays));
  worker.changed();
}

async function watchTarget(worker: Worker, name: string, staleDays: StaleDays): Promise<void> {
  const { lastUse } = await worker.places.target(name);
  if (lastUse === undefined) return;
  const { everyMinutes } = lastUse;
  for (let after = beforeAll; ; ) {
    const now = await databaseClock(worker.db);
    const page = await readWatched(worker.db, { target: name, now, everyMinutes, after, limit: pageSize });
    if (page.length > 0) await watchPage(worker, { name, lastUse, page, now, staleDays });
    if (page.length < pageSize) return;
    after = page.at(-1)?.id ?? after;
  }
}

interface Page {
  readonly name: string;
  readonly lastUse: LastUse;
  readonly page: readonly Watched[];
  readonly now: Date;
  readonly staleDays: StaleDays;
}

async function watchPage(worker: Worker, { name, lastUse, page, now, staleDays }: Page): Promise<void> {
  const asked = page.flatMap((identity) => identity.ways.map((way) => subjectOf(identity, way)));
  const told = await lastUse.tell(asked, sweepCalls(worker, name));
  const seen = told.flatMap(({ subject, signal }) =>
    signal === null ? [] : [{ ...signal, identity: subject.identity, subject: subject.externalId, observedAt: now }],
  );
  const firstUses = await worker.db.transaction(async (tx) => {
    const rows = seen.length === 0 ? [] : await keepUses(tx, seen);
    const byKey = new Map(rows.map((row) => [`${row.identity} ${row.subject}`, row]));
    const found = page.map((identity) => ({
      identity,
      ways: identity.ways.map((way) => watched(identity, way, byKey)),
    }));
    await keepKnownUse(
      tx,
      found.map(({ identity, ways }) => keptUse(identity, ways, staleDays)),
    );
    return found.flatMap(({ identity, ways }) => firstUse(identity, ways));
  });
  for (const { identity, at } of firstUses) await keepFirst(worker, identity, at);
}

const subjectOf = ({ id, name }: Watched, { kind, externalId, since }: WayIn): UseSubject => ({
  identity: id,
  name,
  kind,
  externalId,
  since: new Date(since),
});

const watched = ({ id }: Watched, way: WayIn, rows: ReadonlyMap<string, UseRow>): WatchedSubject => ({
  since: new Date(way.since),
  ownTryUntil: way.issuedAt === null ? null : new Date(Date.parse(way.issuedAt) + ownTryMs),
  signal: rows.get(`${id} ${way.externalId}`) ?? null,
});

function keptUse({ id, credential }: Watched, ways: readonly WatchedSubject[], staleDays: StaleDays): KeptUse {
  const known = knownUse(ways);
  return { id, ...known, staleSince: staleDays === null ? null : staleSince(known, staleDays(credential)) };
}

/** The earliest use that is told of, while none is recorded. */
function firstUse({ id, firstUseAt }: Watched, ways: readonly WatchedSubject[]) {
  if (firstUseAt !== null) return [];
  const [at] = ways
    .map(countedUse)
    .filter((use) => use !== null)
    .sort((a, b) => a.getTime() - b.getTime());
  return at === undefined ? [] : [{ identity: id, at }];
}

async function keepFirst({ db, newId }: Worker, identity: string, at: Date): Promise<void> {
  const context = { db, newId, actor: system, subject: { noun: "identity", id: identity } } as const;
  await runFact(context, keepFirstUse, { identity, at });
}
