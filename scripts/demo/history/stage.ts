import { randomUUID } from "node:crypto";
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
    act: (name, input) => actAt(desk, name, input),
  };
}

/** What only the launcher can do, at its desk; throws with its sentence when it could not. */
export async function actAt(desk: string, name: string, input: unknown): Promise<unknown> {
  const answer = await fetch(`${desk}/${name}`, { method: "POST", headers: closing, body: JSON.stringify(input) });
  const said: unknown = await answer.json();
  if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(said)}`);
  return said;
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

/** Waits until the worker has done all there is to do at this moment. */
export const settle = (stage: Stage): Promise<unknown> => stage.act("rest", {});
