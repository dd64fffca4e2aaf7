import { type IdentityRow, type moveIdentity, readObjects } from "#db/store/identities.ts";
import type { IntentRow } from "#db/store/intents.ts";
import { readState, readVersion } from "#db/store/requests.ts";
import type { Entry } from "#lib/audit/entry.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { readCharter } from "#lib/domain/read-charter.ts";
import { beginQuestion } from "../attestations/begin.ts";
import { followException } from "../exceptions/follow.ts";
import type { Work } from "../run.ts";
import { followCredentials } from "./inventory.ts";

/** What becomes of an identity, with its own entry's words and the entries beside it. */
export interface Change {
  readonly move: Parameters<typeof moveIdentity>[2];
  readonly action: `identity.${string}`;
  readonly detail: JsonObject;
  readonly entries: readonly Entry[];
}

/** What a finished intent makes of its identity, whose row the caller holds. */
export async function afterwards(work: Work, intent: IntentRow, identity: IdentityRow): Promise<Change> {
  switch (intent.kind) {
    case "provision":
      return born(work, intent, identity);
    case "retire":
      return {
        move: { event: "removed", retiredAt: work.now, removeAt: null },
        action: "identity.retired",
        detail: { externalId: identity.externalId },
        entries: [
          ...(await followCredentials(work, identity.id, { state: "removed" })),
          ...(await followException(work, { ...carriedBy(intent), exception: null })),
        ],
      };
    case "suspend":
      return {
        move: { event: "suspended" },
        action: "identity.suspended",
        detail: {},
        entries: await followCredentials(work, identity.id, { state: "disabled" }),
      };
    case "resume":
      return {
        move: { event: "resumed" },
        action: "identity.resumed",
        detail: {},
        entries: await followCredentials(work, identity.id, { state: "active" }),
      };
    case "rotate":
      return { move: { event: "rotated" }, action: "identity.rotated", detail: {}, entries: [] };
    case "change-access":
    case "renew":
    case "transfer":
      return sealed(work, intent);
  }
}

/** The main object carries the identity's public name; its id at the target is the identity's. Its last step has read it back as planned. */
async function born(work: Work, intent: IntentRow, identity: IdentityRow): Promise<Change> {
  const objects = await readObjects(work.tx, identity.id);
  const main = objects.find(({ name }) => name === identity.objectName);
  const externalId = main?.externalId ?? null;
  return {
    move: { event: "provisioned", liveAt: work.now, observedAt: work.now, externalId },
    action: "identity.live",
    detail: { externalId },
    entries: [
      ...(await followException(work, { ...carriedBy(intent), exception: identity.charter.exception })),
      ...(await beginQuestion(work, identity)),
    ],
  };
}

const carriedBy = ({ identity, request, requestVersion }: IntentRow) => ({ identity, request, requestVersion });

/** The identity takes over the charter of the request that changed it, with what was counted of it. */
async function sealed(work: Work, intent: IntentRow): Promise<Change> {
  const version = await readVersion(work.tx, intent.request, intent.requestVersion);
  const state = await readState(work.tx, intent.request);
  const charter = readCharter(version?.charter);
  if ("refusals" in charter || state === null)
    throw new Error(`The charter of request ${intent.request} cannot be read.`);
  const { owner, endsAt } = charter.ok;
  const { reach, risk, riskParts } = state;
  const kept = {
    ...{ charter: charter.ok, charterRequest: intent.request, charterVersion: intent.requestVersion },
    ...(reach === null ? {} : { reach, risk, riskParts }),
  };
  if (intent.kind === "change-access") {
    const { added = 0, takenAway = 0 } = intent.plan.change;
    const move = { event: "access-changed", ...kept } as const;
    return { move, action: "identity.access-changed", detail: { added, takenAway }, entries: [] };
  }
  if (intent.kind === "transfer") {
    const move = { event: "transferred", ...kept, owner, ownerAcceptedAt: work.now } as const;
    return { move, action: "identity.transferred", detail: { owner }, entries: [] };
  }
  return {
    move: { event: "renewed", ...kept, endsAt: new Date(endsAt), removeAt: null },
    action: "identity.renewed",
    detail: { endsAt },
    entries: [
      ...(await followCredentials(work, intent.identity, {
        ...(intent.plan.change.staysSuspended === true ? {} : { state: "active" as const }),
        endsAt: new Date(endsAt),
      })),
      ...(await followException(work, { ...carriedBy(intent), exception: charter.ok.exception })),
    ],
  };
}
