import type { VersionRow } from "#db/store/requests.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import { canonical } from "#lib/digest/digest.ts";
import type { Charter, Origins } from "#lib/domain/charter.ts";
import { instantOf } from "#lib/domain/instant.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { jsonObject, read } from "#lib/domain/shape.ts";

/** What an approver asks away. */
export interface Less {
  /** Actions as the request's reach names them. */
  readonly drop: readonly string[];
  /** An earlier end, ISO; null keeps the one asked for. */
  readonly endsAt: string | null;
  /** Name of who asks. */
  readonly by: string;
}

/** The charter with less: the same in everything that was not asked away. What changed carries the asker's name as its origin. */
export async function narrower(
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
