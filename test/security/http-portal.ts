import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { Agent, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { freePort } from "#lib/embedded-postgres/cluster.mjs";

export const checkout = fileURLToPath(new URL("../..", import.meta.url));
const next = fileURLToPath(new URL("../../node_modules/next/dist/bin/next", import.meta.url));

/** The address people would open; TLS ends before the web, as in a real installation. */
export const publicUrl = "https://charter.example";

/** What the web is started with, but for its database. */
export const webSettings = {
  CHARTER_PUBLIC_URL: publicUrl,
  AUTH_SECRET: "a-secret-of-the-tests-that-is-long-enough",
  AUTH_ISSUER: "http://127.0.0.1:9",
  AUTH_CLIENT_ID: "charter",
  AUTH_CLIENT_SECRET: "a-client-secret-of-the-tests",
};

export interface Sent {
  readonly method?: string;
  /** Sent as it is written: nothing normalises it. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Value of the session cookie. */
  readonly session?: string | null;
  readonly body?: string | Buffer;
}

export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A web process of the existing build, and raw HTTP to it. */
export interface Portal {
  readonly port: number;
  readonly pid: number;
  send(sent: Sent): Promise<Received>;
  /** Opens a response and hands over its pieces as they come, until it ends. */
  follow(sent: Sent, hear: (piece: string) => void): Promise<void>;
  /** What the process wrote, on both streams, since it answered for the first time. */
  log(): string;
  /** What it wrote before that. */
  readonly opening: string;
  /** Its exit code once it has ended, else null. */
  code(): number | null;
  stop(): Promise<void>;
}

/** Starts `next start` with exactly these variables and waits until it answers anything, or has ended; at most `sockets` at once. */
export async function startPortal(variables: Readonly<Record<string, string>>, sockets = 4): Promise<Portal> {
  if (!existsSync(`${checkout}/.next/charter-sources`)) throw new Error("There is no build. Run npm run build first.");
  const port = await freePort();
  const child = spawn(process.execPath, [next, "start", "-H", "127.0.0.1", "-p", String(port)], {
    cwd: checkout,
    env: { PATH: process.env.PATH, NODE_ENV: "production", ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const pieces: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => pieces.push(String(piece)));
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const agent = new Agent({ keepAlive: true, maxSockets: sockets });
  const exchange = (sent: Sent) => exchangeWith({ agent, port }, sent);
  for (let tries = 0; tries < 300 && child.exitCode === null; tries++) {
    if (await exchange({ path: "/api/health" }).then(Boolean, () => false)) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const opening = pieces.splice(0).join("");
  return {
    port,
    pid: child.pid ?? 0,
    opening,
    send: async (sent) => {
      const { response, done } = await exchange(sent);
      const text = await done;
      return { status: response.statusCode ?? 0, headers: response.headers, text };
    },
    follow: async (sent, hear) => {
      const { response, done } = await exchange(sent);
      response.on("data", (piece) => hear(String(piece)));
      await done;
    },
    log: () => pieces.join(""),
    code: () => child.exitCode,
    stop: async () => {
      agent.destroy();
      if (child.exitCode !== null) return;
      child.kill("SIGKILL");
      await gone;
    },
  };
}

async function exchangeWith({ agent, port }: { agent: Agent; port: number }, sent: Sent) {
  const { promise, resolve, reject } = Promise.withResolvers<import("node:http").IncomingMessage>();
  const cookie = sent.session ? { cookie: `__Host-charter-session=${sent.session}` } : {};
  const request = httpRequest(
    {
      agent,
      host: "127.0.0.1",
      port,
      path: sent.path,
      method: sent.method ?? "GET",
      headers: { host: "charter.example", "x-forwarded-proto": "https", ...cookie, ...sent.headers },
    },
    resolve,
  );
  request.on("error", reject);
  request.end(sent.body);
  const response = await promise;
  const pieces: Buffer[] = [];
  response.on("data", (piece: Buffer) => pieces.push(piece));
  const done = new Promise<string>((end, fail) => {
    response.on("end", () => end(Buffer.concat(pieces).toString("utf8")));
    response.on("error", fail);
    // A refused upload may be cut off by the server while its answer is already here.
    response.on("close", () => end(Buffer.concat(pieces).toString("utf8")));
  });
  return { response, done };
}

const answerSchema = z.union([
  z.object({ refusals: z.array(z.object({ code: z.string(), sentence: z.string() })).min(1) }),
  z.object({ fault: z.string() }),
  z.object({ ok: z.unknown() }),
]);

/** A server action as the browser calls it; `headers` replaces what a browser would send. */
export function callOf(call: { id: string; page: string; input: unknown; session: string | null }): Sent {
  return {
    method: "POST",
    path: call.page,
    session: call.session,
    headers: {
      origin: publicUrl,
      "next-action": call.id,
      "content-type": "text/plain;charset=UTF-8",
      accept: "text/x-component",
    },
    body: JSON.stringify([call.input]),
  };
}

/** One word for what an action answered: `taken`, a refusal's code, `signed-out`, `foreign`, `read-only`, `to PATH`, or a status. */
export function verdictOf({ status, headers, text }: Received): string {
  const to = headers["x-action-redirect"] ?? (status === 303 ? headers.location : undefined);
  if (to !== undefined) return `to ${new URL(String(to).split(";")[0] ?? "", publicUrl).pathname}`;
  const row = /(?<!\d)1:(\{"(?:ok|refusals|fault)":.*\})$/m.exec(text)?.[1];
  const answer = row === undefined ? null : answerSchema.safeParse(JSON.parse(row)).data;
  if (status !== 200 || !answer) return `status ${status}`;
  if ("fault" in answer) return "fault";
  if ("ok" in answer) return "taken";
  const { code, sentence } = answer.refusals[0] ?? { code: "", sentence: "" };
  if (/session has ended/.test(sentence)) return "signed-out";
  if (/another address/.test(sentence)) return "foreign";
  return /for reading only/.test(sentence) ? "read-only" : code;
}

/** One word for what an address answered: `shown`, `sign-in`, `not-found`, or a status. */
export function sightOf({ status, headers, text }: Received): string {
  if (status === 307 || status === 303) {
    const { pathname } = new URL(headers.location ?? "/", publicUrl);
    return pathname === "/sign-in" ? "sign-in" : `to ${pathname}`;
  }
  if (status === 404) return "not-found";
  if (/NEXT_REDIRECT[^"]*\/sign-in/.test(text)) return "sign-in";
  return status === 200 ? "shown" : `status ${status}`;
}
