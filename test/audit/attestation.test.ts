import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import {
  type AttestationStatement,
  attestationLine,
  signAttestation,
  whyNotAttestation,
} from "#lib/audit/attestation.ts";
import { digest } from "#lib/digest/digest.ts";
import type { JsonObject } from "#lib/domain/json.ts";

const key = generateKeyPairSync("ed25519");
const folder = mkdtempSync(join(tmpdir(), "charter-attestations-"));
afterAll(() => rmSync(folder, { recursive: true }));

const shown = { name: "ledger-export", purpose: "Exports the ledger." };
const statement: AttestationStatement = {
  ...{ v: "charter-attestation-1", installation: "acme", id: "a1", identity: "i1", round: 2, person: "p1", key: "k1" },
  ...{ standing: "owner", answer: "keep", reason: "", request: null, batch: null, shown, evidence: digest(shown) },
  ...{
    dueAt: "2026-11-22T10:00:00.000Z",
    answeredAt: "2026-11-20T10:00:00.000Z",
    nextDueAt: "2027-05-21T10:00:00.000Z",
  },
};
const line = (of: AttestationStatement) =>
  attestationLine({ statement: of, signature: signAttestation(of, key.privateKey) });
const good = line(statement);

test("says what is wrong with a line, and nothing where nothing is", () => {
  expect(whyNotAttestation(good, key.publicKey)).toBeNull();
  expect(whyNotAttestation(good.replace("keep", "retire"), key.publicKey)).toBe("a1 is not signed by this key");
  expect(whyNotAttestation(good, generateKeyPairSync("ed25519").publicKey)).toBe("a1 is not signed by this key");
  const other = line({ ...statement, shown: { ...shown, purpose: "Nothing." } });
  expect(whyNotAttestation(other, key.publicKey)).toBe("a1 was given for other evidence than it carries");
  for (const text of ["", "{}", '{"attestation":{}}', `${good}}`]) {
    expect(whyNotAttestation(text, key.publicKey)).toBe("is not an attestation");
  }
});

test.each<Partial<AttestationStatement>>([
  { standing: "backup" },
  { answer: "narrow" },
  { answer: "transfer" },
  { answer: "retire", reason: "Unused.", request: "r1", batch: "b1" },
])("holds with %j, and with it alone", (change) => {
  const signature = signAttestation({ ...statement, ...change }, key.privateKey);
  expect(whyNotAttestation(line({ ...statement, ...change }), key.publicKey)).toBeNull();
  expect(whyNotAttestation(attestationLine({ statement, signature }), key.publicKey)).toMatch("not signed");
});

test.each<[string, JsonObject, string]>([
  ["another kind of statement", { v: "charter-checkpoint-1" }, "00".repeat(64)],
  ["a standing that nobody has", { standing: "" }, "00".repeat(64)],
  ["an answer that nobody gives", { answer: "" }, "00".repeat(64)],
  ["no round", { round: 0 }, "00".repeat(64)],
  ["a field more", { more: 1 }, "00".repeat(64)],
  ["a short digest", { evidence: "0".repeat(63) }, "00".repeat(64)],
  ["a long digest", { evidence: "0".repeat(65) }, "00".repeat(64)],
  ["a digest in capitals", { evidence: "A".repeat(64) }, "00".repeat(64)],
  ["a short signature", {}, "0".repeat(127)],
  ["a long signature", {}, "0".repeat(129)],
  ["a signature in capitals", {}, "A".repeat(128)],
])("with %s is none", (_, change, signature) => {
  const told = (of: JsonObject, by: string) =>
    whyNotAttestation(attestationLine({ statement: of, signature: by }), key.publicKey);
  expect(told(statement, "00".repeat(64))).toBe("a1 is not signed by this key");
  expect(told({ ...statement, ...change }, signature)).toBe("is not an attestation");
});

test("the command counts the sound lines and names the others", async () => {
  const [pem, file] = [join(folder, "key.pem"), join(folder, "export.jsonl")];
  writeFileSync(pem, key.publicKey.export({ type: "spki", format: "pem" }));
  writeFileSync(file, `${good}\n${good.replace("keep", "retire")}\n`);
  const run = promisify(execFile)(process.execPath, ["lib/audit/attestations-command.ts", file, "--key", pem]);
  const failed = await run.catch((error: { code: number; stdout: string }) => error);
  expect(failed).toMatchObject({ code: 1, stdout: expect.stringContaining("Line 2 a1 is not signed by this key.") });
  expect(failed.stdout).toContain("1 of 2 attestations");
});
