import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";

const pages = z.array(z.object({ webSocketDebuggerUrl: z.string() })).min(1);
const told = z.object({ id: z.number(), result: z.object({ result: z.object({ value: z.unknown() }).optional() }) });
const answered = 30_000;

/**
 * Bytes of its heap that a Node process still holds once it has been made to collect: what a leak adds to, and a heap that merely
 * has room does not. The process must have been started with `--inspect-port`; only now it is told to listen there.
 */
export async function heapOf({ pid, port }: { readonly pid: number; readonly port: number }): Promise<number> {
  process.kill(pid, "SIGUSR1");
  const [page] = pages.parse(await listening(`http://127.0.0.1:${port}/json/list`));
  const socket = new WebSocket(page?.webSocketDebuggerUrl ?? "");
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", reject, { once: true });
  });
  const ask = (id: number, method: string, params = {}): Promise<unknown> => {
    const answer = new Promise<unknown>((resolve) => {
      const hear = ({ data }: MessageEvent) => {
        const heard = told.safeParse(JSON.parse(String(data))).data;
        if (heard?.id !== id) return;
        socket.removeEventListener("message", hear);
        resolve(heard.result.result?.value);
      };
      socket.addEventListener("message", hear);
    });
    socket.send(JSON.stringify({ id, method, params }));
    return Promise.race([answer, pause(answered, null, { ref: false })]);
  };
  // What is only weakly held goes at the second time.
  for (const id of [1, 2]) await ask(id, "HeapProfiler.collectGarbage");
  const held = await ask(3, "Runtime.evaluate", { expression: "process.memoryUsage().heapUsed", returnByValue: true });
  socket.close();
  return z.number().parse(held);
}

async function listening(url: string): Promise<unknown> {
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return answer.json();
    await pause(100);
  }
  throw new Error("The process does not open its inspector.");
}
