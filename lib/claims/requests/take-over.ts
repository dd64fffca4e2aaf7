import { readInstallation } from "#db/read/planning-facts.ts";
import { readRequestInSight } from "#db/read/request-in-sight.ts";
import { databaseClock } from "#db/store/audit.ts";
import { readComment, readLatestVersion, readState } from "#db/store/requests.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { maySubmitVersion } from "#lib/domain/request.ts";
import { examine } from "#lib/judgement/examine.ts";
import { type ClaimContext, runClaim } from "../run.ts";
import { sealVersion } from "./submit.ts";

export interface TakeOverInput {
  readonly request: string;
  /** The remark that carries the proposal. */
  readonly comment: string;
}

/** The requester submits *ask for less* as the next version of the request, exactly as it was proposed. */
export const takeOver = (context: ClaimContext, input: TakeOverInput): Promise<Outcome<null>> =>
  runClaim(context, { action: "request.take-over", id: input.request }, async (tx) => {
    const { actor } = context;
    const now = await databaseClock(tx);
    const found = await readRequestInSight(tx, actor, input.request);
    const comment = await readComment(tx, input.comment);
    const proposal = comment?.request === input.request ? comment.proposal : null;
    if (found === null || !proposal) return refuse({ code: "not-found", sentence: "There is no such proposal." });
    const [newest, state, installation] = await Promise.all([
      readLatestVersion(tx, input.request),
      readState(tx, input.request),
      readInstallation(tx),
    ]);
    const version = (newest?.version ?? 0) + 1;
    const asking = { state: state?.state ?? "received", requester: found.request.requester, person: actor.id } as const;
    const may = maySubmitVersion({ ...asking, newest: version - 1, version });
    if ("refusals" in may) return may;
    if (comment?.version !== newest?.version || installation === null) {
      return refuse({
        code: "conflict",
        sentence: "The request has changed since this was proposed.",
        mend: "Edit it yourself, or ask again.",
      });
    }
    const { charter, origins } = proposal;
    const request = { id: input.request, kind: "provision", identity: null, requester: actor.id } as const;
    const examined = await examine({ tx, now }, { request, version: { version, change: {} }, charter, installation });
    if ("refusals" in examined) return examined;
    await sealVersion(tx, context, {
      request: input.request,
      version,
      charter,
      origins,
      planDigest: examined.ok.planDigest,
    });
    return ok(null);
  });
