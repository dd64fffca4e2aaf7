import { describe, expect, test } from "vitest";
import { explain } from "#lib/connectors/aws-iam/explain.ts";
import { permissions as aws } from "#lib/connectors/aws-iam/permission-help.ts";
import { settingsSchema } from "#lib/connectors/aws-iam/settings.ts";
import { specFrom } from "#lib/connectors/aws-iam/spec.ts";
import { permissions as postgresql } from "#lib/connectors/postgresql/permission-help.ts";
import { settingsSchema as databaseSettings } from "#lib/connectors/postgresql/settings.ts";
import { specFrom as databaseSpec } from "#lib/connectors/postgresql/spec.ts";
import type { Found } from "#lib/domain/permission.ts";

const payments = settingsSchema.parse({ accountId: "111122223333", region: "eu-central-1", boundaryArn: null });
const orders = databaseSettings.parse({ host: "db.example.com", databases: ["orders"] });
const actionsOf = (found: readonly Found[]) => found.flatMap((one) => (one.kind === "action" ? [one.action] : []));

describe("searching for what it must do", () => {
  test.each([
    ["s3:PutObj", "s3:PutObject"],
    ["putobject", "s3:PutObject"],
    ["send queue", "sqs:SendMessage"],
    ["secretsmanager get secret value", "secretsmanager:GetSecretValue"],
  ])("%s finds %s among the first", async (text, action) => {
    expect(actionsOf(await aws.search({ text, within: null })).slice(0, 6)).toContain(action);
  });
  test("a service stands before its actions, and is looked into by itself", async () => {
    expect((await aws.search({ text: "sqs", within: null }))[0]).toEqual({
      kind: "service",
      service: "sqs",
      title: "Amazon SQS",
    });
    const inside = actionsOf(await aws.search({ text: "send", within: "sqs" }));
    expect(inside).toContain("sqs:SendMessage");
    expect(inside.every((action) => action.startsWith("sqs:"))).toBe(true);
  });
  test("each says its level, what it does and how a resource for it is written", async () => {
    const [found] = await aws.search({ text: "s3:putobject", within: null });
    expect(found).toMatchObject({ level: "write", of: "Amazon S3", description: "add an object to a bucket" });
    expect(found?.kind === "action" && found.patterns).toContain("arn:{partition}:s3:::<BucketName>/<ObjectName>");
  });
  test.each(["", "   ", "zzzzzz", "*".repeat(100), "__proto__", "s3:(((((", "\u0000"])(
    "%j finds nothing",
    async (text) => {
      expect(await aws.search({ text, within: null })).toEqual([]);
    },
  );
  test("privileges by verb, by what they are on, by what they do", async () => {
    expect(actionsOf(await postgresql.search({ text: "rows", within: null }))).toEqual([
      "SELECT",
      "INSERT",
      "UPDATE",
      "DELETE",
    ]);
    expect(actionsOf(await postgresql.search({ text: "function", within: null }))).toEqual(["EXECUTE"]);
  });
});

const said = async (
  actions: readonly string[],
  resources: readonly string[],
  settings: typeof payments | null = payments,
) =>
  (await explain([{ actions, resources }], settings)).remarks.map(
    ({ tone, field, sentence }) => `${tone} ${field.slice(14)}: ${sentence}`,
  );

