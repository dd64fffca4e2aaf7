import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Source } from "./verify.ts";

/** A file's bytes as of now, a megabyte at a time. */
export async function fileSource(file: string): Promise<Source> {
  const { size } = await stat(file);
  return { size, read: (start) => createReadStream(file, { start, highWaterMark: 1 << 20 }) };
}
