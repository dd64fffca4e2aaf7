import { insertIdentity, type NewIdentity } from "#db/store/identities.ts";
import { readAcceptances } from "#db/store/requests.ts";
import type { Entry } from "#lib/audit/entry.ts";
import type { Charter } from "#lib/domain/charter.ts";
import { riskOf } from "#lib/domain/risk.ts";
import type { Releasing } from "../requests/releasing.ts";
import type { Work } from "../run.ts";

/** Records an identity before anything of it exists at its target. Its id is that of the request that founds it. */
export async function recordIdentity(work: Work, { request, version, examined }: Releasing): Promise<Entry> {
  const { plan, reach, facts } = examined;
  const { charter } = version;
  const accepted = await readAcceptances(work.tx, request.id, version.version);
  const risk = riskOf({ charter, reach, similar: facts.similar });
  await insertIdentity(work.tx, {
    ...charterColumns(charter),
    id: plan.identity,
    connector: plan.connector,
    objectName: plan.name,
    state: "provisioning",
    ownerAcceptedAt: accepted[0]?.receivedAt ?? work.now,
    charterRequest: request.id,
    charterVersion: version.version,
    reach,
    risk: risk.points,
    riskParts: risk.parts,
    bornAt: work.now,
  });
  const { name, owner, team, service, environment, endsAt } = charter;
  const detail = { name, objectName: plan.name, target: plan.target, owner, team, service, environment, endsAt };
  return { noun: "identity", id: plan.identity, version: 1, action: "identity.recorded", detail };
}

/** The charter's fields that pages sort and filter by, as columns. */
function charterColumns(charter: Charter) {
  const { name, blueprint, target, environment, purpose, service, team, owner, backup, endsIt } = charter;
  const { classification, credential, endsAt } = charter;
  const columns = { name, blueprint, target, environment, purpose, service, team, owner, endsIt };
  return {
    ...{ ...columns, classification, credential, charter },
    backupPerson: "person" in backup ? backup.person : null,
    backupTeam: "team" in backup ? backup.team : null,
    endsAt: new Date(endsAt),
  } satisfies Partial<NewIdentity>;
}
