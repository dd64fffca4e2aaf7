import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { timed } from "./measure.ts";

/** What Terraform is asked to keep: AWS's part of what the worker makes; it stores no secret in a vault. */
export interface Kept {
  /** Where AWS is reached. */
  readonly aws: string;
  readonly boundaryArn: string;
  readonly users: readonly string[];
  readonly roles: readonly string[];
}

/** Milliseconds of `apply` on an empty account and of `plan` on what it made. */
export interface TerraformTimes {
  readonly apply: number;
  readonly plan: number;
}

const programs = ["terraform", "tofu"] as const;
const sideBySide = 8;

/**
 * Has Terraform or OpenTofu make the same identities and then look for differences. Null, and said on standard error, where neither is on
 * the PATH or the AWS provider cannot be had (`init` is not timed; it takes a mirror named in `TF_CLI_CONFIG_FILE`). What was
 * made stays in the account, which is a simulated one.
 */
export async function terraformTimes(kept: Kept): Promise<TerraformTimes | null> {
  const folder = mkdtempSync(join(tmpdir(), "charter-terraform-"));
  try {
    writeFileSync(join(folder, "main.tf.json"), JSON.stringify(configuration(kept)));
    const program = await firstThatRuns(folder);
    if (program === null) return unavailable("neither terraform nor tofu is on the PATH");
    const run = async (...words: readonly string[]) => {
      const { code, said } = await ended(program, words, folder);
      if (code !== 0) throw new Error(`${program} ${words[0]} ended with ${code}: ${said}`);
    };
    if ((await ended(program, ["init", "-input=false"], folder)).code !== 0)
      return unavailable(`${program} cannot have the AWS provider`);
    const parallel = `-parallelism=${sideBySide}`;
    const apply = await timed(() => run("apply", "-auto-approve", "-input=false", parallel));
    const plan = await timed(() => run("plan", "-input=false", parallel));
    return { apply, plan };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function unavailable(why: string): null {
  process.stderr.write(`Not measured beside Terraform: ${why}.\n`);
  return null;
}

async function firstThatRuns(folder: string): Promise<string | null> {
  for (const program of programs) if ((await ended(program, ["version"], folder)).code === 0) return program;
  return null;
}

const ended = (program: string, words: readonly string[], cwd: string): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    const env = { ...process.env, TF_IN_AUTOMATION: "1", CHECKPOINT_DISABLE: "1" };
    const child = spawn(program, words, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => (said += String(piece)));
    child.once("error", () => resolve({ code: 127, said }));
    child.once("close", (code) => resolve({ code: code ?? 1, said }));
  });

const statement = (Action: string, Resource: string) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource }] });
const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

/** In Terraform's JSON syntax: a user with policy and key, or a role with policy, of each name. */
export function configuration({ aws, boundaryArn, users, roles }: Kept) {
  const holders = (names: readonly string[], more: object) =>
    Object.fromEntries(
      names.map((name) => [
        name,
        { name, path: "/terraform/", permissions_boundary: boundaryArn, tags: { team: "bench" }, ...more },
      ]),
    );
  const policies = (kind: "user" | "role", names: readonly string[]) =>
    Object.fromEntries(
      names.map((name) => [
        name,
        {
          name: "permissions",
          [kind]: `\${aws_iam_${kind}.${name}.name}`,
          policy: statement("s3:PutObject", `arn:aws:s3:::${name}/*`),
        },
      ]),
    );
  const keys = Object.fromEntries(users.map((name) => [name, { user: `\${aws_iam_user.${name}.name}` }]));
  return {
    terraform: { required_providers: { aws: { source: "hashicorp/aws" } } },
    provider: {
      aws: {
        ...{ region: "us-east-1", access_key: "test", secret_key: "test" },
        ...{ skip_credentials_validation: true, skip_metadata_api_check: true, skip_requesting_account_id: true },
        endpoints: [{ iam: aws, sts: aws }],
      },
    },
    resource: {
      aws_iam_user: holders(users, {}),
      aws_iam_role: holders(roles, { assume_role_policy: trust }),
      aws_iam_user_policy: policies("user", users),
      aws_iam_role_policy: policies("role", roles),
      aws_iam_access_key: keys,
    },
  };
}
