import type { Queries } from "#db/client.ts";
import { readIdentityPage } from "#db/read/identity.ts";
import { readLife } from "#db/read/life.ts";
import { readPeopleChoices } from "#db/read/people.ts";
import { readActiveBundle } from "#db/read/planning-facts.ts";
import { databaseClock } from "#db/store/audit.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { fourAnswers } from "#lib/domain/four-answers.ts";
import { mayAskAbout, mayEndOverlap, mayRotate } from "#lib/domain/ownership.ts";
import { figuresOf } from "#lib/policy/engine.ts";
import { findingsOf } from "./finding-view.ts";
import { howToUse } from "./usage.ts";

type IdentityPage = NonNullable<Awaited<ReturnType<typeof readIdentityPage>>>;
const verbs = ["change-access", "renew", "rotate", "transfer", "suspend", "resume", "retire"] as const;

/** Who stands behind it, the credentials it holds, and the verbs that this viewer may use now. */
function standingOf({ row, credentials }: IdentityPage, viewer: Viewer) {
  const behind = { owner: row.owner, backup: row.charter.backup, endsIt: row.endsIt, state: row.state };
  const held = credentials.filter(({ state }) => state !== "removed");
  const rotates = connectorOf(row.connector)?.capabilities.has("rotate") === true && "ok" in mayRotate(held);
  const allowed = verbs.filter((verb) => "ok" in mayAskAbout(verb, behind, viewer) && (verb !== "rotate" || rotates));
  return { behind, held, allowed };
}

/** The verbs that a viewer may use on an identity now, and its name; null where they may not see it. */
export async function verbsOn(db: Queries, viewer: Viewer, id: string) {
  const page = await readIdentityPage(db, viewer, id);
  return page === null ? null : { name: page.row.name, verbs: standingOf(page, viewer).allowed };
}

/** Everything an identity's page draws, with the verbs that this viewer may use now; null where they may not see it. */
export async function identityPage(db: Queries, viewer: Viewer, id: string) {
  const page = await readIdentityPage(db, viewer, id);
  if (page === null) return null;
  const { row } = page;
  const { behind, held, allowed } = standingOf(page, viewer);
  const kept = held.some(({ keptUntil }) => keptUntil !== null);
  const mayEnd = "ok" in mayEndOverlap({ behind, asker: viewer, kept });
  const [now, life, bundle, people, found, use] = await Promise.all([
    databaseClock(db),
    readLife(db, row.id),
    readActiveBundle(db),
    allowed.includes("transfer") ? readPeopleChoices(db) : [],
    findingsOf(db, viewer, row.id),
    row.state === "live"
      ? howToUse(db, { plan: page.plan?.plan ?? null, identity: row, credentials: page.credentials })
      : null,
  ]);
  const answers = fourAnswers({
    charter: row.charter,
    state: row.state,
    owner: { ...page.names.owner, acceptedAt: row.ownerAcceptedAt },
    endsIt: page.names.endsIt,
    service: page.place.service ?? { name: "no service", decommissioned: true },
    observedAt: row.observedAt,
    differences: row.differences,
    endsAt: row.endsAt,
    now,
  });
  const maxDays = bundle === null ? 0 : figuresOf(bundle).maxDays(row.environment, row.credential);
  return { page, answers, life, people, found, use, verbs: allowed, mayEnd, maxDays };
}
