import { type CredentialModel, credentialModels } from "#lib/domain/charter.ts";

export interface Candidate {
  readonly id: string;
  readonly title: string;
  readonly group: string;
  readonly connector: string;
  readonly credential: CredentialModel;
}

/** The three answers of *not sure?*: what uses it, where it must get in, whether its platform gives it a token of its own. */
export interface Unsure {
  readonly group: string;
  readonly connector: string;
  readonly token: boolean;
}

const rung = ({ credential }: Candidate): number => credentialModels.indexOf(credential);

/** The blueprint with the best credential model that the answers allow; null when none fits that target. A token helps only a blueprint made for that workload. */
export function propose<Card extends Candidate>(blueprints: readonly Card[], of: Unsure): Card | null {
  const possible = blueprints.filter(
    (one) => one.connector === of.connector && (one.credential !== "federated" || (of.token && one.group === of.group)),
  );
  const fits = (one: Card): number => (one.group === of.group ? 0 : 1);
  return possible.toSorted((a, b) => rung(a) - rung(b) || fits(a) - fits(b))[0] ?? null;
}

/** Why this credential model and not a better one, in a sentence. */
export function whyThisRung({ credential }: Candidate, { token }: Unsure): string {
  if (credential === "federated") return "It proves who it is with its own token, so no secret exists.";
  if (credential !== "static") return "Nothing that lasts is handed out.";
  return token
    ? "No blueprint here takes that workload's token yet, so a key is made, stored in the vault and rotated. Production needs a dated exception."
    : "Without a token of its own it needs a stored secret: made by Charter, kept in the vault, rotated. Production needs a dated exception.";
}
