import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Entities, isAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import { describe, expect, test } from "vitest";
import { digest } from "#lib/digest/digest.ts";
import { checkBundle, loadBundle } from "#lib/policy/bundle.ts";
import { type Bundle, decide, figuresOf, rulesOf } from "#lib/policy/engine.ts";
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

const permitting = 'permit (principal, action == Action::"retire", resource);';
const refusing = "forbid (principal, action, resource);";
const said = '@id("own") @rule("A.") @reason("A.")';
const reason = (text: string) => `@id("own") @rule("A.") @reason("${text}")`;
const own = (annotations: string, body = permitting) => ({ "own.cedar": rule({ annotations, body }) });
const ofOwn = "own.cedar: rule own:";
const ids = "@id is lower case letters, digits, dots and hyphens.";
async function checked(files: { readonly [file: string]: string }): Promise<Bundle> {
  const read = await checkBundle({ "figures.json": bundle.files["figures.json"] ?? "", ...files });
  return "ok" in read ? read.ok : expect.fail(read.refusals[0].sentence);
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
      await rm(join(folder, "figures.json"));
      expect(await loadBundle(folder)).toMatchObject({ refusals: [{ sentence: "The bundle has no figures.json." }] });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("that cannot be found is a sentence", async () => {
    expect(await loadBundle("/nowhere/at/all")).toMatchObject({
      refusals: [{ code: "invalid", sentence: "The policy folder /nowhere/at/all cannot be read (ENOENT)." }],
    });
  });

  test("with a rule of its own is usable", async () => {
    expect(await problems({ "own.cedar": rule({}) })).toBe("");
  });

  test.each<[string, { readonly [file: string]: string }, string | RegExp]>([
    ["no Cedar", { "own.cedar": "permit everything" }, "own.cedar: unexpected token `everything`"],
    ["no id", own('@rule("A.") @reason("A.")'), `own.cedar: rule without an id: ${ids}`],
    ["no sentence", own('@id("own") @reason("A.")'), `${ofOwn} @rule and @reason are sentences that every rule needs.`],
    ["no reason", own('@id("own") @rule("A.")'), `${ofOwn} @rule and @reason are sentences that every rule needs.`],
    ["a refusal without a way out", own(said, refusing), `${ofOwn} @mend says what would satisfy a rule that refuses.`],
    [
      "an unknown annotation",
      own(`${said} @aproval("security:2")`),
      `${ofOwn} @aproval is not an annotation Charter knows.`,
    ],
    ...[
      "",
      ",",
      "admin:1",
      "security",
      "security:0",
      "security:6",
      "security:12",
      "security:1:1",
      "security:1, admin:1",
    ].map((asked): [string, { readonly [file: string]: string }, string] => [
      `an approval "${asked}"`,
      own(`${said} @approval("${asked}")`),
      `${ofOwn} @approval is role:count, for instance security:2, with a role of security, operator, auditor and a count from 1 to 5.`,
    ]),
    [
      "an approval on a forbid",
      own(`${said} @mend("B.") @approval("security:1")`, refusing),
      `${ofOwn} @approval and @assurance sit on permits only.`,
    ],
    [
      "assurance on a forbid",
      own(`${said} @mend("B.") @assurance("passkey")`, refusing),
      `${ofOwn} @approval and @assurance sit on permits only.`,
    ],
    [
      "another assurance",
      own(`${said} @assurance("password")`),
      `${ofOwn} @assurance is passkey; nothing else can be asked.`,
    ],
    [
      "an unknown default",
      own(`${said} @default("endsAt=maxDays,purpose=x")`),
      `${ofOwn} @default is one of endsAt=maxDays, retireWhen=unusedDays, rotation=rotateEveryDays.`,
    ],
    ["a place nothing fills", own(reason("It has {colour}.")), "own.cedar: rule own: nothing fills {colour}."],
    ["a place without a name", own(reason("It has {}.")), "own.cedar: rule own: nothing fills {}."],
    [
      "a noun in one number",
      own(reason("It has {actions action}.")),
      "own.cedar: rule own: nothing fills {actions action}.",
    ],
    [
      "places nothing fills in what would mend it",
      own(`${said} @mend("Add {this} and {that}.")`, refusing),
      "own.cedar: rule own: nothing fills {this}.\nown.cedar: rule own: nothing fills {that}.",
    ],
    ["one id twice", { "a.cedar": rule({}), "b.cedar": rule({}) }, "b.cedar: the id own is taken by another rule."],
    [
      "a template",
      own(said, "permit (principal == ?principal, action, resource);"),
      "own.cedar: templates are not used here; write each rule in full.",
    ],
    [
      "a misspelt environment",
      own(said, 'permit (principal, action, resource) when { resource.environment == Environment::"prdo" };'),
      /^own\.cedar: .*prdo.*\)$/,
    ],
    [
      "an attribute that is not there",
      own(said, "permit (principal, action, resource) when { resource.colour == 1 };"),
      /^own\.cedar: .*colour.* \(did you mean `\w+`\?\)$/,
    ],
    [
      "an unguarded exception",
      own(said, "permit (principal, action, resource) when { resource.exceptionDays > 3 };"),
      /^own\.cedar: .*exceptionDays/,
    ],
    [
      "a rule that can never apply",
      own(said, 'permit (principal, action == Action::"provision", resource is Person);'),
      /^own\.cedar: .*\nown\.cedar: .*impossible[^()]*$/,
    ],
    ["a foreign file", { "notes.txt": "x" }, "notes.txt: a bundle holds .cedar files and figures.json, nothing else."],
    ["more than 256 KiB", { "figures.json": "é".repeat(131_073) }, "The bundle has 262146 bytes; 262144 is the limit."],
    ["just 256 KiB of nothing", { "figures.json": "é".repeat(131_072) }, /^figures\.json: the whole: /],
    [
      "several faults",
      { "b.cedar": rule({}), "a.cedar": rule({ annotations: '@id("a")' }), "notes.txt": "", "figures.json": "{" },
      /^notes\.txt: .*\na\.cedar: rule a: @id .*\nfigures\.json: the whole: [^\n]*$/,
    ],
  ])("with %s is refused with a sentence each", async (_, files, sentence) => {
    expect(await problems(files)).toEqual(typeof sentence === "string" ? sentence : expect.stringMatching(sentence));
  });

  test("that is too large is refused as not valid", async () => {
    const large = await checkBundle({ "figures.json": " ".repeat(262_145) });
    expect(large).toMatchObject({ refusals: [{ code: "invalid" }] });
  });

  test("of many rules keeps them in the order of the file", async () => {
    const names = Array.from({ length: 12 }, (_, i) => `r${12 - i}`);
    const text = names.map((id) => own(`@id("${id}") @rule("A.") @reason("A.")`)["own.cedar"]).join("\n");
    expect(rulesOf(await checked({ "own.cedar": text })).map(({ id }) => id)).toEqual(names);
  });

  test.each([
    ["a", false],
    ["a1", true],
    ["0.a-b", true],
    ["-ab", false],
    ["Own", false],
    ["own rule", false],
    ["a".repeat(60), true],
    ["a".repeat(61), false],
  ])("may call a rule %s: %s", async (id, may) => {
    expect(await problems(own(`@id("${id}") @rule("A.") @reason("A.")`))).toBe(
      may ? "" : `own.cedar: rule ${id}: ${ids}`,
    );
  });

  test("has its rules in reading order, each with all that its annotations say", async () => {
    const second = `@id("b2")\n@rule("B.")\n@reason("B {actions action|actions}.")\n@mend("C.")\n@field("endsAt")\n@control(" NHI5:2025, ,PR.AA-05 ")\n${refusing}`;
    const first = `@id("z1") @rule("A.") @reason("A.") @approval("security:2, operator:5") @assurance("passkey")\n@default("endsAt=maxDays,rotation=rotateEveryDays") ${permitting}`;
    const read = await checked({ "own.cedar": `${first}\n${second}\n`, "after.cedar": rule({}) });
    const none = { mend: null, field: null, controls: [], approvals: [], assurance: null, defaults: [] };
    const bare = {
      ...none,
      id: "own",
      effect: "permit",
      sentence: "A rule.",
      reason: "A reason.",
      file: "after.cedar",
    };
    expect(rulesOf(read)).toEqual([
      { ...bare, source: rule({}) },
      {
        ...{ id: "z1", effect: "permit", sentence: "A.", reason: "A.", mend: null, field: null, controls: [] },
        approvals: [
          { role: "security", count: 2 },
          { role: "operator", count: 5 },
        ],
        assurance: "passkey",
        defaults: [
          { field: "endsAt", figure: "maxDays" },
          { field: "rotation", figure: "rotateEveryDays" },
        ],
        ...{ source: first, file: "own.cedar" },
      },
      {
        ...{ ...none, id: "b2", effect: "forbid", sentence: "B.", reason: "B {actions action|actions}.", mend: "C." },
        ...{ field: "endsAt", controls: ["NHI5:2025", "PR.AA-05"], source: second, file: "own.cedar" },
      },
    ]);
    expect(figuresOf(read).defaults).toEqual([
      { field: "endsAt", rule: "z1" },
      { field: "rotation", rule: "z1" },
    ]);
    expect(figuresOf(read)).toBe(figuresOf({ ...read }));
  });

  test("whose files are not its digest's decides nothing", () => {
    const files = { ...bundle.files, "owner.cedar": "" };
    expect(() => decide({ digest: bundle.digest, files }, facts())).toThrow(PolicyFault);
    expect(() => figuresOf({ digest: "0", files: bundle.files })).toThrow(
      new PolicyFault(["The active policy bundle is not what its fingerprint says."]),
    );
  });

  test("that is broken, or whose rule cannot be answered, decides nothing and says why", async () => {
    const files = { "own.cedar": own("")["own.cedar"], "notes.txt": "" };
    const broken = { digest: digest(files), files };
    const why = [
      "notes.txt: a bundle holds .cedar files and figures.json, nothing else.",
      `own.cedar: rule without an id: ${ids}`,
      "The bundle has no figures.json.",
    ];
    expect(() => rulesOf(broken)).toThrow(
      expect.objectContaining({ name: "PolicyFault", problems: why, message: why.join(" ") }),
    );
    const body = "permit (principal, action, resource) when { resource.ttlDays * 9223372036854775807 > 0 };";
    const overflowing = await checked(own(said, body));
    expect(() => decide(overflowing, facts())).toThrow(/^Rule own: .*overflow/);
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