describe("an ARN is checked for its own form, its target and its actions", () => {
  test.each([
    [["s3:PutObject"], "arn:aws:s3:::bucket/*"],
    [["s3:PutObject"], "arn:{partition}:s3:::bucket/in/deep/*"],
    [["s3:PutObject"], "*"],
    [["s3:ListBucket"], "arn:aws:s3:::bucket"],
    [["sqs:SendMessage"], "arn:aws:sqs:eu-central-1:111122223333:jobs"],
    [["sqs:SendMessage"], "arn:aws:sqs:{region}:{account}:jobs-*"],
    [["sqs:SendMessage", "sqs:GetQueueUrl"], "arn:aws:sqs:*:111122223333:jobs"],
    [["logs:CreateLogStream", "logs:PutLogEvents"], "arn:aws:logs:eu-central-1:111122223333:log-group:/aws/x:*"],
    [["lambda:InvokeFunction"], "arn:aws:lambda:eu-central-1:111122223333:function:bill"],
    [["dynamodb:GetItem"], "arn:aws:dynamodb:eu-central-1:111122223333:table/ledger"],
    [["secretsmanager:GetSecretValue"], "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db/pass-??????"],
    [["iam:PassRole"], "arn:aws:iam::111122223333:role/service/x"],
    [["ssm:GetParameter"], "arn:aws:ssm:eu-central-1:111122223333:parameter/app/key"],
    [["s3:Get*"], "arn:aws:s3:::bucket/*"],
    [["sqs:ListQueues"], "*"],
  ])("%j may be used on %s", async (actions, resource) => {
    expect(await said(actions, [resource])).toEqual([]);
  });

  test.each([
    ["s3:PutObject", "bucket", "This is no ARN."],
    ["s3:PutObject", "arn:aws:s3:bucket", "This is no ARN."],
    ["s3:PutObject", "arn:aws:s3:::", "It names no resource."],
    ["s3:PutObject", "arn:amazon:s3:::bucket/*", "There is no partition amazon."],
    ["s3:PutObject", "arn:aws-cn:s3:::bucket/*", "The target lies in the partition aws, this in aws-cn."],
    ["s3:PutObject", "arn:aws:s3::12:bucket/*", "An account has 12 digits."],
    ["s3:PutObject", "arn:aws:s3:::bucket", "This is nothing that s3:PutObject works on."],
    ["s3:ListBucket", "arn:aws:s3:::bucket/*", "This is nothing that s3:ListBucket works on."],
    ["sqs:SendMessage", "arn:aws:sns:eu-central-1:111122223333:jobs", "This is nothing that sqs:SendMessage works on."],
    ["sqs:SendMessage", "arn:aws:sqs:::jobs", "This is nothing that sqs:SendMessage works on."],
    ["sqs:ListQueues", "arn:aws:sqs:eu-central-1:111122223333:jobs", "sqs:ListQueues cannot be limited to a resource."],
  ])("%s on %s: %s", async (action, resource, sentence) => {
    expect(await said([action], [resource])).toEqual([`bad resources.0: ${sentence}`]);
  });

  test("an action that none of the resources is for is said at that action", async () => {
    expect(await said(["s3:PutObject", "s3:ListBucket"], ["arn:aws:s3:::bucket/*"])).toEqual([
      "bad actions.1: s3:ListBucket works on none of these.",
    ]);
    expect(await said(["s3:PutObject", "s3:ListBucket"], ["arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket"])).toEqual([]);
  });
  test("another account and an unknown action are worth knowing, not wrong", async () => {
    expect(await said(["sqs:SendMessage"], ["arn:aws:sqs:eu-central-1:999988887777:jobs"])).toEqual([
      "warn resources.0: It lies in account 999988887777, not in the target's: its own policy must allow this identity too.",
    ]);
    expect(await said(["s3:PutEverything"], ["arn:aws:s3:::bucket/*"])).toEqual([
      "warn actions.0: AWS's reference has no s3:PutEverything: security will be asked.",
    ]);
  });
  test("before a target is chosen neither partition nor account is held against it", async () => {
    expect(await said(["s3:PutObject"], ["arn:aws-cn:s3:::bucket/*"], null)).toEqual([]);
  });
  test("a wildcard says how much it stands for, and an open resource is marked", async () => {
    const { grants } = await explain([{ actions: ["s3:Get*"], resources: ["arn:aws:s3:::*"] }], payments);
    expect(grants[0]?.actions[0]?.standsFor).toBeGreaterThan(20);
    expect(grants[0]?.open).toEqual(["arn:aws:s3:::*"]);
  });
  test("the longest resource and pattern meet in bounded time", async () => {
    const long = `arn:aws:s3:::${"*a".repeat(1_000)}`;
    expect(await said(["s3:PutObject"], [long])).toEqual([]);
  });
});

describe("objects of a database are checked", () => {
  const remarks = async (action: string, resource: string) =>
    (await postgresql.explain([{ actions: [action], resources: [resource] }], orders)).remarks.map(
      (one) => one.sentence,
    );
  test.each([
    ["SELECT", "table:orders/public/invoices,lines"],
    ["SELECT", "table:orders/public/*"],
    ["USAGE", "sequence:orders/public/invoice_id"],
    ["EXECUTE", "function:orders/public/total"],
  ])("%s on %s may be asked for", async (action, resource) => {
    expect(await remarks(action, resource)).toEqual([]);
    const made = databaseSpec({ grants: [{ actions: [action], resources: [resource] }], blueprint: {} });
    expect("ok" in made && postgresql.needOf(made.ok)).toEqual({
      grants: [{ actions: [action], resources: [resource] }],
    });
  });
  test.each([
    ["SELECT", "invoices", "This names no object."],
    ["EXECUTE", "table:orders/public/invoices", "There is no EXECUTE on a table."],
    ["SELECT", "table:orders/pg_catalog/pg_authid", "Nothing is granted in the system's own schemas."],
    ["SELECT", "table:billing/public/invoices", "The target is not open for the database billing."],
  ])("%s on %s: %s", async (action, resource, sentence) => {
    expect(await remarks(action, resource)).toEqual([sentence]);
  });
});

describe("a spec as an answer makes the same spec again", () => {
  test("composed grants", () => {
    const grants = [{ actions: ["s3:PutObject"], resources: ["arn:{partition}:s3:::bucket/*"] }];
    const made = specFrom({ grants, blueprint: { object: "role" } });
    expect("ok" in made && aws.needOf(made.ok)).toEqual({ grants });
  });
  test("a condition is kept, as a policy to paste", () => {
    const pasted = JSON.stringify({
      Statement: [
        {
          Effect: "Allow",
          Action: "s3:GetObject",
          Resource: "arn:aws:s3:::b/*",
          Condition: { Bool: { "aws:SecureTransport": "true" } },
        },
      ],
    });
    const made = specFrom({ pasted, blueprint: {} });
    if (!("ok" in made)) throw new Error("not read");
    const need = aws.needOf(made.ok);
    expect("pasted" in need && specFrom({ pasted: need.pasted, blueprint: {} })).toEqual(made);
  });
  test.each([
    [{ actions: [], resources: ["*"] }, "need.grants.0.actions"],
    [{ actions: ["s3:GetObject"], resources: [" "] }, "need.grants.0.resources"],
  ])("%j is refused at its field", (grant, field) => {
    for (const made of [specFrom({ grants: [grant], blueprint: {} }), databaseSpec({ grants: [grant], blueprint: {} })])
      expect(made).toMatchObject({ refusals: [{ field }] });
  });
});
