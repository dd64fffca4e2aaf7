import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { expand, matches } from "#lib/connectors/aws-iam/actions.ts";
import { awsIam } from "#lib/connectors/aws-iam/index.ts";
import { readPolicy } from "#lib/connectors/aws-iam/paste.ts";
import { isOpenEnded } from "#lib/connectors/aws-iam/resources.ts";
import { type AwsSettings, settingsSchema } from "#lib/connectors/aws-iam/settings.ts";
import type { AwsSpec } from "#lib/connectors/aws-iam/spec.ts";
import type { Statement } from "#lib/connectors/aws-iam/statement.ts";
import { legal } from "#lib/connectors/aws-iam/tags.ts";
import { subjectOf, trustDocument } from "#lib/connectors/aws-iam/trust.ts";
import { blueprintSchema, type ReachPack, reachPackSchema } from "#lib/connectors/blueprint.ts";
import type { PlanAsk } from "#lib/connectors/connector.ts";
import type { Charter, GithubBinding } from "#lib/domain/charter.ts";
import { charterFor, specFor } from "./aws-iam.harness.ts";

const settings: AwsSettings = settingsSchema.parse(awsIam.example.settings);
const folder = "lib/connectors/aws-iam";
const filesIn = (name: string) =>
  readdirSync(`${folder}/${name}`).map((file) => JSON.parse(readFileSync(`${folder}/${name}/${file}`, "utf8")));
const packs: readonly ReachPack[] = filesIn("reach").map((pack) => reachPackSchema.parse(pack));

const ask = (change: Partial<PlanAsk<AwsSettings, AwsSpec>> = {}): PlanAsk<AwsSettings, AwsSpec> => ({
  kind: "provision",
  charter: charterFor("role"),
  spec: { ...specFor("role"), object: "role" },
  settings,
  name: "charter-prod-settlement-up-abcdefghij",
  storage: null,
  held: [],
  labels: {
    installation: "acme",
    identity: "i1",
    portal: "http://localhost:3000",
    team: "payments",
    service: "settlement",
    owner: "Jonas Kern",
  },
  ...change,
});
const github = (change: Partial<GithubBinding>): Charter => {
  const charter = charterFor("role");
  return { ...charter, binding: { ...(charter.binding as GithubBinding), ...change } };
};
const fieldsOf = (outcome: ReturnType<typeof awsIam.validate>) =>
  "refusals" in outcome ? outcome.refusals.map(({ field }) => field) : [];
const reachOf = (statements: readonly Statement[]) =>
  awsIam.reach(awsIam.plan(ask({ spec: { object: "role", statements: [...statements] } })));
const one = (actions: string[], resources = ["arn:aws:s3:::finance/*"]) => reachOf([{ actions, resources }]);

describe("trust", () => {
  test("names exactly one subject a format, the audience, and an end that AWS keeps", () => {
    const { binding } = charterFor("role");
    const trust = trustDocument(binding as GithubBinding, settings.githubProviderArn ?? "", "2030-01-01T00:00:00.000Z");
    expect(trust.Statement).toMatchObject([
      {
        Condition: {
          StringEquals: {
            "token.actions.githubusercontent.com:sub": "repo:acme@4711/settlement@815:environment:prod",
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
          },
          DateLessThan: { "aws:CurrentTime": "2030-01-01T00:00:00Z" },
        },
      },
      {
        Condition: {
          StringEquals: {
            "token.actions.githubusercontent.com:sub": "repo:acme/settlement:environment:prod",
            "token.actions.githubusercontent.com:repository_id": "815",
          },
          DateLessThan: { "aws:CurrentTime": "2029-06-01T00:00:00Z" },
        },
      },
    ]);
    expect(JSON.stringify(trust)).not.toContain("StringLike");
  });

  test("writes a branch as a ref and encodes a colon in an environment's name", () => {
    const { binding } = charterFor("role");
    const of = (subject: GithubBinding["subject"]) => subjectOf({ ...(binding as GithubBinding), subject }, "names");
    expect(of({ branch: "release/1.2" })).toBe("repo:acme/settlement:ref:refs/heads/release/1.2");
    expect(of({ environment: "eu:prod" })).toBe("repo:acme/settlement:environment:eu%3Aprod");
  });

  test.each([
    ["a wildcard environment", { subject: { environment: "*" } }],
    ["a wildcard branch", { subject: { branch: "release/*" } }],
    ["a policy variable", { subject: { environment: "${aws:username}" } }],
    ["a newline", { subject: { branch: "main\nx" } }],
    ["bidirectional text", { subject: { environment: "prod\u202e" } }],
    ["an id that is a wildcard", { repositoryId: "*" }],
    ["an id that is no number", { ownerId: "47-11" }],
    ["a repository with a slash too many", { repository: "acme/x/y" }],
    ["both formats without an end", { formatsUntil: undefined }],
    ["no format", { formats: [], formatsUntil: undefined }],
  ])("refuses %s", (_, change) => {
    expect(
      fieldsOf(awsIam.validate(ask({ charter: github(change as Partial<GithubBinding>) }))).length,
    ).toBeGreaterThan(0);
  });
});

