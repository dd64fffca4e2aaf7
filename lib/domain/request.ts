/** Where a request stands (CORE 5). Kinds other than `provision` end in `done`. */
export const requestStates = [
  "received",
  "refused",
  "awaiting-approval",
  "awaiting-acceptance",
  "resubmit",
  "approved",
  "provisioning",
  "live",
  "done",
  "denied",
  "withdrawn",
  "expired",
  "failed",
] as const;
export type RequestState = (typeof requestStates)[number];
