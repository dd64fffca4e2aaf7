import type { Level, Reach } from "../reach.ts";

const verbs: { readonly [L in Level]: string } = {
  permissions: "Change permissions of",
  write: "Write to",
  read: "Read",
  list: "List",
  tagging: "Tag",
};
const mostFirst: readonly Level[] = ["permissions", "write", "read", "list", "tagging"];

/**
 * One short phrase for tables from the highest level held: "Write to 1 bucket", "Read 3 tables, everywhere". `noun` is the
 * connector's word for its resources, singular and plural.
 */
export function reachPhrase(
  reach: Omit<Reach, "phrase">,
  noun: { readonly one: string; readonly many: string },
): string {
  const level = mostFirst.find((one) => reach.services.some((service) => service.levels[one].length > 0));
  if (level === undefined) return reach.unknown.length > 0 ? "Unknown actions" : "Nothing";
  const everywhere = reach.wildcardResources.length > 0;
  const count = reach.resources.length;
  const what = everywhere ? `any ${noun.one}` : `${count} ${count === 1 ? noun.one : noun.many}`;
  return `${verbs[level]} ${what}`;
}
