import type { Charter } from "#lib/domain/charter.ts";
import { asRefusals, type Outcome, ok, type Refusal } from "#lib/domain/refusal.ts";
import { billedLength, permissionsDocument } from "./permissions.ts";
import type { AwsAsk } from "./plan.ts";
import type { Statement } from "./statement.ts";
import { trustDocument } from "./trust.ts";

/** IAM's hard limits: name length from its API model, document sizes from its quota page (characters, white space free). */
const limits = { name: 64, trust: 2048, rolePolicy: 10_240, userPolicy: 2048 } as const;

const invalid = (field: string, sentence: string, mend: string): Refusal => ({
  code: "invalid",
  sentence,
  field,
  mend,
});

/** Refuses what IAM would not take, or would take and mean something wider than was asked. */
export function validate(ask: AwsAsk): Outcome<null> {
  const refusals = asRefusals([
    ...nameProblems(ask.name),
    ...modelProblems(ask),
    ...bindingProblems(ask),
    ...ask.spec.statements.flatMap(statementProblems),
    ...sizeProblems(ask),
  ]);
  return refusals === null ? ok(null) : { refusals };
}

function nameProblems(name: string): Refusal[] {
  if (name.length <= limits.name && /^[\w+=,.@-]+$/.test(name)) return [];
  return [
    invalid(
      "name",
      `IAM takes names of at most ${limits.name} letters, digits and +=,.@_-.`,
      "Choose a shorter, plainer name.",
    ),
  ];
}

function modelProblems({ spec, charter, storage }: AwsAsk): Refusal[] {
  const wanted = spec.object === "role" ? "federated" : "static";
  if (charter.credential !== wanted)
    return [invalid("credential", `An IAM ${spec.object} is used with a ${wanted} credential.`, `Choose ${wanted}.`)];
  if (spec.object === "user" && storage === null)
    return [
      invalid(
        "storage",
        "No approved storage fits this team, environment and classification.",
        "Ask an operator to approve a vault path.",
      ),
    ];
  return [];
}

function bindingProblems({ spec, charter, settings }: AwsAsk): Refusal[] {
  const { binding } = charter;
  if (spec.object === "user")
    return binding.kind === "workload"
      ? []
      : [invalid("binding", "An IAM user serves a workload, not a pipeline.", "Say where it runs.")];
  if (binding.kind !== "github")
    return [invalid("binding", "This role is for a GitHub repository.", "Choose the repository.")];
  if (settings.githubProviderArn === null)
    return [
      invalid(
        "target",
        "This account does not trust GitHub yet.",
        "Ask an operator to add its OIDC provider to the target's settings.",
      ),
    ];
  return githubProblems(charter);
}

/** Parts of a subject are compared by AWS exactly, except `${…}`, which it fills in: so nothing but plain characters. */
function githubProblems({ binding }: Charter): Refusal[] {
  if (binding.kind !== "github") return [];
  const { subject } = binding;
  const checks: readonly [string, boolean, string][] = [
    [
      "binding.repository",
      /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\/[A-Za-z0-9._-]{1,100}$/.test(binding.repository),
      "Give it as owner/name, as GitHub spells it.",
    ],
    ["binding.ownerId", /^[1-9]\d{0,18}$/.test(binding.ownerId), "Give GitHub's number of the owner."],
    ["binding.repositoryId", /^[1-9]\d{0,18}$/.test(binding.repositoryId), "Give GitHub's number of the repository."],
    [
      "binding.subject",
      "environment" in subject
        ? /^[A-Za-z0-9][A-Za-z0-9 ._:/-]{0,99}$/.test(subject.environment)
        : /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/.test(subject.branch),
      "Name one environment or branch in letters, digits and ._/-; no patterns.",
    ],
    [
      "binding.formats",
      binding.formats.length === new Set(binding.formats).size && binding.formats.length > 0,
      "Choose a subject format.",
    ],
    [
      "binding.formats",
      (binding.formats.length === 2) === (binding.formatsUntil !== undefined),
      "Both formats need the day on which the older one ends.",
    ],
  ];
  return checks.flatMap(([field, fine, mend]) => (fine ? [] : [invalid(field, "GitHub has no such subject.", mend)]));
}

function statementProblems({ actions, resources, conditions }: Statement): Refusal[] {
  const bad = (sentence: string, mend: string) => [invalid("need", sentence, mend)];
  if (actions.includes("*"))
    return bad("An identity that may do everything cannot be reviewed.", "Name the services and actions it needs.");
  const action = actions.find((one) => !/^[A-Za-z0-9-]{1,64}:[A-Za-z0-9*?]{1,128}$/.test(one));
  if (action !== undefined)
    return bad(`${plain(action)} is no IAM action.`, "Write service:Action, for example s3:GetObject.");
  const resource = resources.find((one) => !isResource(one));
  if (resource !== undefined)
    return bad(`${plain(resource)} is no resource.`, "Write the ARN, for example arn:aws:s3:::bucket/*.");
  const text = JSON.stringify(conditions ?? {});
  return /[^\u0020-\u00ff]/.test(text)
    ? bad("A condition holds a character that IAM does not take.", "Use plain Latin characters.")
    : [];
}

const isResource = (text: string): boolean =>
  text === "*" ||
  (text.length <= 2048 && /^arn:[^:\s]{1,32}:[a-z0-9-]{1,64}:[^:\s]{0,64}:[^:\s]{0,64}:[\u0021-\u00ff]+$/.test(text));

function sizeProblems({ spec, charter, settings }: AwsAsk): Refusal[] {
  const most = spec.object === "role" ? limits.rolePolicy : limits.userPolicy;
  const length = billedLength(permissionsDocument(spec.statements, settings, charter.endsAt));
  const problems: Refusal[] = [];
  if (length > most)
    problems.push(
      invalid(
        "need",
        `The permissions come to ${length} characters; IAM takes ${most}.`,
        "Ask for less, or group resources.",
      ),
    );
  if (
    charter.binding.kind === "github" &&
    billedLength(trustDocument(charter.binding, settings.githubProviderArn ?? "", charter.endsAt)) > limits.trust
  )
    problems.push(
      invalid(
        "binding",
        `The trust is longer than the ${limits.trust} characters that IAM takes.`,
        "Use a shorter environment or branch name.",
      ),
    );
  return problems;
}

const plain = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?").slice(0, 60);
