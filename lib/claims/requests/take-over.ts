import type { Tx } from "#db/client.ts";
import { readDraft } from "#db/read/new-request.ts";
import { readRequestInSight } from "#db/read/request-sight.ts";
import { saveDraft } from "#db/store/claims.ts";
import { type RequestRow, readComment, readLatestVersion } from "#db/store/requests.ts";
import { canonical } from "#lib/digest/digest.ts";
import type { Charter, Origins } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { readAnswers } from "#lib/domain/read-answers.ts";
import { readCharter, readOrigins } from "#lib/domain/read-charter.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { maySubmitVersion } from "#lib/domain/request.ts";
import { jsonObject, read } from "#lib/domain/shape.ts";
import type { Assertion } from "#lib/domain/signature.ts";
import type { ClaimContext } from "../run.ts";
import { runSigned, type ToSign } from "../signing.ts";
import { examineNew } from "./examine-new.ts";
import { changeOf } from "./next-change.ts";
import { sealVersion } from "./seal.ts";

export interface TakeOverInput {
  readonly request: string;
  /** The remark that carries the proposal. */
  readonly comment: string;
  /** The gesture of an owner who asks, where policy asks for one. */
  readonly assertion?: Assertion | undefined;
}

/** The requester submits *ask for less* as the next version of the request, exactly as it was proposed. */
export const takeOver = (context: ClaimContext, input: TakeOverInput): Promise<Outcome<null | ToSign>> =>
  runSigned(context, { action: "request.take-over", id: input.request }, async (tx) => {
    const { actor } = context;
    const found = await readRequestInSight(tx, actor, input.request);
    const proposed = await readProposal(tx, input);
    const newest = await readLatestVersion(tx, input.request);
    if (found === null || proposed === null || newest === null)
      return refuse({ code: "not-found", sentence: "There is no such proposal." });
    const mine = found.request.requester === actor.id;
    const taken = proposed.version === newest.version - 1 && canonical(proposed.charter) === canonical(newest.charter);
    if (mine && taken) return ok(null);
    const { version } = newest;
    const asking = { state: found.state?.state ?? "received", requester: found.request.requester, person: actor.id };
    const may = maySubmitVersion({ ...asking, newest: version, version: version + 1 });
    if ("refusals" in may) return may;
    if (proposed.version === version) {
      const done = await sealed(tx, context, {
        ...{ ...proposed, found: found.request, change: newest.change, assertion: input.assertion },
      });
      if ("ok" in done) await keepInDraft(tx, context, { ...proposed, before: newest.charter });
      return done;
    }
    return refuse({
      code: "conflict",
      sentence: "The request has changed since this was proposed.",
      mend: "Edit it yourself, or ask again.",
    });
  });

interface Proposed {
  readonly request: string;
  /** The version it was proposed on. */
  readonly version: number;
  readonly charter: Charter;
  readonly origins: Origins;
}

/** A proposal of this very request, read as unchecked as any claim; null when there is none. */
async function readProposal(tx: Tx, input: TakeOverInput): Promise<Proposed | null> {
  const comment = await readComment(tx, input.comment);
  const proposal = comment?.request === input.request ? comment.proposal : null;
  const charter = proposal ? readCharter(proposal.charter) : null;
  if (comment === null || !proposal || charter === null || "refusals" in charter) return null;
  const origins = readOrigins(proposal.origins, charter.ok);
  if ("refusals" in origins) return null;
  return { request: input.request, version: comment.version, charter: charter.ok, origins: origins.ok };
}

interface Taking extends Proposed {
  readonly found: RequestRow;
  /** The change of the version that is replaced. */
  readonly change: JsonObject;
  readonly assertion: Assertion | undefined;
}

async function sealed(tx: Tx, context: ClaimContext, of: Taking): Promise<Outcome<null>> {
  const { request: id, charter, origins, found } = of;
  const request = { id, kind: found.kind, identity: found.identity, requester: context.actor.id };
  const version = of.version + 1;
  const change = changeOf(found.kind, of.change, charter);
  const examined = await examineNew(tx, { request, version: { version, change }, charter }, [found.receivedAt]);
  if ("refusals" in examined) return examined;
  return sealVersion(tx, context, {
    ...{ request: id, version, charter, origins, change, owner: charter.owner },
    ...{ kind: found.kind, examined: examined.ok, assertion: of.assertion },
  });
}

/**
 * An edit begins with what was taken over, never with what it replaced: the earlier end stands in the draft, and reach that
 * was narrowed is asked for anew, since no answer says it.
 */
async function keepInDraft(tx: Tx, { actor, now }: ClaimContext, of: Proposed & { readonly before: Charter }) {
  const draft = await readDraft(tx, actor, of.request);
  const typed = draft === null ? null : readAnswers(draft.content);
  if (draft === null || typed === null || "refusals" in typed) return;
  const { before, charter } = of;
  const answers = {
    ...typed.ok,
    ...(canonical(before.spec) !== canonical(charter.spec) && { need: null }),
    ...(before.endsAt !== charter.endsAt && { edits: { ...typed.ok.edits, endsAt: charter.endsAt } }),
  };
  const content = read(jsonObject, answers);
  if ("refusals" in content) return;
  await saveDraft(tx, { id: draft.id, person: actor.id, blueprint: draft.blueprint, content: content.ok }, now);
}
