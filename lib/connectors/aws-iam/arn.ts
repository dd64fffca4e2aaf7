import type { AwsSettings } from "./settings.ts";

const partitions = ["aws", "aws-us-gov", "aws-cn", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"];

/** Parts of an ARN as IAM policies write it; the last holds every further colon. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

/** An ARN's parts; null when the text has not all six. Says nothing of what is in them. */
export function readArn(text: string): Arn | null {
  const [arn, partition, service, region, account, ...rest] = text.split(":");
  if (arn !== "arn" || partition === undefined || service === undefined) return null;
  if (region === undefined || account === undefined || rest.length === 0) return null;
  return { partition, service, region, account, resource: rest.join(":") };
}

export interface Problem {
  readonly sentence: string;
  readonly mend: string;
}

/** Why an ARN can stand in no policy, whatever the action: form, partition, account. Placeholders stand for the target's own. */
export function whyNotArn(text: string, settings: AwsSettings | null): Problem | null {
  const arn = readArn(text);
  if (arn === null || /\s/.test(text))
    return { sentence: "This is no ARN.", mend: "Write arn:partition:service:region:account:resource, six parts." };
  const partition = arn.partition === "{partition}" ? (settings?.partition ?? "aws") : arn.partition;
  if (!partitions.includes(partition) && !/[*?]/.test(partition))
    return { sentence: `There is no partition ${shown(partition)}.`, mend: "Write aws, aws-us-gov or aws-cn." };
  if (settings !== null && !/[*?]/.test(partition) && partition !== settings.partition)
    return {
      sentence: `The target lies in the partition ${settings.partition}, this in ${partition}.`,
      mend: `Write arn:${settings.partition}:…, or choose another target.`,
    };
  if (!/^(\d{12}|aws|\{account\}|)$/.test(arn.account) && !/[*?]/.test(arn.account))
    return { sentence: "An account has 12 digits.", mend: "Correct the fifth part of the ARN." };
  if (arn.resource === "") return { sentence: "It names no resource.", mend: "Write what follows the last colon." };
  return null;
}

/** The account an ARN names, when it is another than the target's. */
export function otherAccount(text: string, settings: AwsSettings | null): string | null {
  const account = readArn(text)?.account ?? "";
  return settings !== null && /^\d{12}$/.test(account) && account !== settings.accountId ? account : null;
}

const shown = (text: string): string => text.replace(/[^\w-]/g, "?").slice(0, 30);

/**
 * One step of a pattern: a character, or any one, or any run of them; `but` is a character that neither may be. A `?` or `*`
 * that a person wrote has no such limit.
 */
type Token =
  | { readonly char: string }
  | { readonly one: true; readonly but: string }
  | { readonly run: true; readonly but: string };

const written = (text: string): readonly Token[] =>
  [...text].map((char) => (char === "*" ? { run: true, but: "" } : char === "?" ? { one: true, but: "" } : { char }));

/** `${Variable}` is one character or more. The last one ends before `but`, where a longer type of the service goes on. */
function templated(text: string, but: string): readonly Token[] {
  const parts = text.split(/(\$\{[^}]*\})/);
  const last = parts.findLastIndex((part) => part.startsWith("${"));
  return parts.flatMap((part, at) => {
    if (!part.startsWith("${")) return written(part);
    const limit = at === last ? but : "";
    return [{ one: true, but: limit } as const, { run: true, but: limit } as const];
  });
}

/** Whether some text fits both patterns. Time is bounded by the product of their lengths. */
function overlap(a: readonly Token[], b: readonly Token[]): boolean {
  let below: readonly boolean[] = [];
  for (let i = a.length; i >= 0; i -= 1) {
    const row: boolean[] = new Array(b.length + 1).fill(false);
    for (let j = b.length; j >= 0; j -= 1)
      row[j] = reaches(a[i], b[j], { down: below[j], right: row[j + 1], both: below[j + 1] });
    below = row;
  }
  return below[0] === true;
}

interface Next {
  readonly down: boolean | undefined;
  readonly right: boolean | undefined;
  readonly both: boolean | undefined;
}

/** Whether the rest of both patterns meets, beginning with these two tokens (undefined: the pattern has ended). */
function reaches(a: Token | undefined, b: Token | undefined, next: Next): boolean {
  if (a === undefined && b === undefined) return true;
  if (a !== undefined && "run" in a && (next.down === true || (b !== undefined && agree(a, b) && next.right === true)))
    return true;
  if (b !== undefined && "run" in b && (next.right === true || (a !== undefined && agree(a, b) && next.down === true)))
    return true;
  return a !== undefined && b !== undefined && !("run" in a) && !("run" in b) && agree(a, b) && next.both === true;
}

function agree(a: Token, b: Token): boolean {
  if ("char" in a) return "char" in b ? a.char === b.char : a.char !== b.but;
  return "char" in b ? b.char !== a.but : true;
}

const filled = (text: string, settings: AwsSettings | null): string =>
  text
    .replace("{partition}", settings?.partition ?? "*")
    .replace("{region}", settings?.region ?? "*")
    .replace("{account}", settings?.accountId ?? "*");

/**
 * Whether a resource as a policy writes it, wildcards included, can name one of a type. `types` are the ARNs of all the
 * service's types: where one is longer than another (a bucket's object), the shorter ends before it.
 */
export function fitsType(
  resource: string,
  type: string,
  of: { readonly types: readonly string[]; readonly settings: AwsSettings | null },
): boolean {
  const [mine, theirs] = [readArn(filled(resource, of.settings)), readArn(type)];
  if (mine === null || theirs === null) return false;
  const longer = of.types.find((one) => one !== type && one.startsWith(type) && /^[/:]/.test(one.slice(type.length)));
  const but = longer?.[type.length] ?? "";
  const parts = ["partition", "service", "region", "account"] as const;
  const names = [mine.resource, mine.resource.replace(/:\*$/, "")];
  return (
    parts.every((part) => overlap(written(mine[part]), templated(theirs[part], ""))) &&
    names.some((name) => overlap(written(name), templated(theirs.resource, but)))
  );
}
