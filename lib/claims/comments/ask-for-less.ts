import { readRequestInSight } from "#db/read/request-in-sight.ts";
import { insertComment } from "#db/store/claims.ts";
import { readVersion, type VersionRow } from "#db/store/requests.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import type { Charter, Origins } from "#lib/domain/charter.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { mayReceiveVerdict } from "#lib/domain/request.ts";
import { jsonObject, read } from "#lib/domain/shape.ts";
import { whyNotPlain } from "#lib/domain/text.ts";
import { type ClaimContext, runClaim } from "../run.ts";
import { oneLine } from "./ask.ts";

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
    const { actor } = context;
    const found = await readRequestInSight(tx, actor, input.request);
    if (found === null || found.state === null)
      return refuse({ code: "not-found", sentence: "There is no such request." });
    if (!found.state.stages.some(({ role }) => actor.roles.some((held) => held === role))) {
      return refuse({ code: "forbidden", sentence: "Only who decides it may ask for less." });
    }
    const open = mayReceiveVerdict(found.state.state);
    if ("refusals" in open) return open;
    const version = await readVersion(tx, input.request, input.version);
    if (version === null || found.state.requestVersion !== input.version) {
      return refuse({
        code: "conflict",
        sentence: "It has changed since you looked.",
        mend: "Look at the new version.",
      });
    }
    const text = oneLine(input.text);
    const why = whyNotPlain(text, { min: 3, max: 2000 });
    if (why !== null) return refuse({ code: "invalid", field: "text", sentence: why });
    const proposal = await narrower(version, { ...input, by: actor.name }, found.state.plan?.connector ?? "");
    if ("refusals" in proposal) return proposal;
    const about = { request: input.request, version: input.version, person: actor.id };
    await insertComment(tx, { id: context.newId(), ...about, text, proposal: proposal.ok });
    return ok(null);
  });

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
  const narrowed = less.drop.length === 0 ? ok(spec.data) : await connector.narrow(spec.data, less.drop);
  if ("refusals" in narrowed) return narrowed;
  const endsAt = less.endsAt ?? charter.endsAt;
  if (endsAt > charter.endsAt) {
    return refuse({ code: "invalid", field: "endsAt", sentence: "Less means an earlier end, not a later one." });
  }
  if (less.drop.length === 0 && endsAt === charter.endsAt) {
    return refuse({ code: "invalid", field: "drop", sentence: "Choose what to drop, or an earlier end." });
  }
  const sealed = read(jsonObject, narrowed.ok);
  if ("refusals" in sealed) return sealed;
  const asked = { how: "inferred", from: `less, asked by ${less.by}` } as const;
  return ok({
    charter: { ...charter, endsAt, spec: sealed.ok },
    origins: {
      ...origins,
      ...(less.drop.length > 0 ? { spec: asked } : {}),
      ...(less.endsAt ? { endsAt: asked } : {}),
    },
  });
}
