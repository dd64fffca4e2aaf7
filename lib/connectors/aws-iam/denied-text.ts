/** Kinds of policy that AWS names as what denied a call. Source: IAM user guide, "Access denied error message examples". */
const policyKinds = [
  "identity-based policy",
  "resource-based policy",
  "permissions boundary",
  "service control policy",
  "resource control policy",
  "session policy",
  "VPC endpoint policy",
  "role trust policy",
] as const;

/** Why a call was denied, as far as the message says. */
export interface Why {
  /** `explicit`: something denies it; `implicit`: something does not allow it. */
  readonly kind: "explicit" | "implicit" | "unsaid";
  readonly policy: (typeof policyKinds)[number] | null;
}
export interface Denied {
  readonly action: string;
  readonly resource: string | null;
  readonly principal: string | null;
  readonly why: Why;
  /** What had to be assumed to read it, in a sentence. */
  readonly assumed: string | null;
}

/** How far a message's parts may lie apart, and how many messages one text may hold. */
const reach = { resource: 400, why: 700, principal: 600, messages: 20 };
const phrase = "not authorized to perform";

/** Every "is not authorized to perform" of a text, and decoded authorization messages. Looks for marks, never backtracks. */
export function deniedIn(text: string): { readonly denied: readonly Denied[]; readonly encoded: boolean } {
  const plain = flattened(text);
  const lower = plain.toLowerCase();
  const denied: Denied[] = [];
  for (let at = lower.indexOf(phrase); at >= 0 && denied.length < reach.messages; ) {
    const next = lower.indexOf(phrase, at + phrase.length);
    const one = readMessage(
      plain.slice(Math.max(0, at - reach.principal), at),
      plain.slice(at + phrase.length, next < 0 ? undefined : next),
    );
    if (one !== null) denied.push(one);
    at = next;
  }
  return {
    denied: denied.length > 0 ? denied : decoded(plain),
    encoded: lower.includes("encoded authorization failure message"),
  };
}

/** One line without frames, colours and escapes, as Terraform, JSON, XML and shells wrap a message. */
export const flattened = (text: string): string =>
  text
    .replace(/\p{Cc}\[[0-9;]{0,20}m/gu, "")
    .replace(/&quot;|&#34;|\\"/g, '"')
    .replace(/[\u2500-\u257f\p{C}\p{Z}]+/gu, " ");

function readMessage(before: string, after: string): Denied | null {
  const said = after.replace(/^[: ]{0,5}(?:action: ?)?["']?/, "");
  const action = /^[a-z0-9-]{1,64}:[A-Za-z0-9*]{1,128}/.exec(said)?.[0];
  if (action === undefined) return null;
  const rest = said.slice(action.length, action.length + reach.resource + 2_048);
  const user = before.lastIndexOf("User:");
  return {
    action,
    resource: resourceIn(rest),
    principal: user < 0 ? null : (/^arn:[!-~]{5,400}/.exec(before.slice(user + 5).trimStart())?.[0] ?? null),
    why: whyIn(rest.slice(0, reach.why + 2_048)),
    assumed: null,
  };
}

function resourceIn(rest: string): string | null {
  const at = rest.slice(0, reach.resource).indexOf("on resource");
  if (at < 0) return null;
  const named = rest.slice(at + "on resource".length).replace(/^[: ]{0,5}/, "");
  const quote = named[0] === '"' || named[0] === "'" ? named[0] : null;
  const end = quote === null ? named.search(/[ "'<>]/) : named.indexOf(quote, 1);
  const whole = named.slice(quote === null ? 0 : 1, end < 0 ? undefined : end);
  const resource = quote === null ? whole.replace(/[.,;)]{1,3}$/, "") : whole;
  return resource.startsWith("arn:") && resource.length <= 2_048 ? resource : null;
}

function whyIn(rest: string): Why {
  const lower = rest.toLowerCase();
  const explicit = lower.indexOf("explicit deny");
  if (explicit >= 0) return { kind: "explicit", policy: kindIn(lower.slice(explicit, explicit + 120)) };
  const no = lower.search(/because no |no [a-z- ]{4,40}(?:policy|policies|boundary) allow/);
  if (no < 0) return { kind: "unsaid", policy: null };
  const policy = kindIn(lower.slice(no, no + 120));
  return { kind: policy === null ? "unsaid" : "implicit", policy };
}

const kindIn = (lower: string): Why["policy"] =>
  policyKinds.find((kind) => lower.includes(kind.toLowerCase().replace(/y$/, ""))) ?? null;

/** What `aws sts decode-authorization-message` prints, by its marks: JSON that may lie within JSON. */
function decoded(plain: string): readonly Denied[] {
  const text = plain.replaceAll("\\", "");
  const action = after(text, '"action":', /^ ?"([a-z0-9-]{1,64}:[A-Za-z0-9*]{1,128})"/);
  if (action === null || !text.includes('"explicitDeny"')) return [];
  const explicit = after(text, '"explicitDeny":', /^ ?(true)/) !== null;
  const resource = after(text, '"resource":', /^ ?"(arn:[!-~]{5,2040}?)"/);
  const why: Why = explicit ? { kind: "explicit", policy: null } : { kind: "unsaid", policy: null };
  return [{ action, resource, principal: null, why, assumed: null }];
}

/** The first group of a pattern right behind a mark. */
export function after(text: string, mark: string, pattern: RegExp): string | null {
  const at = text.indexOf(mark);
  return at < 0 ? null : (pattern.exec(text.slice(at + mark.length, at + mark.length + 2_100))?.[1] ?? null);
}
