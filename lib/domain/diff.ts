import type { Charter } from "./charter.ts";
import type { Json } from "./json.ts";
import type { Plan } from "./plan.ts";

/** One field that two versions differ in, each side in words; null where that side has nothing. */
export interface Difference {
  readonly field: string;
  /** Heading for people: "Data classification". */
  readonly label: string;
  readonly before: string | null;
  readonly after: string | null;
}

const labels: { readonly [F in keyof Charter]: string } = {
  name: "Name",
  blueprint: "Blueprint",
  target: "Target",
  environment: "Environment",
  purpose: "Purpose",
  service: "Business service",
  team: "Team",
  owner: "Owner",
  backup: "Backup",
  endsIt: "Ends it",
  classification: "Data classification",
  dataDomains: "Data domains",
  binding: "What runs it",
  credential: "Credential",
  rotation: "Rotation",
  endsAt: "Ends",
  retireWhen: "Retires when",
  exception: "Exception",
  spec: "What it must do",
};

type Names = { readonly [id: string]: string };

/** Field by field in the charter's order, leaf by leaf inside a field; ids become names where `names` has them. */
export function charterDiff(before: Charter, after: Charter, names: Names = {}): readonly Difference[] {
  return (Object.keys(labels) as (keyof Charter)[]).flatMap((field) =>
    leaves(field, { before: asJson(before[field]), after: asJson(after[field]) }).map((one) =>
      inWords(one, labels[field], names),
    ),
  );
}

/** Objects that a plan gains, loses or changes, then its storage and end. */
export function planDiff(before: Plan, after: Plan): readonly Difference[] {
  const key = (object: Plan["objects"][number]) => `${object.kind} ${object.name}`;
  const both = [...new Set([...before.objects, ...after.objects].map(key))];
  const objects = both.flatMap((name) => {
    const [old, now] = [before, after].map((plan) => plan.objects.find((object) => key(object) === name));
    const title = (now ?? old)?.title ?? name;
    if (old === undefined || now === undefined)
      return [
        {
          field: name,
          label: title,
          before: old === undefined ? null : old.name,
          after: now === undefined ? null : now.name,
        },
      ];
    return leaves(name, { before: old.desired, after: now.desired }).map((one) => inWords(one, title, {}));
  });
  const rest = { storage: "Storage", endsAt: "Ends", target: "Target", entries: "Configuration" } as const;
  return [
    ...objects,
    ...(Object.keys(rest) as (keyof typeof rest)[]).flatMap((field) =>
      leaves(field, { before: asJson(before[field]), after: asJson(after[field]) }).map((one) =>
        inWords(one, rest[field], {}),
      ),
    ),
  ];
}

interface Leaf {
  readonly field: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

const asJson = (value: unknown): Json | undefined => value as Json | undefined;
const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Differing leaves below a value; lists compare as wholes, keys in order of first appearance. */
function leaves(field: string, { before, after }: Omit<Leaf, "field">): readonly Leaf[] {
  if (same(before, after)) return [];
  if (!isObject(before) || !isObject(after)) return [{ field, before, after }];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => leaves(`${field}.${key}`, { before: before[key], after: after[key] }));
}

/** Equal as JSON, whatever the order of keys. */
function same(a: Json | undefined, b: Json | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, index) => same(one, b[index]));
  if (isObject(a) && isObject(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].every((key) => same(a[key], b[key]));
  }
  return a === b;
}

const inWords = ({ field, before, after }: Leaf, label: string, names: Names): Difference => ({
  field,
  label,
  before: say(before, names),
  after: say(after, names),
});

function say(value: Json | undefined, names: Names): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return names[value] ?? value;
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map((one) => say(one, names) ?? "none").join(", ");
  return Object.entries(value)
    .map(([key, one]) => `${key} ${say(one, names) ?? "none"}`)
    .join(", ");
}
