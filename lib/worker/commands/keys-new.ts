import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { complain, say } from "./host.ts";

/** Makes a mark key and a checkpoint key in a folder, readable by this account alone. A file that is there is never overwritten. */
export async function newKeys(folder: string, id: string): Promise<number> {
  const mark = join(folder, `mark-${id}.key`);
  const checkpoint = join(folder, `checkpoint-${id}.pem`);
  const { privateKey } = generateKeyPairSync("ed25519");
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(mark, `${randomBytes(32).toString("base64")}\n`, { flag: "wx", mode: 0o600 });
    await writeFile(checkpoint, privateKey.export({ type: "pkcs8", format: "pem" }), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    complain(`There are keys ${id} in ${folder} already. Choose another number.`);
    return 1;
  }
  const keys = {
    mark: [{ id: `mark-${id}`, secret: `file:${mark}` }],
    checkpoint: { id: `checkpoint-${id}`, secret: `file:${checkpoint}` },
  };
  say(
    `Put this into the worker's configuration, older mark keys first, and both files into the backup:\n${JSON.stringify({ keys }, null, 2)}`,
  );
  return 0;
}

if (import.meta.main) {
  const [folder, id = "1"] = process.argv.slice(2);
  if (folder === undefined || !/^[a-z0-9-]{1,20}$/.test(id)) {
    complain("Usage: npm run keys:new -- FOLDER [NUMBER]");
    process.exitCode = 2;
  } else process.exitCode = await newKeys(folder, id);
}
