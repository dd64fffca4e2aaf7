import { z } from "zod";
import { readActiveBundle } from "#db/read/planning-facts.ts";
import { lockFinding, muteFinding } from "#db/store/mutes.ts";
import { readKnownPeople, rolesHeld } from "#db/store/people.ts";
import { mayMute, mayMuteAs } from "#lib/domain/finding.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { refuse } from "#lib/domain/refusal.ts";
import { figuresOf } from "#lib/policy/engine.ts";
import { type Answer, taken } from "../answer.ts";
import type { Command } from "../run.ts";

export interface MuteAsk {
  readonly id: string;
  readonly kind: "mute" | "unmute";
  /** Id of the finding. */
  readonly subject: string;
  readonly person: string;
  /** {reason, until} of a mute. */
  readonly detail: JsonObject;
}
const wanted = z.strictObject({ reason: z.string(), until: z.iso.datetime() });

/**
 * Mutes a finding for a reason until a day, or ends its mute. It goes on being seen and closed by its sweep. Refused to who
 * neither owns its identity nor holds security now, of a finding that holds no more, and beyond what policy allows.
 */
export const takeMute: Command<MuteAsk, Answer> = async (work, ask) => {
  const finding = await lockFinding(work.tx, ask.subject);
  if (finding === null) return refuse({ code: "not-found", sentence: "There is no such finding." });
  const person = (await readKnownPeople(work.tx, [ask.person])).get(ask.person);
  if (!person?.active) return refuse({ code: "forbidden", sentence: "You are no longer active here." });
  const may = mayMuteAs(finding.owner, { id: person.person, roles: rolesHeld(person, work.now) });
  if ("refusals" in may) return may;
  if (finding.closedAt !== null) return refuse({ code: "conflict", sentence: "This finding holds no more." });
  const mute = ask.kind === "mute" ? await readMute(work, ask) : { ok: null };
  if ("refusals" in mute) return mute;
  await muteFinding(work.tx, finding.id, mute.ok);
  const { identity, sentence } = finding;
  const about = { kind: ask.kind, subject: finding.id, finding: finding.kind, identity, sentence };
  const detail = mute.ok === null ? about : { ...about, reason: mute.ok.reason, until: mute.ok.until.toISOString() };
  return { ok: await work.record(taken, { noun: "ask", id: ask.id, version: 1, action: "ask.granted", detail }) };
};

async function readMute({ tx, now }: Parameters<typeof takeMute>[0], { detail, person: by }: MuteAsk) {
  const read = wanted.safeParse(detail);
  if (!read.success) return refuse({ code: "invalid", sentence: "This mute cannot be read." });
  const bundle = await readActiveBundle(tx);
  if (bundle === null) return refuse({ code: "conflict", sentence: "No policy is active, so nothing is muted." });
  const { reason } = read.data;
  const until = new Date(read.data.until);
  const fits = mayMute({ reason, until, mostDays: figuresOf(bundle).findings.muteDays, now });
  return "refusals" in fits ? fits : { ok: { reason, until, by } };
}
