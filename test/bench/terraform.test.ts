import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { configuration, terraformTimes } from "../../scripts/bench/terraform.ts";

const kept = {
  aws: "http://127.0.0.1:9",
  boundaryArn: "arn:aws:iam::123456789012:policy/b",
  users: ["u-1"],
  roles: ["r-1"],
};
const folders: string[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A program of this name that writes down what it is asked and ends as `ends` says of the word. */
function installed(name: string, ends: { readonly [word: string]: number } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "charter-fake-terraform-"));
  folders.push(folder);
  const heard = join(folder, "heard");
  const cases = Object.entries(ends).map(([word, code]) => `${word}) exit ${code};;`);
  const lines = ["#!/bin/sh", `echo "$@" >> ${heard}`, `case "$1" in ${cases.join(" ")} esac`, "exit 0"];
  writeFileSync(join(folder, name), lines.join("\n"));
  chmodSync(join(folder, name), 0o755);
  vi.stubEnv("PATH", [folder, "/usr/bin", "/bin"].join(delimiter));
  return () => readFileSync(heard, "utf8").trim().split("\n");
}

test.each(["terraform", "tofu"])(
  "%s is timed at apply and plan, with as many calls side by side as the worker",
  async (name) => {
    const heard = installed(name);
    expect(await terraformTimes(kept)).toEqual({ apply: expect.any(Number), plan: expect.any(Number) });
    expect(heard()).toEqual([
      "version",
      "init -input=false",
      "apply -auto-approve -input=false -parallelism=8",
      "plan -input=false -parallelism=8",
    ]);
  },
);

test("is not measured, and said to be not, without the program or its provider; what it then fails at is an error", async () => {
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  vi.stubEnv("PATH", "/nowhere");
  expect(await terraformTimes(kept)).toBeNull();
  installed("terraform", { init: 1 });
  expect(await terraformTimes(kept)).toBeNull();
  expect(said.mock.calls.flat()).toEqual([
    "Not measured beside Terraform: neither terraform nor tofu is on the PATH.\n",
    "Not measured beside Terraform: terraform cannot have the AWS provider.\n",
  ]);
  installed("terraform", { plan: 1 });
  await expect(terraformTimes(kept)).rejects.toThrow("terraform plan ended with 1");
});

test("is asked for a user with policy and key and a role with policy of each name, under the same ceiling", () => {
  const { resource, provider } = configuration(kept);
  expect(provider.aws.endpoints).toEqual([{ iam: kept.aws, sts: kept.aws }]);
  const holder = { path: "/terraform/", permissions_boundary: kept.boundaryArn, tags: { team: "bench" } };
  expect(resource).toMatchObject({
    aws_iam_user: { "u-1": { name: "u-1", ...holder } },
    aws_iam_role: { "r-1": { name: "r-1", ...holder, assume_role_policy: expect.stringContaining("sts:AssumeRole") } },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how Terraform names another resource.
    aws_iam_user_policy: { "u-1": { user: "${aws_iam_user.u-1.name}", policy: expect.stringContaining("u-1/*") } },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as above.
    aws_iam_role_policy: { "r-1": { role: "${aws_iam_role.r-1.name}" } },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as above.
    aws_iam_access_key: { "u-1": { user: "${aws_iam_user.u-1.name}" } },
  });
});
