import { request } from "@octokit/request";
import { z } from "zod";

/** GitHub cannot be asked now: unreachable, or this hour's calls are spent. The sentence is for the log. */
export class GithubUnavailable extends Error {
  override readonly name = "GithubUnavailable";
}

/** Where GitHub answers, and as whom; both from the worker's configuration alone. */
export interface GithubAccess {
  readonly api: string;
  readonly token: string;
}

export interface Github {
  /** A document below the API's address; null when there is none, or none that the token may read. Throws `GithubUnavailable`. */
  read<T>(path: string, shape: z.ZodType<T>): Promise<T | null>;
}

/** Calls left to others who use the same token. */
const reserve = 100;
const timeoutMs = 20_000;

/** What was read before, by address: unchanged, it is answered without its body and costs no call. */
export type Kept = Map<string, { readonly etag: string; readonly value: unknown }>;

/** Reads documents of one GitHub. Redirects are not followed: nobody but the configured host is ever asked. */
export function openGithub({ api, token }: GithubAccess, kept: Kept): Github {
  let left = Number.POSITIVE_INFINITY;
  const ask = request.defaults({
    baseUrl: api.replace(/\/$/, ""),
    headers: { authorization: `Bearer ${token}`, "user-agent": "charter", "x-github-api-version": "2022-11-28" },
    request: { redirect: "error" },
  });
  const send = async (path: string, etag: string | undefined) => {
    if (left <= reserve) throw new GithubUnavailable(spent);
    const headers = etag === undefined ? {} : { "if-none-match": etag };
    try {
      const answer = await ask(`GET ${path}`, {
        headers,
        request: { redirect: "error", signal: AbortSignal.timeout(timeoutMs) },
      });
      left = leftOf(answer.headers);
      return { status: answer.status, data: answer.data, etag: answer.headers.etag };
    } catch (error) {
      const { status, headers: said } = failureOf(error);
      left = leftOf(said);
      if (status === 304 || (left > 0 && (status === 404 || status === 403))) return { status, data: null, etag };
      throw new GithubUnavailable(sentenceOf(status), { cause: error });
    }
  };
  return {
    async read<T>(path: string, shape: z.ZodType<T>): Promise<T | null> {
      const address = `${api} ${path}`;
      const before = kept.get(address);
      const { status, data, etag } = await send(path, before?.etag);
      const parsed = shape.safeParse(status === 304 ? before?.value : data);
      if (status >= 400) return null;
      if (!parsed.success) throw new GithubUnavailable(`GitHub's answer to ${path} is not of the form it documents.`);
      if (etag !== undefined) kept.set(address, { etag, value: parsed.data });
      return parsed.data;
    },
  };
}

interface Failure {
  readonly status: number;
  readonly headers: Headers;
}
type Headers = Readonly<Record<string, string | number | undefined>>;

/** The client's own error with the answer it met; for one that never came, status 0. Anything else is a fault of ours. */
function failureOf(error: unknown): Failure {
  if (error instanceof DOMException) return { status: 0, headers: {} };
  if (!(error instanceof Error && "status" in error && typeof error.status === "number")) throw error;
  const parsed = answered.safeParse(error);
  return parsed.success ? { status: error.status, headers: parsed.data.response.headers } : { status: 0, headers: {} };
}
const answered = z.object({
  response: z.object({ headers: z.record(z.string(), z.union([z.string(), z.number()]).optional()) }),
});

/** Calls left in this hour; a 403 that spares none, or asks to wait, is about their number and not about rights. */
function leftOf(headers: Headers): number {
  if (headers["retry-after"] !== undefined) return 0;
  const left = Number(headers["x-ratelimit-remaining"] ?? Number.NaN);
  return Number.isNaN(left) ? Number.POSITIVE_INFINITY : left;
}

const spent = "GitHub's calls of this hour are spent; the rest is read later.";

function sentenceOf(status: number): string {
  if (status === 0) return "GitHub does not answer.";
  if (status === 401) return "GitHub refuses the configured token.";
  return status === 403 || status === 429 ? spent : `GitHub does not answer as expected (${status}).`;
}
