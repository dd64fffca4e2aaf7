import { lockState, readRequest, readVersion, type VersionRow } from "#db/store/requests.ts";
import { digest } from "#lib/digest/digest.ts";
import type { Charter } from "#lib/domain/charter.ts";
import { judgedAt } from "#lib/domain/instant.ts";
import { readCharter, readOrigins } from "#lib/domain/read-charter.ts";
import { type Outcome, ok, type Refusals, refuse } from "#lib/domain/refusal.ts";
import type { Installation } from "#lib/judgement/draw-plan.ts";
import { examine } from "#lib/judgement/examine.ts";
import { type Answer, refusalsJson, refused } from "../answer.ts";
import type { Command, Work } from "../run.ts";
import { type Asked, whyNotAsked } from "./authority.ts";
import { decided } from "./decide.ts";
import { moveRequest } from "./stand.ts";

export interface Receive {
  readonly request: string;
  readonly version: number;
  readonly installation: Installation;
}

/**
 * Takes one sealed version: checks who asks, reads the charter as claimed, draws the plan anew and asks policy. A first
 * version that may not be is kept as *refused*; a later one leaves the request where it stood. A plan that is no longer
 * what the requester saw goes back as *resubmit*. Receiving a version voids every verdict on those before it.
 */
export const receiveVersion: Command<Receive, Answer> = async (work, input) => {
  const [request, version, before] = await Promise.all([
    readRequest(work.tx, input.request),
    readVersion(work.tx, input.request, input.version),
    lockState(work.tx, input.request),
  ]);
  if (request === null || version === null) return refuse({ code: "not-found", sentence: "There is no such request." });
  const asked = await whyNotAsked(work, { request, version, before });
  if (asked !== null) return { refusals: asked };
  const read = readSealed(version);
  const reading = { tx: work.tx, now: judgedAt([request.receivedAt, version.receivedAt], work.now) };
  const examined =
    "refusals" in read
      ? read
      : await examine(reading, { request, version, charter: read.ok, installation: input.installation });
  const received = { request, version, before, installation: input.installation };
  if ("refusals" in examined) return refusedAtOnce(work, received, examined.refusals);
  return decided(work, received, examined.ok);
};

/** The charter exactly as it was sealed: digest over charter, origins and change. */
function readSealed({ charter, origins, change, digest: claimed }: VersionRow): Outcome<Charter> {
  const read = readCharter(charter);
  if ("refusals" in read) return read;
  const from = readOrigins(origins, read.ok);
  if ("refusals" in from) return from;
  if (digest({ charter, origins, change }) === claimed) return ok(read.ok);
  return refuse({
    code: "invalid",
    sentence: "This version is not what its fingerprint says.",
    mend: "Submit it again.",
  });
}

async function refusedAtOnce(work: Work, { request, version, before }: Asked, refusals: Refusals) {
  if (before !== null) return { refusals };
  const about = { request: request.id, requestVersion: version.version };
  const why = { refusals: refusalsJson(refusals) };
  const entry = await moveRequest(work, null, { ...about, state: "refused", detail: { refusals }, why });
  return { ok: await work.record(refused(...refusals), entry) };
}
