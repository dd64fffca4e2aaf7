import type { Queries } from "#db/client.ts";
import { readRequest, readState, type VersionRow } from "#db/store/requests.ts";
import type { Refusals } from "#lib/domain/refusal.ts";
import { maySubmitVersion } from "#lib/domain/request.ts";
import type { ClaimContext } from "../run.ts";

/** Why a request that is there may have no further version; null when it may. */
export async function whyNotNext(
  tx: Queries,
  { actor }: Pick<ClaimContext, "actor">,
  { request, version }: VersionRow,
): Promise<{ readonly refusals: Refusals } | null> {
  const asked = await readRequest(tx, request);
  const state = (await readState(tx, request))?.state ?? "received";
  const asking = { state, requester: asked?.requester ?? null, person: actor.id };
  const may = maySubmitVersion({ ...asking, newest: version, version: version + 1 });
  return "refusals" in may ? may : null;
}
