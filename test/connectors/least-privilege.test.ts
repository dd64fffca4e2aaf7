import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { connectors } from "#lib/connectors/registry.ts";

/** JSON is laid out by the formatter of the documents. */
const plain = (text: string): string => (text.startsWith("{") ? JSON.stringify(JSON.parse(text)) : text.trim());

test("the policy that the portal shows for an AWS account is the one that its document prints", () => {
  const text = readFileSync(new URL("../../lib/connectors/aws-iam/README.md", import.meta.url), "utf8");
  const printed = [...text.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => plain(block));
  const shown = connectors.find(({ kind }) => kind === "aws-iam")?.example.policy ?? "";
  expect(printed).toContain(plain(shown));
});
