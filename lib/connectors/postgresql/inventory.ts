import type { ObjectState } from "#lib/connectors/connector.ts";

interface LoginSeen {
  readonly name: string;
  readonly oid: string;
  readonly state: ObjectState["state"];
}

export const loginsSeen = (logins: readonly LoginSeen[]): readonly ObjectState[] =>
  logins.map(({ name, oid, state }) => ({ kind: "login", name, externalId: oid, state }));

/** The role stands as its logins do. */
export const objectsOf = (role: string, oid: string, logins: readonly LoginSeen[]): readonly ObjectState[] => [
  { kind: "role", name: role, externalId: oid, state: logins.at(-1)?.state ?? "powerless" },
  ...loginsSeen(logins),
];
