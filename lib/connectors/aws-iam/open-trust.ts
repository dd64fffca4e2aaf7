import { z } from "zod";
import type { JsonObject } from "#lib/domain/json.ts";

const texts = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const statementSchema = z.object({
  Effect: z.string(),
  Principal: z.union([z.string(), z.record(z.string(), texts)]).optional(),
  NotPrincipal: z.unknown().optional(),
  Condition: z.record(z.string(), z.record(z.string(), texts)).optional(),
});
const documentSchema = z.object({
  Statement: z.union([statementSchema.transform((one) => [one]), z.array(statementSchema)]),
});
type Statement = z.infer<typeof statementSchema>;
interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/**
 * Why more than a known party may assume a role with this trust: a principal `*`, everybody but somebody, or a web identity
 * whose subject is not pinned. Empty when the document names whom it trusts; an unreadable one says so. Source: AWS's
 * reference of policy elements; a `*` is a pattern only in ARN principals' place and under StringLike.
 */
export function openTrust(document: JsonObject | null): readonly string[] {
  const read = documentSchema.safeParse(document);
  if (!read.success) return ["its trust document cannot be read"];
  return read.data.Statement.filter(({ Effect }) => Effect === "Allow").flatMap(whyOpen);
}

function whyOpen(statement: Statement): readonly string[] {
  const conditions = conditionsOf(statement);
  const { Principal } = statement;
  if (statement.NotPrincipal !== undefined) return ["everybody may assume it except those it names"];
  const anyone = Principal === "*" || (typeof Principal === "object" && (Principal.AWS ?? []).includes("*"));
  if (anyone)
    return [
      conditions.length === 0
        ? "anyone in any AWS account may assume it"
        : "anyone who meets its condition may assume it",
    ];
  const issuers = typeof Principal === "object" ? (Principal.Federated ?? []) : [];
  return issuers.flatMap((issuer) => openSubject(shortIssuer(issuer), conditions));
}

const conditionsOf = ({ Condition = {} }: Statement): readonly Condition[] =>
  Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => ({ operator, key, values })),
  );

const shortIssuer = (principal: string): string =>
  principal.includes("oidc-provider/") ? principal.slice(principal.indexOf("oidc-provider/") + 14) : principal;

/** SAML and Cognito pin by other keys than a subject: a SAML provider is the company's own, Cognito's audience is one pool. */
function openSubject(issuer: string, conditions: readonly Condition[]): readonly string[] {
  if (issuer.includes(":saml-provider/")) return [];
  const pinned = issuer === "cognito-identity.amazonaws.com" ? ":aud" : ":sub";
  const subjects = conditions.filter(({ key }) => key.toLowerCase() === `${issuer}${pinned}`.toLowerCase());
  const pins = subjects.filter(({ operator }) => pinning.test(operator));
  if (pins.length === 0) return [`any subject of ${issuer} may assume it`];
  const patterns = pins.map(patternsOf);
  // All conditions must hold: one that names subjects exactly pins them, whatever the others allow.
  if (patterns.some(({ length }) => length === 0)) return [];
  return patterns.flat().map((value) => `its subject is a pattern: ${value}`);
}

/**
 * Operators that let only subjects in that they name. The others let in who is not named (…Not…), whose token has no such claim
 * (…IfExists, ForAllValues), or everybody who has one (Null).
 */
const pinning = /^(ForAnyValue:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like))$/i;

const patternsOf = ({ operator, values }: Condition): readonly string[] =>
  /like|arn/i.test(operator) ? values.filter((value) => /[*?]/.test(value)) : [];
