import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { CallContext } from "#lib/domain/target.ts";

/** One request and what became of it on the wire. */
export interface Exchange {
  readonly context: CallContext;
  /** Whether it changes the vault, so that a lost answer is ambiguous. */
  readonly changes: boolean;
  /** Made when the connection stands, so that a secret becomes text only then. */
  readonly body?: () => unknown;
  /** True from the moment the vault may have received it. */
  sent: boolean;
  retryAfterMs: number | null;
}

/** What node-vault hands to its transport; `json` only from its own login and token calls. */
interface WireOptions {
  readonly uri: string;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly exchange: Exchange;
}
interface WireReply {
  readonly statusCode: number;
  readonly body: unknown;
  readonly request: { readonly path: string };
}

const longestAnswer = 1_048_576;

/**
 * Transport for node-vault in place of its own, which follows redirects with the token still on, obeys proxy variables of
 * the environment, and puts the request body, secrets included, into its errors. A new connection per request: an idle
 * connection that the server had closed would look like a lost answer.
 */
export const transport = (ca: string | null): { defaults(): (options: WireOptions) => Promise<WireReply> } => ({
  defaults: () => (options) => exchangeOnce(options, ca),
});

function exchangeOnce(options: WireOptions, ca: string | null): Promise<WireReply> {
  const { exchange } = options;
  const url = new URL(options.uri);
  return new Promise((resolve, reject) => {
    const request = open(url, options, ca);
    const late = setTimeout(() => request.destroy(named("timeout")), exchange.context.timeoutMs);
    const end = (error: unknown) => {
      clearTimeout(late);
      reject(error);
    };
    request.once("error", end);
    request.once("close", () => end(named("closed")));
    request.once("response", (response) => {
      collect(response, exchange).then((body) => {
        clearTimeout(late);
        resolve({ statusCode: response.statusCode ?? 0, body, request: { path: url.pathname } });
      }, end);
    });
    whenConnected(request, () => {
      try {
        exchange.context.aboutToSend();
        const body = exchange.body ? exchange.body() : options.json;
        exchange.sent = true;
        request.end(body === undefined ? undefined : JSON.stringify(body));
      } catch (error) {
        end(error);
        request.destroy();
      }
    });
  });
}

function open(url: URL, { method, headers }: WireOptions, ca: string | null): ClientRequest {
  const options = { method, agent: false, headers: { "content-type": "application/json", ...headers } };
  return url.protocol === "https:"
    ? httpsRequest(url, ca === null ? options : { ...options, ca })
    : httpRequest(url, options);
}

function whenConnected(request: ClientRequest, go: () => void): void {
  request.once("socket", (socket) => {
    if ("encrypted" in socket) socket.once("secureConnect", go);
    else if (socket.connecting) socket.once("connect", go);
    else go();
  });
}

async function collect(response: IncomingMessage, exchange: Exchange): Promise<unknown> {
  const wait = Number(response.headers["retry-after"]);
  if (Number.isFinite(wait) && wait > 0) exchange.retryAfterMs = wait * 1000;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    length += chunk.length;
    if (length > longestAnswer) throw named("answer-too-long");
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

const named = (code: string): Error => Object.assign(new Error(code), { code });
