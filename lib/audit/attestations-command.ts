import { createPublicKey } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { whyNotAttestation } from "./attestation.ts";

const usage = "Usage: npm run attestations:verify -- FILE --key PUBLIC-KEY\n";

/** `FILE` is a signed export of attestations, `--key` the public checkpoint key (PEM). Exit 0 sound, 1 not, 2 misused. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { key: { type: "string" } } });
  const [file] = positionals;
  if (file === undefined || values.key === undefined || positionals.length > 1) {
    process.stderr.write(usage);
    return 2;
  }
  const key = createPublicKey(await readFile(values.key));
  let [sound, at] = [0, 0];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    at += 1;
    const why = whyNotAttestation(line, key);
    if (why === null) sound += 1;
    else process.stdout.write(`Line ${at} ${why}.\n`);
  }
  process.stdout.write(
    `${sound} of ${at} attestations are signed by this key and carry the evidence they were given for.\n`,
  );
  return sound === at ? 0 : 1;
}

process.exitCode = await main();
