/** What is asked of keys, and signatures on what the worker's host does. */
export type KeyAskKind = "enrol-key" | "revoke-key" | "invite-key" | "confirm-key" | "sign-bundle" | "sign-link";

/** What is asked and is not a request. */
export type AskKind =
  | "withdraw"
  | "end-overlap"
  | "take-back"
  | "retry"
  | "check"
  | "mute"
  | "unmute"
  | "question"
  | KeyAskKind;
