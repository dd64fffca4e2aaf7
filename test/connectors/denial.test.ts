import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readDenial as aws } from "#lib/connectors/aws-iam/denial.ts";
import { readDenial as postgresql } from "#lib/connectors/postgresql/denial.ts";
import type { DenialRead } from "#lib/domain/permission.ts";
import type { Outcome } from "#lib/domain/refusal.ts";

const read = (outcome: Outcome<DenialRead>): DenialRead => {
  if ("ok" in outcome) return outcome.ok;
  throw new Error(outcome.refusals[0].sentence);
};
const tones = ({ said }: DenialRead) => said.map(({ tone }) => tone);

const user = "User: arn:aws:sts::111122223333:assumed-role/ci/build is not authorized to perform: ";
const object = "arn:aws:s3:::cold/2026/ledger.json";
const put = { actions: ["s3:PutObject"], resources: [object] };

describe("an error that a permission mends is proposed as one", () => {
  test.each([
    [
      "the plain message",
      `${user}s3:PutObject on resource: "${object}" because no identity-based policy allows the s3:PutObject action`,
      put,
    ],
    [
      "without quotes",
      `${user}s3:PutObject on resource: ${object} because no identity-based policy allows the s3:PutObject action.`,
      put,
    ],
    ["without a reason", `${user}s3:PutObject on resource: ${object}`, put],
    [
      "from the command line",
      `An error occurred (AccessDenied) when calling the PutObject operation: ${user}s3:PutObject on resource: "${object}" because no identity-based policy allows the s3:PutObject action`,
      put,
    ],
    [
      "as S3's XML",
      `<Error><Code>AccessDenied</Code><Message>${user}s3:PutObject on resource: &quot;${object}&quot; because no identity-based policy allows the s3:PutObject action</Message></Error>`,
      put,
    ],
    [
      "as CloudTrail's JSON",
      JSON.stringify({
        errorCode: "AccessDenied",
        errorMessage: `${user}s3:PutObject on resource: "${object}" because no identity-based policy allows the s3:PutObject action`,
      }),
      put,
    ],
    [
      "as Terraform frames it",
      `╷\n│ Error: api error AccessDenied: ${user}\n│ s3:PutObject on resource:\n│ "${object}" because no\n│ identity-based policy allows the s3:PutObject action\n╵`,
      put,
    ],
    ["with colours", `\u001b[31m${user}\u001b[0ms3:PutObject on resource: ${object}\u001b[0m`, put],
    [
      "another service",
      `${user}sqs:SendMessage on resource: arn:aws:sqs:eu-central-1:111122223333:jobs because no identity-based policy allows the sqs:SendMessage action`,
      { actions: ["sqs:SendMessage"], resources: ["arn:aws:sqs:eu-central-1:111122223333:jobs"] },
    ],
    ["misspelled case", `${user}S3:putobject on resource: ${object}`.replace("S3:p", "s3:p"), put],
    [
      "an action on everything",
      `${user}sqs:ListQueues on resource: arn:aws:sqs:eu-central-1:111122223333: because no identity-based policy allows the sqs:ListQueues action`,
      { actions: ["sqs:ListQueues"], resources: ["*"] },
    ],
    [
      "no resource at all",
      `${user}kms:Decrypt on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
      { actions: ["kms:Decrypt"], resources: [] },
    ],
    [
      "the command line's short form",
      "An error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied",
      { actions: ["s3:ListBucket"], resources: [] },
    ],
    [
      "an SDK for Go",
      "operation error SQS: SendMessage, https response error StatusCode: 403, RequestID: 1, api error AccessDenied: Access Denied",
      { actions: ["sqs:SendMessage"], resources: [] },
    ],
    [
      "CloudTrail without a message",
      '{"eventSource": "secretsmanager.amazonaws.com", "eventName": "GetSecretValue", "errorCode": "AccessDenied"}',
      { actions: ["secretsmanager:GetSecretValue"], resources: [] },
    ],
    [
      "a decoded message",
      '{"DecodedMessage": "{\\"allowed\\":false,\\"explicitDeny\\":false,\\"context\\":{\\"action\\":\\"ec2:TerminateInstances\\",\\"resource\\":\\"arn:aws:ec2:eu-central-1:111122223333:instance/i-1\\"}}"}',
      { actions: ["ec2:TerminateInstances"], resources: ["arn:aws:ec2:eu-central-1:111122223333:instance/i-1"] },
    ],
  ])("%s", async (_what, text, grant) => {
    expect(read(await aws(text)).grants).toEqual([grant]);
  });
  test.each(["iam:*", "s3:Get*"])(
    "a message that names %s proposes none of the actions it stands for",
    async (action) => {
      const { grants, said } = read(await aws(`${user}${action} on resource: *`));
      expect(grants).toEqual([]);
      expect(said[0]?.sentence).toMatch(/stands for \d+ actions/);
    },
  );
  test("several messages of one log are one proposal, without repetition", async () => {
    const line = (action: string) =>
      `${user}${action} on resource: ${object} because no identity-based policy allows it`;
    const { grants } = read(await aws([line("s3:PutObject"), line("s3:GetObject"), line("s3:PutObject")].join("\n")));
    expect(grants).toEqual([{ actions: ["s3:PutObject", "s3:GetObject"], resources: [object] }]);
  });
});

describe("what no permission mends is said and not proposed", () => {
  test.each([
    ["with an explicit deny in a service control policy", "denied explicitly by the service control policy"],
    ["with an explicit deny in an identity-based policy", "denied explicitly by the identity-based policy"],
    ["with an explicit deny in a permissions boundary", "denied explicitly by the permissions boundary"],
    ["with an explicit deny in a resource-based policy", "denied explicitly by the resource-based policy"],
    ["with an explicit deny", "denied explicitly by a policy that the message does not name"],
    ["because no permissions boundary allows the s3:PutObject action", "The permissions boundary does not allow"],
    ["because no service control policy allows the s3:PutObject action", "The service control policy does not allow"],
    ["because no session policy allows the s3:PutObject action", "The session policy does not allow"],
    ["because no VPC endpoint policy allows the s3:PutObject action", "The VPC endpoint policy does not allow"],
  ])("%s", async (reason, sentence) => {
    const denial = read(await aws(`${user}s3:PutObject on resource: "${object}" ${reason}`));
    expect(denial.grants).toEqual([]);
    expect(denial.said[0]).toMatchObject({ tone: "bad" });
    expect(denial.said[0]?.sentence).toContain(sentence);
  });
  test("one of two messages may still be mended", async () => {
    const denial = read(
      await aws(
        `${user}s3:PutObject on resource: ${object} with an explicit deny in a service control policy\n${user}s3:GetObject on resource: ${object} because no identity-based policy allows the s3:GetObject action`,
      ),
    );
    expect(denial.grants).toEqual([{ actions: ["s3:GetObject"], resources: [object] }]);
    expect(tones(denial)).toContain("bad");
  });
  test("a message without its reason warns that a permission may not be enough", async () => {
    expect(tones(read(await aws(`${user}s3:PutObject on resource: ${object}`)))).toContain("warn");
  });
  test("another account's resource needs its own policy too", async () => {
    const denial = read(
      await aws(
        `${user}s3:PutObject on resource: ${object} because no resource-based policy allows the s3:PutObject action`,
      ),
    );
    expect(denial.grants).toEqual([put]);
    expect(denial.said[0]?.sentence).toContain("resource's own policy");
  });
  test.each([
    ["nothing", "", "This names no denied action."],
    ["a poem", "Shall I compare thee to a summer's day", "This names no denied action."],
    [
      "only the encoded part",
      "You are not authorized to perform this operation. Encoded authorization failure message: abc",
      "The message is encoded, and only the account can read it.",
    ],
    ["too much", "a".repeat(20_001), "This is more than an error message."],
  ])("%s is refused at its field", async (_what, text, sentence) => {
    expect(await aws(text)).toMatchObject({ refusals: [{ field: "denial", sentence }] });
  });
});

describe("PostgreSQL's own words", () => {
  test.each([
    [
      "ERROR:  permission denied for table invoices\nSTATEMENT:  INSERT INTO billing.invoices VALUES (1)",
      "INSERT",
      "table:database/billing/invoices",
    ],
    ['ERROR: permission denied for relation "Line Items"', "SELECT", "table:database/schema/Line Items"],
    ["permission denied for table invoices", "SELECT", "table:database/schema/invoices"],
    [
      'psycopg2.errors.InsufficientPrivilege: permission denied for table invoices\nLINE 1: update "billing"."invoices" set',
      "UPDATE",
      "table:database/billing/invoices",
    ],
    ["permission denied for sequence invoice_id", "USAGE", "sequence:database/schema/invoice_id"],
    ["permission denied for function total", "EXECUTE", "function:database/schema/total"],
    [
      "ERROR: permission denied for view open_orders db=orders STATEMENT: SELECT * FROM shop.open_orders",
      "SELECT",
      "table:orders/shop/open_orders",
    ],
  ])("%s", async (text, action, resource) => {
    expect(read(await postgresql(text)).grants).toEqual([{ actions: [action], resources: [resource] }]);
  });
  test.each([
    ["ERROR: must be owner of table invoices", "bad"],
    ['ERROR: new row violates row-level security policy for table "invoices"', "bad"],
    ["ERROR: permission denied for schema billing", "warn"],
    ["ERROR: permission denied for database orders", "warn"],
    ["ERROR: permission denied to create role", "bad"],
    ["ERROR: permission denied for tablespace fast", "bad"],
  ])("%s proposes nothing", async (text, tone) => {
    const denial = read(await postgresql(text));
    expect([denial.grants, tones(denial)]).toEqual([[], [tone]]);
  });
});

/** Texts that were written to break readers: markup, marks of direction, escapes, halves of the message, long runs. */
const naughty = [
  "<script>alert(1)</script>",
  "\u202Egnp.exe",
  "\ud800",
  "${jndi:ldap://x}",
  "'; drop table requests; --",
  "arn:aws:s3:::<img src=x onerror=alert(1)>",
  "__proto__",
  "\u0000",
  "{{7*7}}",
  "%n%s%p",
  "\\".repeat(50),
  '"'.repeat(50),
  "is not authorized to perform:",
  " on resource: ",
  "explicit deny in a ",
  "User: ",
  "permission denied for table ",
];
const piece = fc.oneof(
  fc.constantFrom(...naughty),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom("s3:PutObject", object, user),
);
const pasted = fc.array(piece, { maxLength: 40 }).map((parts) => parts.join(" "));

describe("whatever is pasted", () => {
  test.each([
    ["AWS", aws],
    ["PostgreSQL", postgresql],
  ] as const)("%s: is refused, or read into plain names that are bounded", async (_kind, reader) => {
    await fc.assert(
      fc.asyncProperty(pasted, async (text) => {
        const outcome = await reader(text);
        if ("refusals" in outcome) return outcome.refusals.every(({ field }) => field === "denial");
        const { grants, said } = outcome.ok;
        for (const { actions, resources } of grants) {
          expect(actions.every((one) => /^[A-Za-z0-9:*-]{1,200}$/.test(one))).toBe(true);
          expect(resources.every((one) => one.length <= 2_048 && !/[\p{C}]/u.test(one))).toBe(true);
        }
        expect(said.every(({ sentence }) => sentence.length < 2_000)).toBe(true);
        return true;
      }),
      { numRuns: 400 },
    );
  });

  const runs = [
    "a",
    " ",
    '"',
    ":",
    "arn:",
    "User: ",
    "not authorized to perform",
    user,
    "on resource: ",
    "no identity-based ",
    "because no ",
    '"action":"',
    "permission denied for ",
    "operation error ",
    "\\",
    "│",
    "\u001b[",
  ];
  test.each([
    ["AWS", aws],
    ["PostgreSQL", postgresql],
  ] as const)("%s: ten times the text takes no more than forty times as long", async (_kind, reader) => {
    const timeOf = async (text: string): Promise<number> => {
      const times: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        const begun = performance.now();
        await reader(text);
        times.push(performance.now() - begun);
      }
      return Math.min(...times);
    };
    await reader("warm");
    for (const run of runs) {
      const of = (length: number) => run.repeat(Math.ceil(length / run.length)).slice(0, length);
      const [short, long] = [await timeOf(of(2_000)), await timeOf(of(20_000))];
      expect(long / Math.max(short, 0.5), run).toBeLessThan(40);
    }
  });
});
