import type { Usage } from "#lib/connectors/connector.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Plan } from "#lib/domain/plan.ts";
import { makesUser } from "./flow.ts";

/** Texts to copy for this identity: a workflow and Terraform for a role, an environment for a key. */
export function use(plan: Plan, facts: JsonObject): readonly Usage[] {
  const region = typeof facts.region === "string" ? facts.region : "us-east-1";
  return makesUser(plan) ? keyUsage(plan, region) : roleUsage(plan, facts, region);
}

function roleUsage(plan: Plan, facts: JsonObject, region: string): readonly Usage[] {
  const planned =
    plan.objects.flatMap(({ details }) => details).find(({ label }) => label === "ARN")?.value ?? plan.name;
  const arn = typeof facts.arn === "string" ? facts.arn : planned;
  const subject = plan.objects.flatMap(({ details }) => details).find(({ label }) => label === "Trusts")?.value ?? "";
  const environment = /:environment:(.+)$/.exec(subject)?.[1]?.replaceAll("%3A", ":");
  return [
    {
      title: "GitHub Actions workflow",
      language: "yaml",
      text: workflow({ arn, region, name: plan.name, environment }),
    },
    { title: "Terraform", language: "hcl", text: terraform(plan.name) },
  ];
}

const workflow = (of: { arn: string; region: string; name: string; environment: string | undefined }): string =>
  `permissions:
  id-token: write
  contents: read

jobs:
  deploy:
    runs-on: ubuntu-latest
${of.environment === undefined ? "" : `    environment: ${JSON.stringify(of.environment)}\n`}    steps:
      - uses: aws-actions/configure-aws-credentials@v5
        with:
          role-to-assume: ${of.arn}
          role-session-name: ${of.name}
          aws-region: ${of.region}
      - run: aws sts get-caller-identity
`;

const terraform = (name: string): string =>
  `data "aws_iam_role" "charter" {
  name = "${name}"
}

# data.aws_iam_role.charter.arn is the role; it is managed by Charter, so do not import it.
`;

function keyUsage(plan: Plan, region: string): readonly Usage[] {
  const { storage } = plan;
  const place =
    storage === null
      ? ""
      : `# ${storage.vault}: ${storage.mount}/${storage.path} holds access_key_id and secret_access_key\n`;
  return [
    {
      title: "Environment of the workload",
      language: "bash",
      text: `${place}export AWS_ACCESS_KEY_ID=…      # field access_key_id
export AWS_SECRET_ACCESS_KEY=…  # field secret_access_key
export AWS_REGION=${region}
aws sts get-caller-identity
`,
    },
  ];
}
