import { createHash } from "node:crypto";
import { type Simulator, serve, type Wire, type WireCall, type WireReply } from "#lib/simulation/server.ts";

export interface GithubRepository {
  id: number;
  full_name: string;
  owner: { id: number };
  archived: boolean;
  created_at: string;
  environments: readonly string[];
  /** Answer of the subject customization; null: not found. */
  sub: Record<string, unknown> | null;
}
export interface GithubWorld {
  token: string;
  /** Organisations, then people, by name. */
  orgs: Record<string, GithubRepository[]>;
  users: Record<string, GithubRepository[]>;
  /** Calls left in this hour; answers without a body are free. */
  left: number;
  /** A path that is answered with a redirect to this address. */
  redirects: Record<string, string>;
}

/** GitHub's REST API as far as repositories go: pages, ETags, rate limits. There is no independent server of it to compare with. */
export const startGithub = (): Promise<Simulator<GithubWorld>> => serve(wire, { port: 0 });

const wire: Wire<GithubWorld> = {
  empty: () => ({ token: "ghp-of-the-test", orgs: {}, users: {}, left: 5000, redirects: {} }),
  operationOf: ({ url }) => url.pathname.slice(1) + url.search,
  isRead: () => true,
  answer,
  failure: (kind) => json(kind === "throttle" ? 429 : kind === "unavailable" ? 503 : 403, { message: kind }),
};

const json = (status: number, body: unknown, headers: Record<string, string> = {}): WireReply => ({
  status,
  headers: { "content-type": "application/json; charset=utf-8", ...headers },
  body: JSON.stringify(body),
});

function answer({ request, state }: WireCall<GithubWorld>): WireReply {
  const { url, headers } = request;
  const away = state.redirects[url.pathname];
  if (away !== undefined) return { status: 302, headers: { location: away }, body: "" };
  if (headers.authorization !== `Bearer ${state.token}`) return json(401, { message: "Bad credentials" });
  const limit = { "x-ratelimit-limit": "5000", "x-ratelimit-remaining": String(Math.max(0, state.left - 1)) };
  if (state.left <= 0) return json(403, { message: "API rate limit exceeded" }, limit);
  const found = documentOf(state, url);
  const body = JSON.stringify(found);
  const etag = `W/"${createHash("sha256").update(body).digest("hex")}"`;
  if (found !== null && headers["if-none-match"] === etag)
    return { status: 304, headers: { etag, ...limit }, body: "" };
  state.left -= 1;
  return found === null ? json(404, { message: "Not Found" }, limit) : json(200, found, { etag, ...limit });
}

function documentOf({ orgs, users }: GithubWorld, url: URL): unknown {
  const [kind = "", first = "", second = "", ...rest] = url.pathname.slice(1).split("/").map(decodeURIComponent);
  const of = { orgs, users }[kind];
  const page = <T>(list: readonly T[]): readonly T[] => {
    const size = Number(url.searchParams.get("per_page"));
    return list.slice(size * (Number(url.searchParams.get("page")) - 1)).slice(0, size);
  };
  if (of !== undefined && second === "") return of[first] === undefined ? null : { login: first };
  if (of !== undefined)
    return of[first] === undefined ? null : page(of[first]).map(({ environments: _, sub: __, ...one }) => one);
  const all = [...Object.values(orgs), ...Object.values(users)].flat();
  const one = all.find(({ full_name }) => full_name === `${first}/${second}`);
  if (one === undefined) return null;
  if (rest.join("/") === "environments") return { environments: page(one.environments).map((name) => ({ name })) };
  return rest.join("/") === "actions/oidc/customization/sub" ? one.sub : null;
}
