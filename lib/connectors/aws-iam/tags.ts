import type { Labels } from "#lib/connectors/connector.ts";
import type { Charter } from "#lib/domain/charter.ts";
import type { Mark } from "#lib/domain/target.ts";

/** Tags that prove an object is ours. */
export const markTags = {
  installation: "charter:installation",
  intent: "charter:intent",
  mark: "charter:mark",
} as const;

export type Tags = Readonly<Record<string, string>>;

/** Tags that tell a stranger at the AWS console what an object is for; the mark is added by the worker. */
export const describingTags = (charter: Charter, labels: Labels): Tags =>
  legalTags({
    "charter:identity": labels.identity,
    "charter:name": charter.name,
    "charter:team": labels.team,
    "charter:service": labels.service,
    "charter:environment": charter.environment,
    "charter:owner": labels.owner,
    "charter:purpose": charter.purpose,
    "charter:ends": charter.endsAt,
    "charter:portal": labels.portal,
  });

const legalTags = (tags: Tags): Tags =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, legal(value)]));

/**
 * A tag value takes letters, digits, spaces and `_.:/=+-@`, at most 256 characters (AWS's own model, `tagValueType`);
 * everything else becomes a hyphen. Cut by code points, so that no half character remains.
 */
export function legal(value: string): string {
  const kept = value.normalize("NFC").replace(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, "-");
  let out = "";
  for (const point of kept) {
    if (out.length + point.length > 256) break;
    out += point;
  }
  return out.trim();
}

export const withMark = (tags: Tags, mark: Mark): Tags => ({
  ...tags,
  [markTags.installation]: mark.installation,
  [markTags.intent]: mark.intent,
  [markTags.mark]: `${mark.key}.${mark.hmac}`,
});

/** The mark an object's tags carry; null when one of its parts is missing. Not verified. */
export function markOf(tags: Tags): Mark | null {
  const { [markTags.installation]: installation, [markTags.intent]: intent, [markTags.mark]: value } = tags;
  const [key, hmac, ...rest] = (value ?? "").split(".");
  if (!installation || !intent || !key || !hmac || rest.length > 0) return null;
  return { installation, intent, key, hmac };
}

export const sameMark = (a: Mark | null, b: Mark): boolean =>
  a !== null && a.installation === b.installation && a.intent === b.intent && a.key === b.key && a.hmac === b.hmac;

export const asTagList = (tags: Tags): { Key: string; Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

export const fromTagList = (
  list: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
): Tags => Object.fromEntries((list ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
