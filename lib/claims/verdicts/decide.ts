import { readRequestInSight } from "#db/read/request-in-sight.ts";
import { insertVerdict } from "#db/store/claims.ts";
import { readVersion } from "#db/store/requests.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { mayReceiveVerdict } from "#lib/domain/request.ts";
import { whyNotPlain } from "#lib/domain/text.ts";
import { type ClaimContext, runClaim } from "../run.ts";

/** One person's word on exactly the version and plan they saw. */
export interface VerdictInput {
  readonly request: string;
  readonly version: number;
  readonly planDigest: string;
  readonly stage: number;
  readonly verdict: "approve" | "deny";
  readonly reason: string;
}

/**
 * Hands in a verdict. Refused to who lacks the stage's role, to everyone who asked for it, on anything but the newest plan;
 * a denial needs its reason. The worker checks all of it again before the verdict counts.
 */
export const decide = (context: ClaimContext, input: VerdictInput): Promise<Outcome<null>> =>
  runClaim(context, { action: `verdict.${input.verdict}`, id: input.request }, async (tx) => {
    const { actor } = context;
    const found = await readRequestInSight(tx, actor, input.request);
    if (found === null || found.state === null)
      return refuse({ code: "not-found", sentence: "There is no such request." });
    const { request, state } = found;
    const stage = state.stages[input.stage];
    const asked = await readVersion(tx, request.id, state.requestVersion);
    if (request.requester === actor.id || asked?.person === actor.id) {
      return refuse({ code: "forbidden", sentence: "Nobody approves what they asked for." });
    }
    if (stage === undefined || !actor.roles.some((role) => role === stage.role)) {
      return refuse({ code: "forbidden", sentence: `Only ${stage?.role ?? "nobody"} decides this stage.` });
    }
    const open = mayReceiveVerdict(state.state);
    if ("refusals" in open) return open;
    if (state.requestVersion !== input.version || state.planDigest !== input.planDigest) {
      return refuse({
        code: "conflict",
        sentence: "It has changed since you looked.",
        mend: "Look at the new version.",
      });
    }
    const reason = input.reason.replace(/\s+/g, " ").trim();
    const why = whyNotPlain(reason, { min: input.verdict === "deny" ? 3 : 0, max: 2000 });
    if (why !== null) return refuse({ code: "invalid", field: "reason", sentence: why });
    const fresh = await insertVerdict(tx, { ...input, reason, id: context.newId(), person: actor.id });
    return fresh ? ok(null) : refuse({ code: "conflict", sentence: "You have already decided." });
  });
