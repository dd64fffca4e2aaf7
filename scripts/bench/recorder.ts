import { createServer, request as forward } from "node:http";
import type { AddressInfo } from "node:net";

/** One request that went through, and what came back. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** The access key that signed it; null when nothing did. */
  readonly signedBy: string | null;
  readonly answer: string;
}

interface Recorder {
  readonly url: string;
  /** What went through since it was last asked. */
  take(): readonly Recorded[];
  close(): Promise<void>;
}

const signer = /Credential=([^/,]+)\//;

/** An HTTP server that hands everything on to `to` unchanged, `far` later, and keeps what it saw. */
async function record(to: string, far: { readonly ms: number }): Promise<Recorder> {
  const seen: Recorded[] = [];
  const { hostname, port } = new URL(to);
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk) => chunks.push(chunk));
    incoming.on("end", () => {
      const body = Buffer.concat(chunks);
      const { method = "GET", url: path = "/", headers } = incoming;
      const onward = forward({ hostname, port, method, path, headers }, (answer) => {
        const parts: Buffer[] = [];
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.on("data", (part) => parts.push(part));
        answer.pipe(outgoing);
        answer.on("end", () => {
          const signedBy = signer.exec(headers.authorization ?? "")?.[1] ?? null;
          const said = { body: body.toString("utf8"), answer: Buffer.concat(parts).toString("utf8") };
          seen.push({ method, path, signedBy, ...said });
        });
      });
      onward.on("error", () => outgoing.destroy());
      if (far.ms === 0) onward.end(body);
      else setTimeout(() => onward.end(body), far.ms);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    take: () => seen.splice(0),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Recorders in front of whatever a bench leads through them, heard together. */
export function recording() {
  const recorders: Recorder[] = [];
  const far = { ms: 0 };
  return {
    /** From now on everything is as far away as this, milliseconds there and back. */
    moveTo: (ms: number) => {
      far.ms = ms;
    },
    through: async (url: string) => {
      const recorder = await record(url, far);
      recorders.push(recorder);
      return recorder.url;
    },
    take: () => recorders.flatMap((recorder) => recorder.take()),
    close: () => Promise.all(recorders.map((recorder) => recorder.close())),
  };
}
