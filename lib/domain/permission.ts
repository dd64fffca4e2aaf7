import type { Level } from "./reach.ts";

/** Actions on resources in a target type's own terms: `s3:PutObject` on an ARN, `SELECT` on `table:orders/public/invoices`. */
export interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** Something that the composer's search finds: a service to look into, or an action to take. */
export type Found =
  | { readonly kind: "service"; readonly service: string; readonly title: string }
  | {
      readonly kind: "action";
      /** As a grant names it. */
      readonly action: string;
      /** What it belongs to, in words: the service's name, or what it is granted on. */
      readonly of: string;
      readonly level: Level;
      readonly description: string;
      /** How a resource for it is written; none where it cannot be limited to one. */
      readonly patterns: readonly string[];
    };

/** One action of a grant as it is explained back. */
export interface ActionShown {
  readonly action: string;
  /** Null: no data knows it. */
  readonly level: Level | null;
  readonly description: string;
  /** How many actions a wildcard stands for; null without one. */
  readonly standsFor: number | null;
}
export interface GrantShown {
  readonly actions: readonly ActionShown[];
  /** How a resource for these actions is written; empty where they work on everything or nothing. */
  readonly patterns: readonly string[];
  /** Resources that are open-ended, as written. */
  readonly open: readonly string[];
}

/** What is wrong (`bad`: it cannot be asked for so) or worth knowing (`warn`) at one field of what was composed. */
export interface Remark {
  readonly tone: "warn" | "bad";
  /** `need.grants.0.resources.1` */
  readonly field: string;
  readonly sentence: string;
  readonly mend?: string;
}
export interface Explained {
  readonly grants: readonly GrantShown[];
  readonly remarks: readonly Remark[];
}

/** What an error message of a target tells: what was denied as a permission that may mend it, and what it cannot tell. */
export interface DenialRead {
  readonly grants: readonly Grant[];
  readonly said: readonly { readonly tone: "info" | "warn" | "bad"; readonly sentence: string }[];
}

/** Grants that say the same, without repetition: those of the same resources are one. */
export function merged(grants: readonly Grant[]): readonly Grant[] {
  const byResources = new Map<string, Grant>();
  for (const { actions, resources } of grants) {
    const key = [...resources].sort().join("\n");
    const known = byResources.get(key);
    byResources.set(key, { actions: [...new Set([...(known?.actions ?? []), ...actions])], resources });
  }
  return [...byResources.values()];
}

export const mostGrants = 40;
export const mostInGrant = 100;

/**
 * The parameters with which a reach pack's grants become these, grant by grant in the pack's order; null where they cannot.
 * A text may fit in more ways than one: whoever asks makes the grants again and compares.
 */
export function parametersOf(
  pack: readonly Grant[],
  names: readonly string[],
  grants: readonly Grant[],
): { readonly [name: string]: string } | null {
  if (pack.length !== grants.length) return null;
  const pairs = pack.flatMap(({ actions, resources }, at) => {
    const grant = grants[at];
    const same = grant?.actions.join() === actions.join() && grant.resources.length === resources.length;
    return same ? resources.map((template, index) => ({ template, text: grant.resources[index] ?? "" })) : [null];
  });
  const found = new Map<string, string>();
  for (const pair of pairs) {
    const read = pair === null ? null : readTemplate(pair.template, pair.text, names);
    if (read === null) return null;
    for (const [name, value] of read) {
      if ((found.get(name) ?? value) !== value) return null;
      found.set(name, value);
    }
  }
  return Object.fromEntries(found);
}

/** What stands in each named place of a template; null where the text is another. */
function readTemplate(
  template: string,
  text: string,
  names: readonly string[],
): readonly (readonly [string, string])[] | null {
  const parts = template.split(/\{([a-z][a-zA-Z]*)\}/);
  const asked = parts.filter((part, at) => at % 2 === 1 && names.includes(part));
  const pattern = parts
    .map((part, at) => (at % 2 === 0 ? literally(part) : names.includes(part) ? "(.+?)" : literally(`{${part}}`)))
    .join("");
  const match = new RegExp(`^${pattern}$`).exec(text);
  return match === null ? null : asked.map((name, at) => [name, match[at + 1] ?? ""] as const);
}

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
