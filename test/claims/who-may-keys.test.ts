import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readKeySettings } from "#db/read/passkeys.ts";
import { enrol } from "#lib/claims/passkeys/enrol.ts";
import { revoke } from "#lib/claims/passkeys/revoke.ts";
import { confirm, invite, signForHost } from "#lib/claims/passkeys/vouch.ts";
import type { ClaimContext } from "#lib/claims/run.ts";
import type { Outcome } from "#lib/domain/refusal.ts";
import { enrolled, invited, made } from "../facts/keys.ts";
import type { Authenticator } from "../support/authenticator.ts";
import { type ActorName, actors, type Cast, codeOf, gained, openCast, type Rows } from "./cast.ts";

// Who may do what about passkeys, once the two of security have theirs. The owner has one that waits, and was invited to another.

let cast: Cast;
let security: readonly (readonly [string, Authenticator])[];
let waiting: string;

beforeAll(async () => {
  cast = await openCast();
  security = [
    [actors.security, await enrolled(cast.scenario, actors.security)],
    [actors.security2, await enrolled(cast.scenario, actors.security2)],
  ];
  await invited(cast.scenario, actors.owner, security);
  const key = await made(cast.scenario, actors.owner);
  const [row] = await cast.scenario.database
    .admin`select id from charter.passkeys where credential_id = ${key.credentialId}`;
  waiting = String(row?.id);
  await open();
}, 60_000);
afterAll(() => cast.scenario.database.close());

/** An open invitation of the owner; its id. */
async function open(): Promise<string> {
  await invited(cast.scenario, actors.owner, security);
  const [row] = await cast.scenario.database.admin`
    select id from charter.passkeys where credential_id is null and revoked_at is null order by invited_at desc limit 1`;
  return String(row?.id);
}

interface Line {
  readonly claim: (context: ClaimContext, passkey: string) => Promise<Outcome<unknown>>;
  /** What each is answered: a gesture to make, a key to make, or that it was sent; the code of a refusal else. */
  readonly answers: Partial<Record<ActorName, "sign" | "make" | "sent" | "conflict">>;
  readonly others: "forbidden" | "not-found";
  readonly leaves?: Rows;
  /** About an invitation of its own, where what it does ends it. */
  readonly fresh?: true;
}

const table: Readonly<Record<string, Line>> = {
  enrol: {
    claim: (context) => enrol(context, { name: "laptop", code: "" }),
    answers: { owner: "make" },
    others: "forbidden",
  },
  revoke: {
    claim: (context, passkey) => revoke(context, { passkey }),
    answers: { owner: "sent", security: "sent", security2: "sent" },
    others: "not-found",
    leaves: { asks: 1, inbox: 1 },
    fresh: true,
  },
  confirm: {
    claim: (context) => confirm(context, { passkey: waiting }),
    // The owner has no other key to sign with.
    answers: { owner: "conflict", security: "sign", security2: "sign" },
    others: "not-found",
  },
  invite: {
    claim: (context) => invite(context, { person: cast.scenario.id(actors.endsIt) }),
    answers: { security: "sign", security2: "sign" },
    others: "forbidden",
  },
  "sign for the host": {
    claim: (context) => signForHost(context, { kind: "bundle", content: "0".repeat(64) }),
    answers: { security: "sign", security2: "sign" },
    others: "forbidden",
  },
};

const wordOf = (outcome: Outcome<unknown>): string => {
  if ("refusals" in outcome) return codeOf(outcome);
  if (typeof outcome.ok !== "object" || outcome.ok === null) return "sent";
  return "sign" in outcome.ok ? "sign" : "make" in outcome.ok ? "make" : "sent";
};

describe.each(Object.entries(table))("%s", (_name, { claim, answers, others, leaves, fresh }) => {
  test.each(Object.keys(actors) as ActorName[])("by %s", async (actor) => {
    const context = await cast.as(actors[actor]);
    const about = fresh ? await open() : "";
    const before = await cast.rows();
    const word = answers[actor] ?? others;
    expect(wordOf(await claim(context, about))).toBe(word);
    // What is only answered with something to sign or to make has written nothing yet.
    const left = word === "sent" ? leaves : word === others ? { denied: 1 } : {};
    expect(gained(before, await cast.rows())).toEqual(left);
    await cast.scenario.settle();
  });
});

test("nobody sees another's keys under Settings, but security those that wait", async () => {
  const seen = async (actor: ActorName) => {
    const { actor: viewer, db } = await cast.as(actors[actor]);
    const { mine, waiting: others } = await readKeySettings(db, viewer);
    return [mine.length, others.length];
  };
  expect(await seen("owner")).toEqual([1, 0]);
  expect(await seen("security")).toEqual([1, 1]);
  for (const actor of ["requester", "backup", "sameTeam", "operator", "auditor", "otherTeam"] as const)
    expect(await seen(actor), actor).toEqual([0, 0]);
});
