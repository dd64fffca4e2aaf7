import type { Role } from "./actor.ts";
import type { Backup } from "./charter.ts";

/** Who stands where to an identity or a request on one. */
export interface Standing {
  readonly owner: string;
  readonly backup: Backup;
  readonly endsIt: string;
  readonly team: string;
}
export interface Someone {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly teams: readonly string[];
}

const isBackup = (backup: Backup, person: Someone): boolean =>
  "person" in backup ? backup.person === person.id : person.teams.includes(backup.team);

/** Renew, transfer and retire belong to owner, backup, whoever ends it (retire alone), and security (CORE 5). */
export const maySteer = (kind: "renew" | "transfer" | "retire", identity: Standing, person: Someone): boolean =>
  identity.owner === person.id ||
  isBackup(identity.backup, person) ||
  person.roles.includes("security") ||
  (kind === "retire" && identity.endsIt === person.id);

/** Own team's, or one they own, back up or end; security, operator and auditor see every one. */
export const maySee = (identity: Standing, person: Someone): boolean =>
  person.roles.length > 0 ||
  person.teams.includes(identity.team) ||
  identity.owner === person.id ||
  identity.endsIt === person.id ||
  isBackup(identity.backup, person);
