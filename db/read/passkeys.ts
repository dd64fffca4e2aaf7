import { sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import type { Refusal } from "#lib/domain/refusal.ts";
import type { Queries } from "../client.ts";
import { type PersonChoice, readPeopleChoices } from "./people.ts";

export type KeyState = "waits" | "usable" | "revoked";

/** A key as Settings shows it; instants are ISO. */
export interface KeyLine {
  readonly id: string;
  readonly name: string;
  readonly person: string;
  readonly state: KeyState;
  readonly enrolledAt: string;
  readonly usableFrom: string;
  readonly lastUsedAt: string | null;
}

export interface KeySettings {
  /** One's own, newest first. */
  readonly mine: readonly KeyLine[];
  /** Until when one may enrol without a code; null when nobody invited. */
  readonly invitedUntil: string | null;
  /** Other people's keys that wait for a second signature; for security alone. */
  readonly waiting: readonly KeyLine[];
  /** Whom one may invite; empty for who may not. */
  readonly people: readonly PersonChoice[];
  /** What became of one's newest wish about keys within ten minutes, where the worker refused it. */
  readonly refused: readonly Refusal[];
}

interface KeyRow extends Record<string, unknown> {
  readonly id: string;
  readonly name: string;
  readonly person: string;
  readonly owner: string;
  readonly usable: boolean;
  readonly enrolled_at: string;
  readonly usable_from: string;
  readonly last_used_at: string | null;
  readonly revoked: boolean;
}

/** One's own keys, and for security those of others that wait. */
export async function readKeySettings(db: Queries, viewer: Viewer): Promise<KeySettings> {
  const vouches = viewer.roles.includes("security");
  const rows = await db.execute<KeyRow>(sql`
    select k.id, k.name, k.person, p.name as owner, k.usable_from <= charter.clock() as usable, k.revoked_at is not null as revoked,
      to_json(k.enrolled_at) #>> '{}' as enrolled_at, to_json(k.usable_from) #>> '{}' as usable_from,
      to_json(k.last_used_at) #>> '{}' as last_used_at
    from charter.passkeys k join charter.people p on p.tenant = k.tenant and p.id = k.person
    where k.tenant = 'main' and k.credential_id is not null and (k.person = ${viewer.id}
      or (${vouches} and k.revoked_at is null and k.usable_from > charter.clock()))
    order by k.enrolled_at desc, k.id limit 200`);
  const lines = rows.map(lineOf);
  const mine = lines.filter((line) => line.of === viewer.id).map(({ of, ...line }) => line);
  const canSign = mine.some(({ state }) => state === "usable");
  return {
    mine,
    waiting: lines.filter((line) => line.of !== viewer.id).map(({ of, ...line }) => line),
    invitedUntil: await invitedUntil(db, viewer),
    people: vouches && canSign ? (await readPeopleChoices(db)).filter(({ id }) => id !== viewer.id) : [],
    refused: await refusedLately(db, viewer),
  };
}

const lineOf = (row: KeyRow): KeyLine & { readonly of: string } => ({
  ...{ id: row.id, name: row.name, person: row.owner, of: row.person },
  state: row.revoked ? "revoked" : row.usable ? "usable" : "waits",
  enrolledAt: row.enrolled_at,
  usableFrom: row.usable_from,
  lastUsedAt: row.last_used_at,
});

async function invitedUntil(db: Queries, viewer: Viewer): Promise<string | null> {
  const [row] = await db.execute<{ until: string }>(sql`
    select to_json(max(invited_until)) #>> '{}' as until from charter.passkeys
    where tenant = 'main' and person = ${viewer.id} and credential_id is null and revoked_at is null and code_hash is null
      and invited_until > charter.clock()`);
  return row?.until ?? null;
}

async function refusedLately(db: Queries, viewer: Viewer): Promise<readonly Refusal[]> {
  const [row] = await db.execute<{ result: string; refusals: readonly Refusal[] }>(sql`
    select o.result, o.refusals from charter.asks a
    join charter.outcomes o on o.tenant = a.tenant and o.claim = 'asks' and o.subject = a.id::text
    where a.tenant = 'main' and a.person = ${viewer.id} and a.assertion is not null
      and a.received_at > charter.clock() - interval '10 minutes'
    order by a.received_at desc limit 1`);
  return row?.result === "refused" ? row.refusals : [];
}
