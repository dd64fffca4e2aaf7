import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { readAskedQuestions } from "#db/read/attestations.ts";
import { databaseClock } from "#db/store/audit.ts";
import { accept } from "#lib/claims/acceptances/accept.ts";
import { answer } from "#lib/claims/answers/answer.ts";
import { check } from "#lib/claims/asks/check.ts";
import { takeBack } from "#lib/claims/asks/take-back.ts";
import { withdraw } from "#lib/claims/asks/withdraw.ts";
import { ask } from "#lib/claims/comments/ask.ts";
import { askForLess } from "#lib/claims/comments/ask-for-less.ts";
import { save } from "#lib/claims/drafts/save.ts";
import { mute } from "#lib/claims/findings/mute.ts";
import { planChanged } from "#lib/claims/refusals.ts";
import { askForChange } from "#lib/claims/requests/change.ts";
import { changeAccess } from "#lib/claims/requests/change-access.ts";
import { preview } from "#lib/claims/requests/preview.ts";
import { previewAccess } from "#lib/claims/requests/preview-access.ts";
import { submit } from "#lib/claims/requests/submit.ts";
import { takeOver } from "#lib/claims/requests/take-over.ts";
import { decide } from "#lib/claims/verdicts/decide.ts";
import { keepView } from "#lib/claims/views/keep.ts";
import { asItIs } from "#lib/domain/access.ts";
import type { Answers, Edits } from "#lib/domain/answers.ts";
import type { LaterKind } from "#lib/domain/change.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { jsonObject, read } from "#lib/domain/shape.ts";
import { gatherEvidence } from "#lib/judgement/gather-evidence.ts";
import { granted, Refused, type Stage } from "./stage.ts";
import type { Birth, Deed } from "./story.ts";

const dayMs = 86_400_000;
const idOf = ({ born }: Stage, name: string): string => {
  const id = born.get(name);
  if (id === undefined) throw new Refused(`${name} was never asked for.`);
  return id;
};

/** Fills the form as its requester would, looks at what would become of it, and submits. */
export async function askFor(stage: Stage, birth: Birth): Promise<void> {
  const id = randomUUID();
  const context = stage.as(birth.who);
  const answers = await answersOf(stage, birth);
  const send = async () => {
    const seen = granted(birth.name, await preview(context, { id, answers }));
    const planDigest = seen.planDigest ?? "";
    if (planDigest === "")
      throw new Refused(`${birth.name}: ${seen.refusals.map(({ sentence }) => sentence).join(" ")}`);
    return submit(context, { id, answers, planDigest });
  };
  // Midnight may come between looking and sending.
  const first = await send();
  granted(birth.name, first === planChanged ? await send() : first);
  stage.born.set(birth.name, id);
}

async function answersOf(stage: Stage, { who, name, answers, edits = {} }: Birth): Promise<Answers> {
  const now = (await databaseClock(stage.db)).getTime();
  const inDays = (days: number) => new Date(now + days * dayMs).toISOString();
  const { owner, backup, lives, excepted, ...plain } = edits;
  const own: Edits = {
    ...plain,
    name,
    ...(owner === undefined ? {} : { owner: stage.id(owner) }),
    ...(backup === undefined ? {} : { backup: { person: stage.id(backup) } }),
    ...(lives === undefined ? {} : { endsAt: inDays(lives) }),
    ...(excepted === undefined
      ? {}
      : { exception: { reason: excepted.why, endsAt: inDays(excepted.days), owner: stage.id(who) } }),
  };
  const { runs } = answers;
  if (runs?.kind !== "workload" || runs.service === undefined) return { ...answers, edits: own };
  const [row] = await stage.db.execute<{ id: string }>(
    sql`select id from charter.services where tenant = 'main' and slug = ${runs.service}`,
  );
  return { ...answers, runs: { ...runs, ...(row ? { service: row.id } : {}) }, edits: own };
}

interface Open {
  readonly request: string;
  readonly version: number;
  readonly planDigest: string;
  readonly approvals: number;
  readonly requester: string | null;
  readonly owner: string;
}

