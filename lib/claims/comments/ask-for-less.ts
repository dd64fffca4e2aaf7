import type { Tx } from "#db/client.ts";
import { readRequestInSight } from "#db/read/request-sight.ts";
import { insertComment } from "#db/store/claims.ts";
import { type RequestRow, readVersion, type StateRow, type VersionRow } from "#db/store/requests.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import { canonical } from "#lib/digest/digest.ts";
import type { Charter, Origins } from "#lib/domain/charter.ts";
import { instantOf } from "#lib/domain/instant.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { mayReceiveVerdict } from "#lib/domain/request.ts";
import { jsonObject, read } from "#lib/domain/shape.ts";
import { changedSince, noSuchRequest } from "../refusals.ts";
import { readRemark } from "../remark.ts";
import { type ClaimContext, runClaim } from "../run.ts";
import { readMayDecide } from "../verdicts/standing.ts";

export interface LessInput {
  readonly request: string;
  readonly version: number;
  readonly text: string;
  /** Actions to leave out, as the request's reach names them. */
  readonly drop: readonly string[];
  /** An earlier end, ISO; null keeps the one asked for. */
  readonly endsAt: string | null;
}

/** An approver proposes a narrower charter, which the requester may take over as the next version. It decides nothing. */
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
    const text = readRemark(input.text, "text", { min: 3, max: 2000 });
    if ("refusals" in text) return text;
    const proposal = await narrower(version, { ...input, by: actor.name }, state.plan?.connector ?? "");
    if ("refusals" in proposal) return proposal;
    const about = { request: input.request, version: input.version, person: actor.id };
    await insertComment(tx, { id: newId(), ...about, text: text.ok, proposal: proposal.ok });
    return ok(null);
  });

/** Only who may decide one of its stages, while there is something to decide, and only on a birth: later kinds have no reach of their own. */
async function whyNotAsk(tx: Tx, of: { readonly request: RequestRow; readonly state: StateRow }, person: string) {
  const open = mayReceiveVerdict(of.state.state);
  if ("refusals" in open) return open;
  const mayDecide = await readMayDecide(tx, of, person);
  const stages = of.state.stages.map((_, stage) => mayDecide(stage));
  if (!stages.some((one) => "ok" in one)) return stages[0] ?? noSuchRequest;
  if (of.request.kind === "provision") return null;
  return refuse({ code: "conflict", sentence: `There is nothing to narrow in a request to ${of.request.kind}.` });
}

interface Less {
  readonly drop: readonly string[];
  readonly endsAt: string | null;
  readonly by: string;
}

/** The charter with less: the same in everything that was not asked away. What changed carries the asker's name as its origin. */
async function narrower(
  { charter, origins }: VersionRow,
  less: Less,
  kind: string,
): Promise<Outcome<{ readonly charter: Charter; readonly origins: Origins }>> {
  const connector = connectorOf(kind);
  const spec = connector?.spec.safeParse(charter.spec);
  if (connector === undefined || !spec?.success) {
    return refuse({
      code: "invalid",
      sentence: "This target type cannot be narrowed. Deny it, and say what to ask for.",
    });
  }
  const endsAt = earlierEnd(charter, less.endsAt);
  if ("refusals" in endsAt) return endsAt;
  if (less.drop.length === 0 && endsAt.ok === charter.endsAt) {
    return refuse({ code: "invalid", field: "drop", sentence: "Choose what to drop, or an earlier end." });
  }
  const narrowed = less.drop.length === 0 ? ok(spec.data) : await connector.narrow(spec.data, less.drop);
  if ("refusals" in narrowed) return narrowed;
  const sealed = read(jsonObject, narrowed.ok);
  if ("refusals" in sealed) return sealed;
  if (less.drop.length > 0 && canonical(sealed.ok) === canonical(charter.spec)) {
    return refuse({ code: "invalid", field: "drop", sentence: "None of this is in what was asked." });
  }
  const asked = { how: "inferred", from: `less, asked by ${less.by}`.slice(0, 200) } as const;
  const changed = {
    ...(less.drop.length > 0 && { spec: asked }),
    ...(endsAt.ok !== charter.endsAt && { endsAt: asked }),
  };
  return ok({ charter: { ...charter, endsAt: endsAt.ok, spec: sealed.ok }, origins: { ...origins, ...changed } });
}

/** Compared as instants: two texts of one instant may differ. */
function earlierEnd({ endsAt }: Charter, wanted: string | null): Outcome<string> {
  if (wanted === null) return ok(endsAt);
  const [from, to] = [instantOf(endsAt), instantOf(wanted)];
  if (from === null || to === null)
    return refuse({ code: "invalid", field: "endsAt", sentence: "This is not a date." });
  return to <= from
    ? ok(wanted)
    : refuse({ code: "invalid", field: "endsAt", sentence: "Less means an earlier end, not a later one." });
}
