import type { Tx } from "#db/client.ts";
import { readFindingInSight } from "#db/read/finding-sight.ts";
import { readActiveBundle } from "#db/read/planning-facts.ts";
import { databaseClock } from "#db/store/audit.ts";
import { insertAsk } from "#db/store/claims.ts";
import { mayMute, mayMuteAs } from "#lib/domain/finding.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { figuresOf } from "#lib/policy/engine.ts";
import { type ClaimContext, runClaim } from "../run.ts";

export interface MuteInput {
  readonly finding: string;
  readonly reason: string;
  /** ISO instant. */
  readonly until: string;
}

/** Asks that a finding be muted until a day: it stays visible, as muted. The owner of its identity, or security. */
export const mute = (context: ClaimContext, { finding, reason, until }: MuteInput): Promise<Outcome<null>> =>
  runClaim(context, { action: "finding.mute", id: finding }, async (tx) => {
    const may = await mayTouch(tx, context, finding);
    if ("refusals" in may) return may;
    const bundle = await readActiveBundle(tx);
    if (bundle === null) return refuse({ code: "conflict", sentence: "No policy is active, so nothing is muted." });
    const { muteDays: mostDays } = figuresOf(bundle).findings;
    const fits = mayMute({ reason, until: new Date(until), mostDays, now: await databaseClock(tx) });
    if ("refusals" in fits) return fits;
    const detail = { reason: reason.trim(), until };
    await insertAsk(tx, { id: context.newId(), kind: "mute", subject: finding, person: context.actor.id, detail });
    return ok(null);
  });

/** Asks that a mute end now. The owner of the identity, or security. */
export const unmute = (context: ClaimContext, { finding }: { readonly finding: string }): Promise<Outcome<null>> =>
  runClaim(context, { action: "finding.unmute", id: finding }, async (tx) => {
    const may = await mayTouch(tx, context, finding);
    if ("refusals" in may) return may;
    await insertAsk(tx, { id: context.newId(), kind: "unmute", subject: finding, person: context.actor.id });
    return ok(null);
  });

async function mayTouch(tx: Tx, { actor }: ClaimContext, id: string): Promise<Outcome<null>> {
  const finding = await readFindingInSight(tx, actor, id);
  if (finding === null) return refuse({ code: "not-found", sentence: "There is no such finding." });
  const may = mayMuteAs(finding.owner, actor);
  if ("refusals" in may || finding.closedAt === null) return may;
  return refuse({ code: "conflict", sentence: "This finding holds no more." });
}
