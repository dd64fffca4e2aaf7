import { z } from "zod";
import { type Outcome, ok, type Refusal, refuse } from "#lib/domain/refusal.ts";
import type { Statement } from "./statement.ts";

const field = "need.pasted";
const limits = { characters: 20_000, depth: 8 };

const texts = z.union([z.string().transform((one) => [one]), z.array(z.string()).min(1).max(400)]);
const documentSchema = z.object({
  Version: z.string().optional(),
  Statement: z.union([z.array(z.looseObject({})).min(1).max(40), z.looseObject({}).transform((one) => [one])]),
});
const conditionSchema = z.record(
  z.string(),
  z.record(z.string(), z.union([z.string(), z.array(z.string()).max(100), z.boolean(), z.number()])),
);

/**
 * Reads a pasted IAM policy into statements, or says at the field what cannot be taken over. Conservative: only Allow
 * with listed actions and resources; what would allow "everything but" is refused, and so is a Deny, because dropping it
 * would widen the policy.
 */
export function readPolicy(pasted: string): Outcome<readonly Statement[]> {
  if (pasted.length > limits.characters)
    return no(
      "The pasted policy is too long.",
      `IAM takes at most 10,240 characters; paste less than ${limits.characters}.`,
    );
  const value = parse(pasted);
  if (value === undefined) return no("This is not JSON.", "Paste the policy document as IAM shows it, from { to }.");
  if (tooDeep(value, limits.depth))
    return no("The pasted policy is nested too deeply.", "Paste a plain IAM policy document.");
  const document = documentSchema.safeParse(value);
  if (!document.success)
    return no("This JSON is no IAM policy: it has no list of statements.", 'It needs "Statement": […].');
  if (document.data.Version !== undefined && document.data.Version !== "2012-10-17")
    return no(`Policy version ${document.data.Version} is out of date.`, 'Use "Version": "2012-10-17".');
  return collect(document.data.Statement);
}

function collect(raw: readonly Record<string, unknown>[]): Outcome<readonly Statement[]> {
  const statements: Statement[] = [];
  const refusals: Refusal[] = [];
  for (const [index, statement] of raw.entries()) {
    const read = readStatement(statement, `Statement ${index + 1}`);
    if ("ok" in read) statements.push(read.ok);
    else refusals.push(...read.refusals);
  }
  const [first, ...rest] = refusals;
  return first === undefined ? ok(statements) : refuse(first, ...rest);
}

const unreadable: readonly { readonly key: string; readonly sentence: string; readonly mend: string }[] = [
  { key: "NotAction", sentence: "allows everything except a list (NotAction)", mend: "List the actions it needs." },
  {
    key: "NotResource",
    sentence: "covers everything except a list (NotResource)",
    mend: "List the resources it needs.",
  },
  {
    key: "Principal",
    sentence: "names a principal, so this is a trust policy",
    mend: "Paste the permissions policy; Charter writes the trust.",
  },
  {
    key: "NotPrincipal",
    sentence: "names principals to leave out",
    mend: "Paste the permissions policy; Charter writes the trust.",
  },
];

function readStatement(statement: Record<string, unknown>, label: string): Outcome<Statement> {
  if (statement.Effect === "Deny")
    return no(
      `${label} denies; only what is allowed can be requested.`,
      "Leave the Deny out and list only what is needed: nothing else is granted.",
    );
  if (statement.Effect !== "Allow") return no(`${label} has no effect.`, 'Each statement needs "Effect": "Allow".');
  const found = unreadable.find(({ key }) => statement[key] !== undefined);
  if (found !== undefined) return no(`${label} ${found.sentence}.`, found.mend);
  const known = new Set(["Sid", "Effect", "Action", "Resource", "Condition"]);
  const stray = Object.keys(statement).find((key) => !known.has(key));
  if (stray !== undefined) return no(`${label} has a part that IAM does not know: ${shown(stray)}.`, "Remove it.");
  const actions = texts.safeParse(statement.Action);
  if (!actions.success) return no(`${label} lists no actions.`, 'Add "Action": ["service:Action"].');
  const resources = texts.safeParse(statement.Resource);
  if (!resources.success) return no(`${label} lists no resources.`, 'Add "Resource": ["arn:…"].');
  const conditions = readConditions(statement.Condition);
  if (conditions === null)
    return no(`${label} has a condition that cannot be read.`, "Write it as operator, key, value, as IAM shows it.");
  return ok({ actions: actions.data, resources: resources.data, ...(conditions === undefined ? {} : { conditions }) });
}

function readConditions(value: unknown): Statement["conditions"] | null {
  if (value === undefined) return undefined;
  const read = conditionSchema.safeParse(value);
  if (!read.success) return null;
  const text = (one: string | readonly string[] | boolean | number) => (Array.isArray(one) ? [...one] : String(one));
  const inner = (keys: Record<string, string | string[] | boolean | number>) =>
    Object.fromEntries(Object.entries(keys).map(([key, one]) => [key, text(one)]));
  return Object.fromEntries(Object.entries(read.data).map(([operator, keys]) => [operator, inner(keys)]));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const tooDeep = (value: unknown, left: number): boolean =>
  typeof value === "object" &&
  value !== null &&
  (left === 0 || Object.values(value).some((one) => tooDeep(one, left - 1)));

const shown = (text: string): string => text.replace(/[^\w:-]/g, "").slice(0, 40);
const no = (sentence: string, mend: string) => refuse({ code: "invalid", sentence, field, mend });
