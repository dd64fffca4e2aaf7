/** Roles as people read them. */
export const roleWords = { security: "Security", operator: "Operator", auditor: "Auditor" } as const;
