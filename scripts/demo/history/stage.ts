import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { sql } from "drizzle-orm";
import type { Db } from "#db/client.ts";
import type { SessionPerson } from "#db/read/session.ts";
import type { ClaimContext } from "#lib/claims/run.ts";
import type { Outcome } from "#lib/domain/refusal.ts";

/** What history is played on: the web's database role, people who signed in, and what only the launcher can do. */
export interface Stage {
  readonly db: Db;
  /** In whose name a claim is made. */
  as(person: string): ClaimContext;
  id(person: string): string;
  /** Asks the launcher for one of its acts. */
  act(name: string, input: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Ids of requests by the name that their story gives them. */
  readonly born: Map<string, string>;
}

/** A connection for each call: one that is kept may be closed at the other end just as it is used again. */
export const closing = { connection: "close" } as const;

export function stageOf(db: Db, people: ReadonlyMap<string, SessionPerson>, desk: string): Stage {
  const personOf = (key: string): SessionPerson => {
    const person = people.get(key);
    if (person === undefined) throw new Error(`Nobody is called ${key}.`);
    return person;
  };
  return {
    db,
    born: new Map(),
    as: (key) => ({ db, actor: personOf(key), now: new Date(), newId: randomUUID }),
    id: (key) => personOf(key).id,
    act: async (name, input) => {
      const body = JSON.stringify(input);
      const answer = await fetch(`${desk}/${name}`, { method: "POST", headers: closing, body });
      const said: unknown = await answer.json();
      if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(said)}`);
      return said;
    },
  };
}

/** A claim of the story was refused. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** The value of a claim that history relies on; throws `Refused` with the sentences. */
export function granted<T>(what: string, outcome: Outcome<T>): T {
  if ("ok" in outcome) return outcome.ok;
  throw new Refused(
    `${what}: ${outcome.refusals.map(({ field, sentence }) => `${field ?? ""} ${sentence}`).join(" ")}`,
  );
}

/** What the worker has yet to do with what was claimed: claims without an outcome, approvals to release, steps that are due. */
const unsettled = sql`
  select (select count(*) from charter.request_versions v left join charter.outcomes o on o.tenant = v.tenant and o.claim = 'request_versions' and o.subject = v.request || '/' || v.version
      where v.channel = 'charter_web' and o.subject is null)
    + (select count(*) from charter.verdicts v left join charter.outcomes o on o.tenant = v.tenant and o.claim = 'verdicts' and o.subject = v.id::text where o.subject is null)
    + (select count(*) from charter.acceptances v left join charter.outcomes o on o.tenant = v.tenant and o.claim = 'acceptances' and o.subject = v.id::text where o.subject is null)
    + (select count(*) from charter.asks v left join charter.outcomes o on o.tenant = v.tenant and o.claim = 'asks' and o.subject = v.id::text where o.subject is null)
    + (select count(*) from charter.answers v left join charter.outcomes o on o.tenant = v.tenant and o.claim = 'answers' and o.subject = v.id::text where o.subject is null)
    + (select count(*) from charter.request_states s where s.state = 'approved' and (s.deadline is null or s.deadline <= charter.clock()))
    + (select count(*) from charter.steps x where x.stuck_at is null and (x.state in ('claimed', 'sent') or (x.state in ('ready', 'ambiguous') and x.due_at <= charter.clock() + interval '2 seconds')))
    as open`;

/** Waits until the worker has done all there is to do at this moment; throws when it takes longer than five minutes. */
export async function settle({ db }: Stage): Promise<void> {
  for (const end = Date.now() + 300_000; Date.now() < end; await pause(20)) {
    const [row] = await db.execute<{ open: string }>(unsettled);
    if (row?.open === "0") return;
  }
  throw new Error("The worker did not come to rest.");
}
