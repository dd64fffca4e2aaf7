import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Segment } from "./segment.ts";
import type { Reader } from "./verify.ts";

export interface ReadingThreads extends Reader {
  close(): Promise<void>;
}

/** Threads that read segments, one for each processor, at most four. */
export function readingThreads(count = Math.min(4, availableParallelism())): ReadingThreads {
  const threads = Array.from({ length: count }, openThread);
  let turn = 0;
  return {
    ahead: count * 3,
    async read(bytes) {
      const thread = threads[turn++ % count];
      if (thread === undefined) throw new RangeError("There is no thread to read.");
      return thread.read(bytes);
    },
    close: async () => void (await Promise.all(threads.map(({ close }) => close()))),
  };
}

interface Waiting {
  resolve(segment: Segment): void;
  reject(error: unknown): void;
}

/** One thread; it answers in the order it was asked. */
function openThread() {
  const worker = new Worker(new URL("./segment-thread.ts", import.meta.url));
  const waiting: Waiting[] = [];
  worker.on("message", (segment: Segment) => waiting.shift()?.resolve(segment));
  worker.on("error", (error) => {
    for (const { reject } of waiting.splice(0)) reject(error);
  });
  return {
    read(bytes: Uint8Array): Promise<Segment> {
      const { promise, resolve, reject } = Promise.withResolvers<Segment>();
      waiting.push({ resolve, reject });
      worker.postMessage(bytes, bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : []);
      return promise;
    },
    close: () => worker.terminate(),
  };
}
