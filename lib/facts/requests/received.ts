import { readOutcome } from "#db/store/inbox.ts";
import { readVersion } from "#db/store/requests.ts";
import { NotYet } from "../answer.ts";
import type { Work } from "../run.ts";

/** Throws `NotYet` while the version that a claim speaks of is sealed but no worker has received it. */
export async function whenReceived(
  work: Work,
  of: { readonly request: string; readonly version: number },
): Promise<void> {
  const outcome = await readOutcome(work.tx, "request_versions", `${of.request}/${of.version}`);
  if (outcome !== null) return;
  const version = await readVersion(work.tx, of.request, of.version);
  if (version !== null) throw new NotYet(`${of.request}/${of.version} is not received yet.`);
}
