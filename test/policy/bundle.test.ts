import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Entities, isAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import { describe, expect, test } from "vitest";
import { checkBundle, loadBundle } from "#lib/policy/bundle.ts";
import { decide, figuresOf } from "#lib/policy/engine.ts";
import { cedarRequest, sayable, sayableNames } from "#lib/policy/facts.ts";
import { PolicyFault } from "#lib/policy/prepare.ts";
import { type Change, facts } from "./facts.ts";

const loaded = await loadBundle();
if ("refusals" in loaded) throw new Error(loaded.refusals.map((one) => one.sentence).join("\n"));
const bundle = loaded.ok;
const rule = (text: { annotations?: string; body?: string }) =>
  `${text.annotations ?? '@id("own") @rule("A rule.") @reason("A reason.")'}\n${text.body ?? 'permit (principal, action == Action::"retire", resource);'}`;
async function problems(files: { readonly [file: string]: string }): Promise<string> {
  const checked = await checkBundle({ "figures.json": bundle.files["figures.json"] ?? "", ...files });
  return "ok" in checked ? "" : checked.refusals.map((one) => one.sentence).join("\n");
}

describe("a bundle", () => {
  test("is what its files are: another letter is another digest", async () => {
    const folder = await mkdtemp(join(tmpdir(), "bundle-"));
    try {
      for (const [name, text] of Object.entries(bundle.files)) await writeFile(join(folder, name), text);
      await writeFile(join(folder, "README.md"), "not part of it");
      expect(await loadBundle(folder)).toEqual({ ok: bundle });
      await writeFile(join(folder, "end.cedar"), `${bundle.files["end.cedar"]}\n`);
      const changed = await loadBundle(folder);
      expect("ok" in changed && changed.ok.digest !== bundle.digest).toBe(true);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("that cannot be found is a sentence", async () => {
    expect(await loadBundle("/nowhere/at/all")).toMatchObject({
      refusals: [{ sentence: expect.stringContaining("cannot be read (ENOENT)") }],
    });
  });

  test("with a rule of its own is usable", async () => {
    expect(await problems({ "own.cedar": rule({}) })).toBe("");
  });

  test.each<[string, { readonly [file: string]: string }, string]>([
    ["no Cedar", { "own.cedar": "permit everything" }, "own.cedar: "],
    ["no id", { "own.cedar": rule({ annotations: '@rule("A.") @reason("A.")' }) }, "@id is"],
    ["no sentence", { "own.cedar": rule({ annotations: '@id("own") @reason("A.")' }) }, "@rule and @reason"],
    ["a refusal without a way out", { "own.cedar": rule({ body: "forbid (principal, action, resource);" }) }, "@mend"],
    [
      "an unknown annotation",
      { "own.cedar": rule({ annotations: '@id("own") @rule("A.") @reason("A.") @aproval("security:2")' }) },
      "@aproval is not an annotation",
    ],
    [
      "an unknown role",
      { "own.cedar": rule({ annotations: '@id("own") @rule("A.") @reason("A.") @approval("admin:1")' }) },
      "@approval is role:count",
    ],
    [
      "a count of none",
      { "own.cedar": rule({ annotations: '@id("own") @rule("A.") @reason("A.") @approval("security:0")' }) },
      "@approval is role:count",
    ],
    [
      "an empty approval",
      { "own.cedar": rule({ annotations: '@id("own") @rule("A.") @reason("A.") @approval("")' }) },
      "@approval is role:count",
    ],
    [
      "an approval on a forbid",
      {
        "own.cedar": rule({
          annotations: '@id("own") @rule("A.") @reason("A.") @mend("B.") @approval("security:1")',
          body: "forbid (principal, action, resource);",
        }),
      },
      "on permits only",
    ],
    [
      "an unknown default",
      { "own.cedar": rule({ annotations: '@id("own") @rule("A.") @reason("A.") @default("purpose=x")' }) },
      "@default is one of",
    ],
    [
      "a place nothing fills",
      { "own.cedar": rule({ annotations: '@id("own") @rule("A.") @reason("It has {colour}.")' }) },
      "nothing fills {colour}",
    ],
    ["one id twice", { "a.cedar": rule({}), "b.cedar": rule({}) }, "is taken by another rule"],
    [
      "a template",
      { "own.cedar": rule({ body: "permit (principal == ?principal, action, resource);" }) },
      "templates are not used",
    ],
    [
      "a misspelt environment",
      {
        "own.cedar": rule({
          body: 'permit (principal, action, resource) when { resource.environment == Environment::"prdo" };',
        }),
      },
      "prdo",
    ],
    [
      "an attribute that is not there",
      { "own.cedar": rule({ body: "permit (principal, action, resource) when { resource.colour == 1 };" }) },
      "colour",
    ],
    [
      "an unguarded exception",
      { "own.cedar": rule({ body: "permit (principal, action, resource) when { resource.exceptionDays > 3 };" }) },
      "exceptionDays",
    ],
    [
      "a rule that can never apply",
      { "own.cedar": rule({ body: 'permit (principal, action == Action::"provision", resource is Person);' }) },
      "own.cedar",
    ],
    ["a foreign file", { "notes.txt": "x" }, "nothing else"],
    ["no figures", { "figures.json": "" }, "figures.json"],
    [
      "figures with a gap",
      {
        "figures.json": (bundle.files["figures.json"] ?? "").replace(
          '["prod"], "credentials": ["static"]',
          '["prod"], "credentials": ["dynamic"]',
        ),
      },
      "prod with a static credential has 0 rows",
    ],
    [
      "an unknown figure",
      { "figures.json": (bundle.files["figures.json"] ?? "").replace("{", '{ "colour": 1,') },
      "colour",
    ],
    ["more than 256 KiB", { "own.cedar": `${rule({})}//${"x".repeat(256 * 1024)}` }, "is the limit"],
  ])("with %s is refused with a sentence", async (_, files, sentence) => {
    expect(await problems(files)).toContain(sentence);
  });

  test("whose files are not its digest's decides nothing", () => {
    const files = { ...bundle.files, "owner.cedar": "" };
    expect(() => decide({ digest: bundle.digest, files }, facts())).toThrow(PolicyFault);
    expect(() => figuresOf({ digest: "0", files: bundle.files })).toThrow(PolicyFault);
  });
});

describe("what Cedar is asked", () => {
  const figures = figuresOf(bundle);
  test("fits the schema, for every verb and principal", async () => {
    const schema = await readFile(new URL("../../lib/policy/schema.cedarschema", import.meta.url), "utf8");
    const cases: readonly Change[] = [
      {},
      { exceptionDays: 3 },
      { kind: "renew" },
      { kind: "transfer" },
      { kind: "retire", requester: { system: true } },
    ];
    for (const change of cases) {
      const request = cedarRequest(facts(change), figures);
      const answer = isAuthorized({
        ...request,
        entities: request.entities as Entities,
        schema,
        validateRequest: true,
        policies: { staticPolicies: "permit (principal, action, resource);" },
      });
      expect(answer).toMatchObject({ type: "success", response: { decision: "allow" } });
    }
  });
  test("names every figure that sentences may name", () => {
    expect(new Set(Object.keys(sayable(facts(), figures)))).toEqual(sayableNames);
  });
});
