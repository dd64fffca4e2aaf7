import { type Binding, type CredentialModel, credentialModels } from "./charter.ts";

export interface Ladder {
  /** The best rung that target and workload allow. */
  readonly best: CredentialModel;
  /** The rung the blueprint makes, when it is allowed at all; else the best. */
  readonly credential: CredentialModel;
  /** One sentence: why this rung, and why not a better one. */
  readonly sentence: string;
}

const inWords: { readonly [C in CredentialModel]: string } = {
  "platform-native": "a platform-native credential",
  federated: "a federated credential",
  "short-lived": "a short-lived credential",
  dynamic: "a dynamic credential",
  static: "a static, vaulted credential",
};

/** What a workload can prove by itself: a pipeline has its own signed token, a host or job named in words has nothing. */
const provable: { readonly [K in Binding["kind"]]: readonly CredentialModel[] } = {
  github: ["federated", "short-lived", "dynamic", "static"],
  workload: ["dynamic", "static"],
};

const whyNot = (model: CredentialModel, target: readonly CredentialModel[]): string =>
  target.includes(model)
    ? `${inWords[model]} needs a workload that can prove who it is`
    : `this target does not offer ${inWords[model]}`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * The best credential model for a target's offer and a workload, with the sentence why not a better one. Null when the
 * target offers nothing that the workload could use.
 */
export function ladder(
  wanted: CredentialModel,
  target: readonly CredentialModel[],
  workload: Binding["kind"],
): Ladder | null {
  const allowed = credentialModels.filter((model) => target.includes(model) && provable[workload].includes(model));
  const [best] = allowed;
  if (best === undefined) return null;
  const credential = allowed.includes(wanted) ? wanted : best;
  if (credential !== best)
    return {
      best,
      credential,
      sentence: `${capital(inWords[credential])}; ${inWords[best]} would be better and is possible here.`,
    };
  const next = credentialModels[credentialModels.indexOf(best) - 1];
  const because = next === undefined ? "" : `: ${whyNot(next, target)}`;
  return { best, credential, sentence: `${capital(inWords[best])} is the best possible here${because}.` };
}
