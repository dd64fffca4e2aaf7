/** Roles that the identity provider's groups give; everyone signed in may request. Owner, backup and *ends it* are relations. */
export const roles = ["security", "operator", "auditor"] as const;
export type Role = (typeof roles)[number];

/** The person whose session asks. `id` is the canonical person: two linked logins share it. */
export interface Actor {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly teams: readonly string[];
  /** Session row that speaks for them; `readOnly` when it was opened while no worker could verify the sign-in. */
  readonly session: string;
  readonly readOnly: boolean;
}

/** Who looks: what scopes every row that `db/read` returns. */
export interface Viewer {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly teams: readonly string[];
}

/** Security, operator and auditor see every request and identity; others see own teams' and those they stand in a relation to. */
export const seesEverything = (viewer: Viewer): boolean => viewer.roles.length > 0;
