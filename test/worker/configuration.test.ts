import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Json, JsonObject } from "#lib/domain/json.ts";
import { readConfig } from "#lib/worker/config-file.ts";

// The worked example of docs/deploy, broken at one place after the other.

const example = JSON.parse(
  readFileSync(fileURLToPath(new URL("../../docs/deploy/worker.json", import.meta.url)), "utf8"),
) as JsonObject;
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "charter-config-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function complaints(config: Json): Promise<readonly string[]> {
  const file = join(folder, "worker.json");
  writeFileSync(file, JSON.stringify(config));
  const read = await readConfig(file);
  return "refusals" in read ? read.refusals.map(({ sentence }) => sentence) : [];
}

/** Every place of a value that is an object's or a list's. */
function placesOf(value: Json, at: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [[...at, name], ...placesOf(inner as Json, [...at, name])]);
}

/** The example with `change` done to what holds the place. */
function changed(at: readonly string[], change: (holder: Record<string, Json>, name: string) => void): Json {
  const whole = structuredClone(example) as unknown as Record<string, Json>;
  let holder = whole;
  for (const name of at.slice(0, -1)) holder = holder[name] as unknown as Record<string, Json>;
  change(holder, at.at(-1) ?? "");
  return whole as unknown as Json;
}

test("the example of docs/deploy is complete", async () => {
  expect(await complaints(example)).toEqual([]);
});

test("whatever is missing or of another kind is named at its place in a plain sentence", async () => {
  const places = placesOf(example);
  expect(places.length).toBeGreaterThan(50);
  const jargon = /invalid|too (small|big)|expected|received|unrecognized|undefined|NaN/i;
  let heard = 0;
  for (const at of places) {
    const lists = Array.isArray(
      at.slice(0, -1).reduce<Json>((value, name) => (value as JsonObject)[name] as Json, example),
    );
    const broken: Json[] = [null, 7, "", "x".repeat(5_000), [], {}, [[]]].map((wrong) =>
      changed(at, (holder, name) => {
        holder[name] = wrong as Json;
      }),
    );
    if (!lists)
      broken.push(
        changed(at, (holder, name) => {
          delete holder[name];
        }),
      );
    for (const config of broken) {
      for (const sentence of await complaints(config)) {
        heard += 1;
        expect(sentence, at.join(".")).not.toMatch(jargon);
        expect(sentence).toMatch(/[.]$/);
      }
    }
  }
  expect(heard).toBeGreaterThan(300);
});

test.each([
  [["installation"], "installation: This is missing."],
  [["signIn", "roles", "operator"], "signIn.roles.operator: This is missing."],
  [["targets", "0", "settings", "accountId"], "payments-aws.settings.accountId: This is missing."],
] as const)("without %j it says %s", async (at, sentence) => {
  const config = changed(at, (holder, name) => {
    delete holder[name];
  });
  expect(await complaints(config)).toContain(sentence);
});

test("a setting that does not exist is named, as is what a choice may be", async () => {
  const strange = changed(["targets", "0", "settings"], (holder, name) => {
    holder[name] = { ...(holder[name] as JsonObject), regoin: "eu-central-1" };
  });
  expect(await complaints(strange)).toContain("payments-aws.settings: There is no setting regoin here.");
  const elsewhere = changed(["targets", "0", "environments"], (holder, name) => {
    holder[name] = ["production"];
  });
  expect(await complaints(elsewhere)).toContain("targets.0.environments.0: Write one of dev, staging, prod.");
});

test("a file that is not there is said with what to do about it", async () => {
  const file = join(folder, "none.json");
  expect(await readConfig(file)).toMatchObject({
    refusals: [
      {
        sentence: `${file} cannot be read (ENOENT).`,
        mend: "Name the file, or write it as docs/configure.md shows.",
      },
    ],
  });
});
