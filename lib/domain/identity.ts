export const identityStates = ["provisioning", "live", "suspended", "retiring", "retired", "failed"] as const;
export type IdentityState = (typeof identityStates)[number];
