import { parentPort } from "node:worker_threads";
import { readSegment } from "./segment.ts";

// A thread of `readingThreads`: bytes in, what they tell out, in the order they came.
parentPort?.on("message", (bytes: Uint8Array) => {
  const segment = readSegment(bytes);
  const { seq, key, prev, hash, line, leaf, leafHash } = segment;
  const buffers = [seq, key, prev, hash, line, leaf, leafHash].map(({ buffer }) => buffer);
  parentPort?.postMessage(
    segment,
    buffers.filter((buffer) => buffer instanceof ArrayBuffer),
  );
});