/** Security approves what waits, but for what is held back; as many people as the stage asks for. */
export async function approveWaiting(stage: Stage, held: ReadonlySet<string>): Promise<void> {
  const kept = new Set([...held].map((name) => stage.born.get(name)));
  const rows = await stage.db.execute<Open & Record<string, unknown>>(sql`
    select s.request, s.request_version as version, s.plan_digest as "planDigest", r.requester, v.charter ->> 'owner' as owner,
      (select max((g ->> 'count')::int) from jsonb_array_elements(s.stages) g) as approvals
    from charter.request_states s join charter.requests r on r.tenant = s.tenant and r.id = s.request
    join charter.request_versions v on v.tenant = s.tenant and v.request = s.request and v.version = s.request_version
    where s.tenant = 'main' and s.state = 'awaiting-approval'`);
  const open = rows.filter(({ request }) => !kept.has(request));
  await Promise.all(
    open.flatMap(({ request, version, planDigest, approvals, requester, owner }) =>
      (["mara", "tomas"] as const)
        .filter((person) => stage.id(person) !== requester && stage.id(person) !== owner)
        .slice(0, approvals)
        .map(async (person) => {
          const seen = { request, version, planDigest, stage: 0, verdict: "approve", reason: "" } as const;
          granted(
            `${person} approves`,
            await decide(stage.as(person), { ...seen, reason: "Read, and as it should be." }),
          );
        }),
    ),
  );
}

/** Whoever is offered ownership accepts, but for what its story leaves open. The number of those who did. */
export async function acceptOffered(
  stage: Stage,
  people: readonly string[],
  open: ReadonlySet<string>,
): Promise<number> {
  const kept = new Set([...open].map((name) => stage.born.get(name)));
  const by = new Map(people.map((person) => [stage.id(person), person]));
  const rows = await stage.db.execute<Omit<Open, "approvals"> & { accepter: string } & Record<string, unknown>>(sql`
    select request, request_version as version, plan_digest as "planDigest", accepter from charter.request_states
    where tenant = 'main' and state = 'awaiting-acceptance'`);
  const offered = rows.filter(({ request, accepter }) => !kept.has(request) && by.has(accepter));
  for (const { request, version, planDigest, accepter } of offered)
    granted("accepts", await accept(stage.as(by.get(accepter) ?? ""), { request, version, planDigest }));
  return offered.length;
}

/** What one person asks of an identity that lives. */
export async function change(
  stage: Stage,
  who: string,
  of: { readonly name: string; readonly kind: LaterKind; readonly change: JsonObject },
) {
  const identity = idOf(stage, of.name);
  const { kind, change: to } = of;
  granted(`${kind} ${of.name}`, await askForChange(stage.as(who), { id: randomUUID(), identity, kind, change: to }));
}

/** Asks for more access of an identity that lives, once what would become of it has been looked at. */
export async function askForMore(stage: Stage, deed: Extract<Deed, { do: "more" }>): Promise<void> {
  const { who, name, add, why } = deed;
  const input = { id: randomUUID(), identity: idOf(stage, name), reason: why, wanted: { ...asItIs, add } };
  const { planDigest, refusals } = granted(name, await previewAccess(stage.as(who), input));
  if (planDigest === null) throw new Refused(`${name}: ${refusals.map(({ sentence }) => sentence).join(" ")}`);
  granted(`more for ${name}`, await changeAccess(stage.as(who), { ...input, planDigest }));
}

export async function haveChecked(stage: Stage, { who, names }: Extract<Deed, { do: "check" }>): Promise<void> {
  for (const name of names) granted(`check ${name}`, await check(stage.as(who), { name }));
}

/** What is stuck is taken back. */
export async function giveUp(stage: Stage, { who, name }: Extract<Deed, { do: "take-back" }>): Promise<void> {
  granted(`take back ${name}`, await takeBack(stage.as(who), { request: idOf(stage, name) }));
}

export async function keepDraft(stage: Stage, { of }: Extract<Deed, { do: "draft" }>): Promise<void> {
  granted(`draft ${of.name}`, await save(stage.as(of.who), { id: randomUUID(), answers: await answersOf(stage, of) }));
}