describe("limits", () => {
  test.each([
    [64, []],
    [65, ["name"]],
  ])("takes a name of %i characters as IAM does", (length, refused) => {
    expect(fieldsOf(awsIam.validate(ask({ name: "a".repeat(length) })))).toEqual(refused);
  });

  test("takes permissions up to IAM's size for roles and not one character more", () => {
    const of = (pad: number) =>
      ask({
        spec: {
          object: "role",
          statements: Array.from({ length: 6 }, (_, n) => ({
            actions: ["s3:GetObject"],
            resources: [`arn:aws:s3:::b/${"x".repeat(n === 5 ? pad : 1500)}`],
          })),
        },
      });
    const fits =
      Array.from({ length: 2000 }, (_, pad) => pad).findLast(
        (pad) => fieldsOf(awsIam.validate(of(pad))).length === 0,
      ) ?? 0;
    const text = JSON.stringify(awsIam.plan(of(fits))[1]?.desired.document);
    expect(text.replace(/\s/g, "").length).toBe(10_240);
    expect(fieldsOf(awsIam.validate(of(fits + 1)))).toEqual(["need"]);
  });

  test("needs approved storage for a key, and a target that trusts GitHub for a pipeline", () => {
    const user = ask({ charter: charterFor("user"), spec: { ...specFor("user"), object: "user" } });
    expect(fieldsOf(awsIam.validate(user))).toEqual(["storage"]);
    expect(fieldsOf(awsIam.validate({ ...user, storage: { vault: "v", mount: "m", path: "p" } }))).toEqual([]);
    expect(fieldsOf(awsIam.validate(ask({ settings: { ...settings, githubProviderArn: null } })))).toEqual(["target"]);
  });

  test.each(["*", "s3", "s3:Get Object", "s3:Get{Object}", "<b>:x"])("refuses the action %s", (action) => {
    const spec: AwsSpec = { object: "role", statements: [{ actions: [action], resources: ["*"] }] };
    expect(fieldsOf(awsIam.validate(ask({ spec })))).toEqual(["need"]);
  });

  test("makes any purpose a legal tag, and shortens it between characters", () => {
    expect(legal("Uploads <to> the “finance” bucket; \u202e!")).toBe("Uploads -to- the -finance- bucket- --");
    expect(legal("é".repeat(300))).toHaveLength(256);
    expect(legal("\u{20000}".repeat(200))).toHaveLength(256);
  });
});

