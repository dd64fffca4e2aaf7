import type { Queries } from "#db/client.ts";
import { readIdentity, readLife } from "#db/read/identity.ts";
import { readPeopleChoices } from "#db/read/people.ts";
import { readActiveBundle } from "#db/read/planning-facts.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { mayAskAbout } from "#lib/domain/ownership.ts";
import { figuresOf } from "#lib/policy/engine.ts";

const verbs = ["renew", "transfer", "retire"] as const;

/** Everything an identity's page draws, with the verbs that this viewer may use now; null where they may not see it. */
export async function identityPage(db: Queries, viewer: Viewer, id: string) {
  const page = await readIdentity(db, viewer, id);
  if (page === null) return null;
  const { row } = page;
  const behind = { owner: row.owner, backup: row.charter.backup, endsIt: row.endsIt, state: row.state };
  const allowed = verbs.filter((verb) => "ok" in mayAskAbout(verb, behind, viewer));
  const [life, bundle, people] = await Promise.all([
    readLife(db, row.id),
    readActiveBundle(db),
    allowed.includes("transfer") ? readPeopleChoices(db) : [],
  ]);
  const maxDays = bundle === null ? 0 : figuresOf(bundle).maxDays(row.environment, row.credential);
  return { page, life, people, verbs: allowed, maxDays };
}