export async function shareView(stage: Stage, { who, name, query }: Extract<Deed, { do: "view" }>): Promise<void> {
  const context = stage.as(who);
  const [team = null] = context.actor.teams;
  granted(`view ${name}`, await keepView(context, { id: randomUUID(), name, query, team }));
}

export async function renew(stage: Stage, { who, name, days }: Extract<Deed, { do: "renew" }>): Promise<void> {
  await change(stage, who, { name, kind: "renew", change: { endsAt: await inDays(stage, days) } });
}

/** The date so many days from the business clock's now. */
const inDays = async (stage: Stage, days: number): Promise<string> =>
  new Date((await databaseClock(stage.db)).getTime() + days * dayMs).toISOString();

async function seenOf(stage: Stage, name: string) {
  const request = idOf(stage, name);
  const [row] = await stage.db.execute<{ version: number; planDigest: string }>(sql`
    select request_version as version, plan_digest as "planDigest" from charter.request_states where request = ${request}::uuid`);
  if (row === undefined) throw new Error(`${name} was not received.`);
  return { request, ...row };
}

export async function deny(stage: Stage, { who, name, why }: Extract<Deed, { do: "deny" }>): Promise<void> {
  const seen = await seenOf(stage, name);
  granted(`deny ${name}`, await decide(stage.as(who), { ...seen, stage: 0, verdict: "deny", reason: why }));
}

export async function withdrawn(stage: Stage, { who, name }: Extract<Deed, { do: "withdraw" }>): Promise<void> {
  granted(`withdraw ${name}`, await withdraw(stage.as(who), { request: idOf(stage, name) }));
}

export async function say(stage: Stage, { who, name, text }: Extract<Deed, { do: "say" }>): Promise<void> {
  const { request, version } = await seenOf(stage, name);
  granted(`say ${name}`, await ask(stage.as(who), { request, version, text }));
}

export async function propose(stage: Stage, { who, name, drop, why }: Extract<Deed, { do: "less" }>): Promise<void> {
  const { request, version } = await seenOf(stage, name);
  granted(`less ${name}`, await askForLess(stage.as(who), { request, version, text: why, drop, endsAt: null }));
}

export async function takeProposal(stage: Stage, { who, name }: Extract<Deed, { do: "take-over" }>): Promise<void> {
  const request = idOf(stage, name);
  const [row] = await stage.db.execute<{ id: string }>(
    sql`select id from charter.comments where request = ${request}::uuid and proposal is not null limit 1`,
  );
  granted(`take over ${name}`, await takeOver(stage.as(who), { request, comment: row?.id ?? "" }));
}

/** Answers *keep* to whatever is asked of a person, card by card. */
export async function keepAll(stage: Stage, who: string): Promise<void> {
  const context = stage.as(who);
  const { id, roles, teams } = context.actor;
  const asked = await readAskedQuestions(stage.db, { id, roles, teams });
  const evidence = await gatherEvidence(
    stage.db,
    asked.map(({ identity }) => identity),
  );
  for (const { identity, round } of asked) {
    const shown = granted(identity, read(jsonObject, evidence.get(identity)?.evidence ?? {}));
    const said = { answer: "keep", reason: "It runs each night.", request: null, to: null } as const;
    granted(`keep ${identity}`, await answer(context, { cards: [{ identity, round, shown }], ...said }));
  }
}

/** Mutes a finding of an identity for two months. */
export async function quiet(stage: Stage, { who, name, kind, why }: Extract<Deed, { do: "mute" }>): Promise<void> {
  const [row] = await stage.db.execute<{ id: string }>(sql`
    select id from charter.findings where identity = ${idOf(stage, name)}::uuid and kind = ${kind} and closed_at is null`);
  if (row === undefined) throw new Refused(`There is no finding ${kind} of ${name} to mute.`);
  const until = await inDays(stage, 60);
  granted(`mute ${name}`, await mute(stage.as(who), { finding: row.id, reason: why, until }));
}
