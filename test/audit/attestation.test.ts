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

test("the command counts the sound lines and names the others", async () => {
  const [pem, file] = [join(folder, "key.pem"), join(folder, "export.jsonl")];
  writeFileSync(pem, key.publicKey.export({ type: "spki", format: "pem" }));
  writeFileSync(file, `${good}\n${good.replace("keep", "retire")}\n`);
  const run = promisify(execFile)(process.execPath, ["lib/audit/attestations-command.ts", file, "--key", pem]);
  const failed = await run.catch((error: { code: number; stdout: string }) => error);
  expect(failed).toMatchObject({ code: 1, stdout: expect.stringContaining("Line 2 a1 is not signed by this key.") });
  expect(failed.stdout).toContain("1 of 2 attestations");
});
