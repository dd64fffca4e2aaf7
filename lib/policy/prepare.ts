import { preparsePolicySet } from "@cedar-policy/cedar-wasm/nodejs";
import { digest } from "#lib/digest/digest.ts";
import type { PolicyFigures } from "#lib/domain/decision.ts";
import { figuresFile, readFigures } from "./figures.ts";
import { type Rule, readRules } from "./rules.ts";

/** A policy bundle: the content of its files by name, and `digest(files)`. */
export interface Bundle {
  readonly digest: string;
  readonly files: { readonly [file: string]: string };
}

/** A bundle that cannot decide. Whoever meets it refuses to serve: policy fails closed. */
export class PolicyFault extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join(" "));
    this.name = "PolicyFault";
    this.problems = problems;
  }
}

/** A bundle read once: its rules, its figures, and the names of its two parsed policy sets inside Cedar. */
export interface Prepared {
  readonly rules: ReadonlyMap<string, Rule>;
  readonly figures: PolicyFigures;
  readonly all: string;
  readonly permits: string;
}

/** Rules and figures of a bundle's files, or the sentences why they cannot be used. */
export function readBundle(
  files: Bundle["files"],
): { readonly rules: readonly Rule[]; readonly figures: PolicyFigures } | { readonly problems: readonly string[] } {
  const names = Object.keys(files).sort();
  const foreign = names.filter((name) => name !== figuresFile && !name.endsWith(".cedar"));
  const read = names.filter((name) => name.endsWith(".cedar")).map((name) => readRules(name, files[name] ?? ""));
  const rules = read.flatMap((one) => one.rules);
  const figures = readFigures(files[figuresFile]);
  const twice = rules.filter((rule, index) => rules.findIndex((other) => other.id === rule.id) !== index);
  const problems = [
    ...foreign.map((name) => `${name}: a bundle holds .cedar files and ${figuresFile}, nothing else.`),
    ...read.flatMap((one) => one.problems),
    ...twice.map((rule) => `${rule.file}: the id ${rule.id} is taken by another rule.`),
    ...("problems" in figures ? figures.problems : []),
  ];
  if (problems.length > 0 || "problems" in figures) return { problems };
  const defaults = rules.flatMap((rule) => rule.defaults.map(({ field }) => ({ field, rule: rule.id })));
  return { rules, figures: { ...figures, defaults } };
}

const cache = new Map<string, Prepared>();
const digests = new WeakMap<Bundle["files"], string>();

/** Reads a bundle once per digest. Throws `PolicyFault` when it cannot be used or is not what its digest says. */
export function prepare(bundle: Bundle): Prepared {
  const real = digests.get(bundle.files) ?? digest(bundle.files);
  digests.set(bundle.files, real);
  if (real !== bundle.digest) throw new PolicyFault(["The active policy bundle is not what its fingerprint says."]);
  const known = cache.get(bundle.digest);
  if (known !== undefined) return known;
  const read = readBundle(bundle.files);
  if ("problems" in read) throw new PolicyFault(read.problems);
  const prepared: Prepared = {
    rules: new Map(read.rules.map((rule) => [rule.id, rule])),
    figures: read.figures,
    all: parse(`${bundle.digest}/all`, read.rules),
    permits: parse(
      `${bundle.digest}/permits`,
      read.rules.filter((rule) => rule.effect === "permit"),
    ),
  };
  cache.set(bundle.digest, prepared);
  return prepared;
}

function parse(name: string, rules: readonly Rule[]): string {
  const parsed = preparsePolicySet(name, {
    staticPolicies: Object.fromEntries(rules.map((rule) => [rule.id, rule.source])),
  });
  if (parsed.type === "failure") throw new PolicyFault(parsed.errors.map((error) => error.message));
  return name;
}
