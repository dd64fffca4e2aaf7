import { z } from "zod";
import { wireError } from "./protocol.ts";
import type { Account } from "./state.ts";

/** What IAM itself checks of names, tags, boundaries and documents: limits from AWS's API model and quota page. */

export function checkName(name: string, longest: number): void {
  if (name.length <= longest && /^[\w+=,.@-]+$/.test(name)) return;
  throw wireError(
    "ValidationError",
    `1 validation error detected: Value at 'name' failed to satisfy constraint: [\\w+=,.@-]+, at most ${longest} characters`,
  );
}

export function checkPath(path: string): void {
  if (path.length <= 512 && /^(\/|\/[\u0021-\u007e]+\/)$/.test(path)) return;
  throw wireError(
    "ValidationError",
    "The specified value for path is invalid. It must begin and end with / and contain only ASCII.",
  );
}

export function checkTags(tags: Readonly<Record<string, string>>): void {
  const entries = Object.entries(tags);
  if (entries.length > 50) throw wireError("LimitExceeded", "Cannot exceed quota for TagsPerRole: 50");
  for (const [key, value] of entries) {
    const legal = (text: string) => /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text);
    if (key.length < 1 || key.length > 128 || value.length > 256 || !legal(key) || !legal(value))
      throw wireError(
        "ValidationError",
        `1 validation error detected: Value at 'tags' failed to satisfy constraint: ${key}`,
      );
  }
}

export function checkBoundary(account: Account, arn: string | undefined): string | null {
  if (arn === undefined) return null;
  if (account.policies[arn] !== undefined || /^arn:[a-z-]+:iam::aws:policy\//.test(arn)) return arn;
  throw wireError("NoSuchEntity", `Scope ARN: ${arn} does not exist or is not attachable.`);
}

const oneOrMore = z.union([z.string(), z.array(z.string()).min(1)]);
const conditions = z.record(z.string(), z.record(z.string(), oneOrMore));
const base = z.object({
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  Action: oneOrMore,
  Condition: conditions.optional(),
});
const principal = z.union([
  z.literal("*"),
  z.strictObject({ AWS: oneOrMore.optional(), Federated: oneOrMore.optional(), Service: oneOrMore.optional() }),
]);
const trustSchema = z.strictObject({
  Version: z.literal("2012-10-17"),
  Statement: z.array(base.extend({ Principal: principal }).strict()).min(1),
});
const policySchema = z.strictObject({
  Version: z.literal("2012-10-17"),
  Id: z.string().optional(),
  Statement: z.array(base.extend({ Resource: oneOrMore }).strict()).min(1),
});
export type Trust = z.infer<typeof trustSchema>;

const malformed = (message: string) => wireError("MalformedPolicyDocument", message);

function parsed(text: string): unknown {
  if (!/^[\s\u0020-\u00ff]+$/.test(text)) throw malformed("The policy contains invalid characters.");
  try {
    return JSON.parse(text);
  } catch {
    throw malformed("This policy contains invalid Json");
  }
}

export const many = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === "string" ? [value] : value;

/** A trust document as IAM accepts it: STS actions only, principals that exist, no resource. */
export function checkTrust(account: Account, text: string): Trust {
  const read = trustSchema.safeParse(parsed(text));
  if (!read.success) throw malformed("Has prohibited field or missing required field");
  if (text.replace(/\s/g, "").length > 2048)
    throw wireError("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048");
  for (const statement of read.data.Statement) {
    if (many(statement.Action).some((action) => !/^sts:(AssumeRole|TagSession|SetSourceIdentity)/.test(action)))
      throw malformed("AssumeRole policy may only specify STS AssumeRole actions");
    checkPrincipal(account, statement.Principal);
  }
  return read.data;
}

function checkPrincipal(account: Account, given: z.infer<typeof principal>): void {
  if (given === "*") return;
  const federated = many(given.Federated).find(
    (arn) => !/^arn:[a-z-]+:iam::\d{12}:(oidc-provider|saml-provider)\/.+$/.test(arn) && !/^[a-z0-9.]+$/.test(arn),
  );
  if (federated !== undefined) throw malformed("Federated principals must be valid domain names or SAML metadata ARNs");
  const unknown = many(given.AWS).find(
    (arn) => arn !== "*" && !/^(\d{12}|arn:[a-z-]+:iam::\d{12}:root)$/.test(arn) && !exists(account, arn),
  );
  if (unknown !== undefined) throw malformed(`Invalid principal in policy: "AWS":"${unknown}"`);
}

const exists = (account: Account, arn: string): boolean =>
  [...Object.values(account.roles), ...Object.values(account.users)].some((holder) => holder.arn === arn);

/** A permissions document as IAM accepts it. */
export function checkPolicy(text: string): void {
  const read = policySchema.safeParse(parsed(text));
  if (!read.success) throw malformed("Syntax errors in policy.");
  const bad = read.data.Statement.flatMap(({ Action }) => many(Action)).find(
    (action) => action !== "*" && !/^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$/.test(action),
  );
  if (bad !== undefined)
    throw malformed(`Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc: ${bad}`);
  const resource = read.data.Statement.flatMap(({ Resource }) => many(Resource)).find(
    (one) => one !== "*" && !/^arn:[^:]+:[^:]+:[^:]*:[^:]*:.+$/.test(one),
  );
  if (resource !== undefined) throw malformed(`Resource ${resource} must be in ARN format or "*".`);
}
