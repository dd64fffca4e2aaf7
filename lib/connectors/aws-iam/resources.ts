/** What one unit of a service is called, for the short phrase. */
const nouns: Readonly<Record<string, string>> = {
  s3: "bucket",
  sqs: "queue",
  sns: "topic",
  secretsmanager: "secret",
  lambda: "function",
  ecr: "repository",
  dynamodb: "table",
  kms: "key",
  ssm: "parameter",
  iam: "IAM object",
};

/**
 * True when a resource expression is open-ended: `*`, any account, or a wildcard before one whole name is written.
 * `arn:aws:s3:::bucket/*` is bounded (one bucket's objects), `arn:aws:s3:::bucket*` is not. A policy variable is a wildcard too:
 * who calls chooses what some of them say (`${aws:UserAgent}`). The six random characters that AWS puts after a secret's name are none.
 */
export function isOpenEnded(resource: string): boolean {
  if (resource === "*") return true;
  const [, , service = "", , account = "", ...rest] = resource.split(":");
  if (/[*?]/.test(service) || /[*?]/.test(account)) return true;
  const name = service === "secretsmanager" ? rest.join(":").replace(/-\?{6}$/, "") : rest.join(":");
  const wildcard = name.search(/[*?]|\$\{/);
  if (wildcard < 0) return false;
  const whole = name
    .slice(0, wildcard)
    .split(/[/:]/)
    .slice(0, -1)
    .filter((part) => part !== "");
  return whole.length < (service === "s3" ? 1 : 2);
}

/** `1 bucket`, `3 queues`, `every resource`, or `4 resources` when they are of several kinds. */
export function counted(resources: readonly string[]): string {
  if (resources.some((resource) => resource === "*")) return "every resource";
  const units = new Set(resources.map(unitOf));
  const services = new Set([...units].map((unit) => unit.split(":")[2] ?? ""));
  const [only = ""] = services;
  const noun = services.size === 1 ? (nouns[only] ?? "resource") : "resource";
  if (units.size === 1) return `1 ${noun}`;
  return `${units.size} ${noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}

/** The thing a resource expression lies in: a bucket for its objects. */
function unitOf(resource: string): string {
  const [head = "", ...rest] = resource.split("/");
  return resource.split(":")[2] === "s3" ? head : [head, ...rest].join("/");
}
