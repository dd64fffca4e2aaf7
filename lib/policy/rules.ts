import { type PolicyJson, policySetTextToParts, policyToJson } from "@cedar-policy/cedar-wasm/nodejs";
import { type Role, roles } from "#lib/domain/actor.ts";
import type { Assurance } from "#lib/domain/signature.ts";

/** One rule of a bundle, as a sentence with its source. */
export interface Rule {
  readonly id: string;
  readonly effect: "permit" | "forbid";
  /** The rule in general: what the Policies page lists. */
  readonly sentence: string;
  /** What it says of one request; `{figure}` marks a place to fill. */
  readonly reason: string;
  readonly mend: string | null;
  /** Charter field it concerns. */
  readonly field: string | null;
  readonly controls: readonly string[];
  /** Whom it asks, on permits only: empty means that it lets pass by itself. */
  readonly approvals: readonly { readonly role: Role; readonly count: number }[];
  /** What it asks of whoever decides, accepts and submits, on permits only. */
  readonly assurance: Assurance | null;
  /** Charter fields that policy fills when left open, each from one of the bundle's figures. */
  readonly defaults: readonly { readonly field: string; readonly figure: string }[];
  readonly source: string;
  readonly file: string;
}

/** Fields that policy may fill, and the figure that fills each. */
const fillable = { endsAt: "maxDays", retireWhen: "unusedDays", rotation: "rotateEveryDays" } as const;

const known = new Set(["id", "rule", "reason", "mend", "field", "control", "approval", "assurance", "default"]);
const list = (text: string | undefined): string[] =>
  (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

/** The rules of one file in reading order, or the sentences why it cannot be used. */
export function readRules(
  file: string,
  text: string,
): { readonly rules: readonly Rule[]; readonly problems: readonly string[] } {
  const parts = policySetTextToParts(text);
  if (parts.type === "failure")
    return { rules: [], problems: parts.errors.map((error) => `${file}: ${error.message}`) };
  if (parts.policy_templates.length > 0)
    return { rules: [], problems: [`${file}: templates are not used here; write each rule in full.`] };
  const problems: string[] = [];
  const rules: Rule[] = [];
  for (const source of parts.policies.toSorted((a, b) => text.indexOf(a) - text.indexOf(b))) {
    const parsed = policyToJson(source);
    if (parsed.type === "failure") problems.push(...parsed.errors.map((error) => `${file}: ${error.message}`));
    else {
      const read = readRule(file, source, parsed.json);
      if (typeof read === "string") problems.push(read);
      else rules.push(read);
    }
  }
  return { rules, problems };
}

/** Reads one rule's annotations; a string is the sentence why it cannot be used. */
function readRule(file: string, source: string, json: PolicyJson): Rule | string {
  const { id, rule, reason, mend, field, control, approval, assurance, ...more } = json.annotations ?? {};
  const { default: fills, ...rest } = more;
  const where = `${file}: rule ${id ?? "without an id"}`;
  const foreign = Object.keys(rest).find((name) => !known.has(name));
  if (foreign !== undefined) return `${where}: @${foreign} is not an annotation Charter knows.`;
  if (id === undefined || !/^[a-z0-9][a-z0-9.-]{1,59}$/.test(id))
    return `${where}: @id is lower case letters, digits, dots and hyphens.`;
  if (!rule || !reason) return `${where}: @rule and @reason are sentences that every rule needs.`;
  if (json.effect === "forbid" && !mend) return `${where}: @mend says what would satisfy a rule that refuses.`;
  const asks = approval !== undefined || assurance !== undefined;
  if (json.effect === "forbid" && asks) return `${where}: @approval and @assurance sit on permits only.`;
  if ((assurance ?? "passkey") !== "passkey") return `${where}: @assurance is passkey; nothing else can be asked.`;
  const approvals = list(approval).map(readApproval);
  if (approval !== undefined && (approvals.length === 0 || approvals.includes(null)))
    return `${where}: @approval is role:count, for instance security:2, with a role of ${roles.join(", ")} and a count from 1 to 5.`;
  const defaults = list(fills).map(readDefault);
  if (defaults.includes(null))
    return `${where}: @default is one of ${Object.entries(fillable)
      .map((pair) => pair.join("="))
      .join(", ")}.`;
  return {
    id,
    effect: json.effect,
    sentence: rule,
    reason,
    mend: mend ?? null,
    field: field ?? null,
    controls: list(control),
    approvals: approvals.filter((one) => one !== null),
    assurance: assurance === undefined ? null : "passkey",
    defaults: defaults.filter((one) => one !== null),
    source,
    file,
  };
}

function readApproval(text: string): { role: Role; count: number } | null {
  const [name, digits, ...more] = text.split(":");
  const role = roles.find((one) => one === name);
  return role !== undefined && /^[1-5]$/.test(digits ?? "") && more.length === 0
    ? { role, count: Number(digits) }
    : null;
}

function readDefault(text: string): { field: string; figure: string } | null {
  const pair = Object.entries(fillable).find(([field, figure]) => text === `${field}=${figure}`);
  return pair ? { field: pair[0], figure: pair[1] } : null;
}
