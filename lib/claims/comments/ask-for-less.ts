import type { Tx } from "#db/client.ts";
import { readRequestInSight } from "#db/read/request-sight.ts";
import { type RequestRow, readVersion, type StateRow } from "#db/store/requests.ts";
import { type Outcome, type Refusal, type Refusals, refuse } from "#lib/domain/refusal.ts";
import { mayReceiveVerdict } from "#lib/domain/request.ts";
import { changedSince, noSuchRequest } from "../refusals.ts";
import { readRemark } from "../remark.ts";
import { examineNew } from "../requests/examine-new.ts";
import { changeOf } from "../requests/next-change.ts";
import { type ClaimContext, runClaim } from "../run.ts";
import { readMayDecide } from "../verdicts/standing.ts";
import { addRemark } from "./add.ts";
import { type Less, narrower } from "./narrower.ts";

export interface LessInput extends Omit<Less, "by"> {
  readonly request: string;
  readonly version: number;
  readonly text: string;
}

/**
 * An approver proposes a narrower charter, which the requester may take over as the next version. It decides nothing. What
 * could not be submitted is not proposed: refused at `drop` or `endsAt`, in the words of a submission.
 */
export const askForLess = (context: ClaimContext, input: LessInput): Promise<Outcome<null>> =>
  runClaim(context, { action: "comment.ask-for-less", id: input.request }, async (tx) => {
    const { actor, newId } = context;
    const found = await readRequestInSight(tx, actor, input.request);
    if (found === null || found.state === null) return noSuchRequest;
    const { request, state } = found;
    const refused = await whyNotAsk(tx, { request, state }, actor.id);
    if (refused !== null) return refused;
    const version = await readVersion(tx, input.request, input.version);
    if (version === null || state.requestVersion !== input.version) return changedSince;
    if (request.kind === "change-access" && input.endsAt !== null) return notItsEnd;
    const text = readRemark(input.text, "text", { min: 3, max: 2000 });
    if ("refusals" in text) return text;
    const proposal = await narrower(version, { ...input, by: actor.name }, state.plan?.connector ?? "");
    if ("refusals" in proposal) return proposal;
    const { charter } = proposal.ok;
    const change = changeOf(request.kind, version.change, charter);
    const next = { version: input.version + 1, change };
    const examined = await examineNew(tx, { request, version: next, charter }, [request.receivedAt]);
    if ("refusals" in examined) return refuse(...atPlace(examined.refusals));
    const about = { request: input.request, version: input.version, person: actor.id };
    return addRemark(tx, { id: newId(), ...about, text: text.ok, proposal: proposal.ok });
  });

const notItsEnd = refuse({ code: "invalid", field: "endsAt", sentence: "Its end is no part of a change of access." });

/** A narrower reach was chosen by what to drop. */
function atPlace([first, ...rest]: Refusals): Refusals {
  const placed = (refusal: Refusal): Refusal =>
    refusal.field?.startsWith("spec") ? { ...refusal, field: "drop" } : refusal;
  return [placed(first), ...rest.map(placed)];
}

/** Only who may decide one of its stages, while there is something to decide, and only where reach is asked for. */
async function whyNotAsk(tx: Tx, of: { readonly request: RequestRow; readonly state: StateRow }, person: string) {
  const open = mayReceiveVerdict(of.state.state);
  if ("refusals" in open) return open;
  const mayDecide = await readMayDecide(tx, of, person);
  const stages = of.state.stages.map((_, stage) => mayDecide(stage));
  if (!stages.some((one) => "ok" in one)) return stages[0] ?? noSuchRequest;
  if (of.request.kind === "provision" || of.request.kind === "change-access") return null;
  return refuse({ code: "conflict", sentence: `There is nothing to narrow in a request to ${of.request.kind}.` });
}