describe("pasted policy", () => {
  const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::finance/*" };
  const paste = (change: object) =>
    readPolicy(JSON.stringify({ Version: "2012-10-17", Statement: [{ ...statement, ...change }] }));

  test("is taken over statement by statement, conditions too", () => {
    const Condition = { Bool: { "aws:SecureTransport": "true" } };
    expect(paste({ Sid: "x", Condition })).toEqual({
      ok: [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::finance/*"], conditions: Condition }],
    });
  });

  test.each([
    ["a Deny", { Effect: "Deny" }],
    ["NotAction", { NotAction: "s3:*", Action: undefined }],
    ["NotResource", { NotResource: "arn:aws:s3:::a", Resource: undefined }],
    ["a principal", { Principal: "*" }],
    ["an unknown part", { Surprise: 1 }],
    ["a condition out of shape", { Condition: { StringEquals: "x" } }],
    ["no resource", { Resource: undefined }],
    ["an empty list of actions", { Action: [] }],
  ])("refuses %s at its field, in a sentence", (_, change) => {
    const read = paste(change);
    expect("refusals" in read && read.refusals[0].field).toBe("need.pasted");
    expect("refusals" in read && read.refusals[0].sentence).toMatch(/^[A-Z].*\.$/);
  });

  test.each([
    ["10 MB", "x".repeat(10_000_000)],
    ["deep nesting", "[".repeat(9000) + "]".repeat(9000)],
    ["no JSON", "{"],
    ["another document", "[1,2]"],
    ["an old version", JSON.stringify({ Version: "2008-10-17", Statement: [statement] })],
  ])("refuses %s", (_, text) => {
    expect(readPolicy(text)).toHaveProperty("refusals");
  });
});

describe("reach packs", () => {
  test.each(packs.map((pack) => [pack.id, pack] as const))("%s becomes legal, narrow permissions", async (_, pack) => {
    const parameters = Object.fromEntries(pack.parameters.map(({ name, placeholder }) => [name, placeholder]));
    const made = awsIam.specFrom({ pack, parameters, blueprint: { object: "role" } });
    if (!("ok" in made)) throw new Error(made.refusals[0].sentence);
    expect(awsIam.validate(ask({ spec: made.ok }))).toEqual({ ok: null });
    const reach = await awsIam.reach(awsIam.plan(ask({ spec: made.ok })));
    expect(reach).toMatchObject({ unknown: [], wildcardActions: [], wildcardResources: [], permissionManagement: [] });
    expect(reach.actions).toBeLessThanOrEqual(10);
    expect(JSON.stringify(awsIam.plan(ask({ spec: made.ok })))).not.toMatch(/\{(partition|region|account)\}/);
  });

  const bucketIn = (of: string, bucket: string) => {
    const pack = packs.find(({ id }) => id === of) ?? expect.fail(of);
    return awsIam.specFrom({ pack, parameters: { bucket }, blueprint: { object: "role" } });
  };
  const aws = ["a..b", "192.168.0.1", "xn--b", "sthree-b", "b-s3alias", "b--x-s3", "b--ol-s3", ".ab", "ab-", "ab"];
  test.each(["", "*", "a*", "bucket/..", "x}{y", "Bucket Name", "${aws:username}", "b".repeat(300), ...aws])(
    "refuses the bucket %s",
    (bucket) => {
      for (const pack of ["write-bucket", "read-bucket"]) {
        const made = bucketIn(pack, bucket);
        expect("refusals" in made && made.refusals[0].field).toBe("need.parameters.bucket");
      }
    },
  );
  test.each(["abc", "a.b.c", "1.2.3", "192.168.0.1.example", "192-168-0-1", "b".repeat(63)])(
    "takes the bucket %s",
    (bucket) => expect(bucketIn("read-bucket", bucket)).toHaveProperty("ok"),
  );

  test("every blueprint is one, asks at most four things and offers packs that exist", () => {
    for (const found of filesIn("blueprints")) {
      const blueprint = blueprintSchema.parse(found);
      const offered = blueprint.questions.flatMap((question) => (question.kind === "reach" ? question.packs : []));
      expect(offered.filter((id) => !packs.some((pack) => pack.id === id))).toEqual([]);
    }
  });
});

describe("reach", () => {
  test("expands wildcards with the level of AWS's own reference", async () => {
    const reach = await one(["s3:PutObject*", "S3:getobject"]);
    const [s3] = reach.services;
    expect(s3?.levels.write).toContain("s3:PutObject");
    expect(s3?.levels.permissions).toContain("s3:PutObjectAcl");
    expect(s3?.levels.read).toEqual(["s3:GetObject"]);
    expect(reach.wildcardActions).toEqual(["s3:PutObject*"]);
  });

  test("calls what no data knows unknown", async () => {
    expect((await one(["s3:MakeCoffee", "teapot:Brew"])).unknown).toEqual(["s3:MakeCoffee", "teapot:Brew"]);
  });

  test.each([
    ["*", true],
    ["arn:aws:s3:::finance", false],
    ["arn:aws:s3:::finance/*", false],
    ["arn:aws:s3:::*", true],
    ["arn:aws:s3:::fin*", true],
    ["arn:aws:sqs:eu-central-1:111122223333:orders*", true],
    ["arn:aws:lambda:eu-central-1:111122223333:function:*", true],
    ["arn:aws:lambda:eu-central-1:111122223333:function:orders:*", false],
    ["arn:aws:dynamodb:eu-central-1:111122223333:table/orders/index/*", false],
    ["arn:aws:secretsmanager:eu-central-1:111122223333:secret:stripe-??????", false],
    ["arn:aws:secretsmanager:eu-central-1:111122223333:secret:??????????-??????", true],
    ["arn:aws:iam::*:role/x", true],
    ["arn:aws:s3:::?????????????/*", true],
    ["arn:aws:s3:::fin??ce/*", true],
    ["arn:aws:s3:::${aws:UserAgent}/*", true],
    ["arn:aws:s3:::finance/${aws:PrincipalTag/team}/*", false],
  ])("%s is open-ended: %s", (resource, open) => {
    expect(isOpenEnded(resource)).toBe(open);
  });

  test("does not count * where an action takes nothing else", async () => {
    expect((await one(["ecr:GetAuthorizationToken"], ["*"])).wildcardResources).toEqual([]);
    expect((await one(["ecr:GetAuthorizationToken", "ecr:PutImage"], ["*"])).wildcardResources).toEqual(["*"]);
  });

  test("draws an escalation only when every part of it is there", async () => {
    expect((await one(["lambda:CreateFunction", "lambda:InvokeFunction"])).escalations).toEqual([]);
    const [found] = (await one(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"])).escalations;
    expect(found).toMatchObject({
      id: "pass-role-lambda",
      actions: ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"],
    });
    expect(found?.path.map(({ node }) => node)).toEqual([
      "this identity",
      "a new Lambda function",
      "any role it may pass",
    ]);
    expect((await one(["iam:PassRole"])).escalations.map(({ id }) => id)).toEqual(["iam-passrole"]);
    expect((await one(["iam:Put*Policy"])).escalations.map(({ id }) => id)).toContain("iam-putrolepolicy");
  });

  test("is not counted from statements that deny", async () => {
    expect((await one(["s3:GetObject"])).wildcardActions).toEqual([]);
  });

  test.each([
    [["s3:GetObject"], ["arn:aws:s3:::a/*", "arn:aws:s3:::a"], "Read from 1 bucket"],
    [["s3:PutObject"], ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"], "Write to 2 buckets"],
    [["s3:PutObject", "sqs:SendMessage"], ["arn:aws:s3:::a/*", "arn:aws:sqs:eu-central-1:1:q"], "Write to 2 resources"],
    [["iam:PutRolePolicy"], ["*"], "Change permissions on every resource, and can gain more power"],
  ])("says %j on %j as one phrase", async (actions, resources, phrase) => {
    expect((await one(actions, resources)).phrase).toBe(phrase);
  });

  test("matches IAM's wildcards in bounded work on hostile patterns", () => {
    expect(matches("get*", "getobject")).toBe(true);
    expect(matches("?etobject", "getobject")).toBe(true);
    expect(matches("*a".repeat(60), "a".repeat(59))).toBe(false);
  });

  test("knows every action that its escalation table names", async () => {
    const source = readFileSync(`${folder}/escalations.ts`, "utf8");
    const named = [...source.matchAll(/"([a-z0-9-]+:[A-Z][A-Za-z]+)"/g)].map(([, action = ""]) => action);
    expect(named.length).toBeGreaterThan(40);
    expect((await expand(named)).unknown).toEqual([]);
  });
});

describe("use", () => {
  test("gives the workflow for this very role", () => {
    const life = { objects: awsIam.plan(ask()), name: "charter-x", storage: null };
    const plan = {
      ...life,
      v: 1,
      kind: "provision",
      request: "r",
      version: 1,
      identity: "i",
      connector: "c",
      target: "t",
      entries: { target: "d", vault: null },
      endsAt: "2030-01-01T00:00:00.000Z",
      change: {},
    } as const;
    const [workflow] = awsIam.use(plan, {
      arn: "arn:aws:iam::111122223333:role/charter/charter-x",
      region: "eu-central-1",
    });
    expect(workflow?.text).toContain("role-to-assume: arn:aws:iam::111122223333:role/charter/charter-x");
    expect(workflow?.text).toContain("id-token: write");
    expect(workflow?.text).toContain('environment: "prod"');
  });
});

describe("narrowed", () => {
  const spec = (...actions: string[]): AwsSpec => ({ object: "role", statements: [{ actions, resources: ["*"] }] });
  test.each([
    [
      "a wildcard is written out without what goes",
      ["s3:AbortMulti*", "s3:GetObject"],
      "S3:abortmultipartupload",
      ["s3:GetObject"],
    ],
    [
      "a wildcard that stands for nothing known goes by its own text",
      ["teapot:Brew*", "s3:GetObject"],
      "teapot:Brew*",
      ["s3:GetObject"],
    ],
    ["what is not there changes nothing", ["s3:GetObject"], "s3:PutObject", ["s3:GetObject"]],
  ])("%s", async (_what, actions, drop, left) => {
    const narrowed = await awsIam.narrow(spec(...actions), [drop]);
    expect(narrowed).toEqual({ ok: spec(...left) });
  });
});
