import { describe, expect, test } from "vitest";
import { openTrust } from "#lib/connectors/aws-iam/open-trust.ts";
import type { JsonObject } from "#lib/domain/json.ts";

const github = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
const sub = "token.actions.githubusercontent.com:sub";
const trust = (...statements: JsonObject[]): JsonObject => ({ Version: "2012-10-17", Statement: statements });
const allow = (Principal: string | JsonObject, Condition?: JsonObject): JsonObject => ({
  Effect: "Allow",
  Principal,
  Action: "sts:AssumeRole",
  ...(Condition && { Condition }),
});

describe("who else may assume a role", () => {
  test.each([
    ["a service", trust(allow({ Service: "ec2.amazonaws.com" }))],
    ["an account", trust(allow({ AWS: "arn:aws:iam::444455556666:root" }))],
    ["one subject", trust(allow({ Federated: github }, { StringEquals: { [sub]: "repo:acme/api:environment:prod" } }))],
    ["an asterisk that is no pattern", trust(allow({ Federated: github }, { StringEquals: { [sub]: "repo:acme/*" } }))],
    ["a denied everybody", trust({ ...allow("*"), Effect: "Deny" })],
    ["a SAML provider", trust(allow({ Federated: "arn:aws:iam::111122223333:saml-provider/okta" }))],
    [
      "one pool of Cognito",
      trust(
        allow(
          { Federated: "cognito-identity.amazonaws.com" },
          { StringEquals: { "cognito-identity.amazonaws.com:aud": "eu:1" } },
        ),
      ),
    ],
  ])("%s: nobody", (_, document) => expect(openTrust(document)).toEqual([]));

  test.each([
    ["a star", allow("*"), "anyone in any AWS account may assume it"],
    ["a star among accounts", allow({ AWS: ["444455556666", "*"] }), "anyone in any AWS account may assume it"],
    [
      "a star with a condition",
      allow({ AWS: "*" }, { StringEquals: { "aws:PrincipalOrgID": "o-1" } }),
      "anyone who meets its condition may assume it",
    ],
    [
      "no subject",
      allow({ Federated: github }, { StringEquals: { "token.actions.githubusercontent.com:aud": "x" } }),
      "any subject of token.actions.githubusercontent.com may assume it",
    ],
    [
      "a pattern",
      allow({ Federated: github }, { StringLike: { [sub]: ["repo:acme/*"] } }),
      "its subject is a pattern: repo:acme/*",
    ],
  ])("%s is named", (_, statement, sentence) => expect(openTrust(trust(statement))).toEqual([sentence]));

  const exact = "repo:acme/api:environment:prod";
  test.each([
    ["StringEquals", exact, "pinned"],
    ["StringEqualsIgnoreCase", exact, "pinned"],
    ["StringLike", exact, "pinned"],
    ["ForAnyValue:StringEquals", exact, "pinned"],
    ["ForAnyValue:StringLike", "repo:acme/*", "pattern"],
    ["StringLike", "repo:acme/*", "pattern"],
    ["ArnLike", "repo:acme/*", "pattern"],
    ["ForAllValues:StringEquals", exact, "any"],
    ["StringNotEquals", exact, "any"],
    ["StringNotEqualsIgnoreCase", exact, "any"],
    ["StringNotLike", "repo:acme/*", "any"],
    ["StringEqualsIfExists", exact, "any"],
    ["StringLikeIfExists", exact, "any"],
    ["ForAnyValue:StringEqualsIfExists", exact, "any"],
    ["Null", "false", "any"],
    ["Null", "true", "any"],
  ])("a subject under %s %s is %s", (operator, value, is) => {
    const said = openTrust(trust(allow({ Federated: github }, { [operator]: { [sub]: value } })));
    const sentence = { pinned: [], pattern: [`its subject is a pattern: ${value}`] }[is];
    expect(said).toEqual(sentence ?? ["any subject of token.actions.githubusercontent.com may assume it"]);
  });

  test("one condition that names the subject pins it, whatever another allows", () => {
    const both = { StringEquals: { [sub]: exact }, StringLike: { [sub]: "repo:*" }, Null: { [sub]: "false" } };
    expect(openTrust(trust(allow({ Federated: github }, both)))).toEqual([]);
  });

  test("everybody but one is everybody", () =>
    expect(openTrust(trust({ Effect: "Allow", NotPrincipal: { AWS: "444455556666" } }))).toHaveLength(1));

  test("one statement without a list is read too", () => expect(openTrust({ Statement: allow("*") })).toHaveLength(1));

  test("what cannot be read is said", () => expect(openTrust(null)).toEqual(["its trust document cannot be read"]));
});
