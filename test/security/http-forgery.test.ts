import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { getTableColumns, getTableName, is } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import * as audit from "#db/schema/audit.ts";
import * as claims from "#db/schema/claims.ts";
import * as configuration from "#db/schema/configuration.ts";
import * as directory from "#db/schema/directory.ts";
import * as inventory from "#db/schema/inventory.ts";
import * as progress from "#db/schema/progress.ts";
import { readAnswers } from "#lib/domain/read-answers.ts";
import { type Action, actions, inputs } from "./http-entries.ts";
import { callOf, checkout, publicUrl, type Received, type Sent, sightOf, verdictOf } from "./http-portal.ts";
import { type Keeper, keeper, openWorld, type Principal, type World } from "./http-world.ts";

let world: World;
let kept: Keeper;
beforeAll(async () => {
  world = await openWorld();
  kept = await keeper(world.admin);
});
// None of these may change anything.
afterEach(async () => {
  const changes = await kept.changes();
  await kept.restore();
  expect(changes).toEqual([]);
});
afterAll(() => world?.close());

const inputOf = ({ name }: Action): Record<string, unknown> => inputs[name]?.(world.own, world.person) ?? {};
/** Who may do it: the principal whose call would be taken if it were sent as a browser sends it. */
const allowed = ({ name }: Action): Principal =>
  /approvals|targets/.test(name) ? "security" : /identities|accept/.test(name) ? "owner" : "requester";
const call = (action: Action, input: unknown = inputOf(action)): Sent =>
  callOf({ ...action, input, session: world.session[allowed(action)] });
/** Sends it, and returns its verdict; what it changed shows after the test. */
const tried = async (sent: Sent): Promise<string> => verdictOf(await world.portal.send(sent));
const onlyFor = (name: string) => actions().filter((action) => action.name.endsWith(name));
const submit = () => onlyFor("submit")[0] as Action;
const comment = () => onlyFor(" comment")[0] as Action;

describe("what did not come from our own page", () => {
  const origins: Readonly<Record<string, Record<string, string>>> = {
    none: {},
    null: { origin: "null" },
    foreign: { origin: "https://evil.example" },
    "foreign with its own forwarded host": {
      origin: "https://evil.example",
      "x-forwarded-host": "evil.example",
      forwarded: "host=evil.example",
    },
    "foreign as host too": { origin: "https://evil.example", host: "evil.example" },
    "a subdomain": { origin: "https://a.charter.example" },
    "another scheme": { origin: "http://charter.example" },
    "another port": { origin: "https://charter.example:8443" },
    "a trailing dot": { origin: "https://charter.example." },
    "our address in another case with more": { origin: "https://CHARTER.example@evil.example" },
  };
  test.each(Object.entries(origins))("Origin %s: no action does anything", async (_, headers) => {
    for (const action of actions()) {
      const sent = call(action);
      const { origin: _own, ...rest } = sent.headers ?? {};
      const received = await world.portal.send({ ...sent, headers: { ...rest, ...headers } });
      expect(`${action.name}: ${received.status} ${received.text}`).toMatch(/: 403 .*another address/);
    }
    expect(await kept.denied()).toBe(0);
  });

  test("next-auth's own posts are no way round it", async () => {
    for (const path of ["/api/auth/signin/oidc", "/api/auth/signout", "/api/auth/callback/oidc"]) {
      const sent = { method: "POST", path, session: world.session.security, body: "csrfToken=x" };
      for (const headers of [{}, { origin: "https://evil.example" }])
        expect((await world.portal.send({ ...sent, headers })).status).toBe(403);
    }
  });

  test.each([
    "application/json",
    "text/html",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/xml",
    "",
  ])("content type %j is no call, whoever sends it", async (type) => {
    for (const action of actions()) {
      const sent = call(action);
      const received = await world.portal.send({ ...sent, headers: { ...sent.headers, "content-type": type } });
      expect(`${action.name}: ${received.status}`).toBe(`${action.name}: 415`);
    }
  });

  test.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])(
    "%s without an action's id is not served",
    async (method) => {
      for (const path of [
        "/",
        "/sign-in",
        "/api/health",
        "/api/search?q=x",
        "/api/auth/signin/oidc",
        `/requests/${world.own.seen.request}`,
      ]) {
        const headers = { origin: publicUrl, "content-type": "multipart/form-data; boundary=x" };
        const session = world.session.security;
        expect((await world.portal.send({ method, path, headers, session })).status).toBeOneOf([400, 405]);
      }
    },
  );
});

describe("protected addresses, however they are written", () => {
  const build = readFileSync(`${checkout}/.next/BUILD_ID`, "utf8").trim();
  const asWritten = (path: string): readonly Sent[] => {
    const bare = path.slice(1);
    const rest = `/${bare}`;
    return [
      ...[
        `${path}.rsc`,
        `${path}?_rsc=1a2b3`,
        `${path}.segments/_tree.segment.rsc`,
        `${path}.segments/_full.segment.rsc`,
        `${path}.txt`,
        `${path}.`,
        `${path}./`,
        `${path}/`,
        `/${rest}`,
        `//charter.example${rest}`,
        `/%2e${rest}`,
        `/%252e${rest}`,
        `/.${rest}`,
        `/sign-in/..${rest}`,
        `/sign-in/%2e%2e${rest}`,
        `/sign-in/%252e%252e${rest}`,
        `/sign-in/..;${rest}`,
        `/sign-in;${rest}`,
        `/_next/static/..${rest}`,
        `/_next/static/%2e%2e/%2e%2e${rest}`,
        `/_next/static/..%2f..%2f${bare}`,
        `/api/health/..${rest}`,
        `/api/health%2f..${rest}`,
        `/favicon.ico/..${rest}`,
        `/favicon.ico${rest}`,
        `${path}%00`,
        `${path}%20`,
        `${path}%2f`,
        `${path};a=b`,
        `${path}?__nextDataReq=1`,
        `${path}?__nextLocale=de`,
        `${path}?nxtPid=x`,
        `/_next/data/${build}${path}.json`,
        `/%5c${bare}`,
        `/\\${bare}`,
        `/${[...bare].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join("")}`,
        `/${bare.toUpperCase()}`,
      ].map((written) => ({ path: written })),
      ...[
        { rsc: "1" },
        { rsc: "1", "next-router-prefetch": "1" },
        { rsc: "1", "next-router-prefetch": "1", "next-router-segment-prefetch": "/_tree" },
        { rsc: "1", "next-router-prefetch": "1", "next-router-segment-prefetch": "/_full" },
        { "x-middleware-subrequest": "proxy:proxy:proxy:proxy:proxy" },
        { "x-middleware-subrequest": "src/proxy:src/proxy:src/proxy:src/proxy:src/proxy" },
        { "x-middleware-subrequest": "middleware:middleware:middleware:middleware:middleware" },
        { "x-middleware-rewrite": path },
        { "x-middleware-next": "1" },
        { "x-nextjs-data": "1" },
        { "x-invoke-path": path },
        { "x-matched-path": path },
        { "x-original-url": path },
        { "x-rewrite-url": path },
        { "next-url": path },
        { "x-forwarded-host": "evil.example" },
        { "x-http-method-override": "GET" },
        { authorization: "Bearer %" },
        { cookie: "__Host-charter-session=%" },
        { cookie: "__prerender_bypass=x; __next_preview_data=x" },
        { purpose: "prefetch" },
      ].map((headers) => ({ path, headers })),
      { path, method: "HEAD" },
    ];
  };
  const own = (): readonly string[] => [
    "/",
    "/approvals",
    "/audit",
    "/identities",
    `/identities/${world.own.identity}`,
    "/policies",
    "/requests",
    `/requests/${world.own.seen.request}`,
    `/requests/new?draft=${world.own.draft.id}`,
    "/settings",
    "/targets",
    "/api/audit/export",
    "/api/search?q=jonas",
  ];
  /** Names that only a page of the portal itself carries. */
  const inside = /jonas-(lives|asked|drafted)|acme-ledger|Sign out|Mara Lind/;

  test("shown as written plainly to who may see them", async () => {
    const shown = own().map((path) => world.portal.send({ path, session: world.session.security }));
    for (const received of await Promise.all(shown)) expect(sightOf(received)).toBe("shown");
    const page = await world.portal.send({
      path: `/requests/${world.own.seen.request}`,
      session: world.session.requester,
    });
    expect(page.text).toMatch(inside);
  });

  test.each(["anonymous", "expired", "ended", "deactivated"] as const)(
    "%s: nothing of them, and no fault",
    async (principal) => {
      for (const path of own()) {
        for (const sent of asWritten(path)) {
          const received = await world.portal.send({ session: world.session[principal], ...sent });
          expect(about(sent, received, inside)).toEqual({ sent, leaks: false, faults: false, elsewhere: false });
        }
      }
    },
  );

  test("of another team: not found, however its address is written", async () => {
    for (const path of [`/requests/${world.own.seen.request}`, `/identities/${world.own.identity}`]) {
      for (const sent of asWritten(path)) {
        const received = await world.portal.send({ session: world.session["other-team"], ...sent });
        expect(about(sent, received, /jonas-(lives|asked)/)).toEqual({
          sent,
          leaks: false,
          faults: false,
          elsewhere: false,
        });
      }
    }
  });

  const about = (sent: Sent, { status, headers, text }: Received, inside: RegExp) => ({
    sent,
    leaks: inside.test(text),
    faults: status >= 500 && !(sent.path.includes("/api/health") && status === 503),
    elsewhere: headers.location !== undefined && new URL(headers.location, publicUrl).origin !== publicUrl,
  });
});

describe("ids of another team", () => {
  const cases = (): readonly (readonly [Action, string])[] =>
    actions().flatMap((action) => {
      const [mine, theirs] = [inputOf(action), inputs[action.name]?.(world.foreign, world.person) ?? {}];
      return Object.keys(mine)
        .filter(
          (key) =>
            /^[0-9a-f-]{36}$|^[0-9a-f]{64}$/.test(String(mine[key])) &&
            key !== "planDigest" &&
            mine[key] !== theirs[key],
        )
        .filter((key) => !(key === "id" && /identities/.test(action.name)))
        .map((key) => [action, key] as const);
    });

  test("every id parameter, swapped alone for another team's, is not found", async () => {
    const verdicts: string[] = [];
    for (const [action, key] of cases()) {
      const theirs = inputs[action.name]?.(world.foreign, world.person) ?? {};
      const session = world.session[allowed(action) === "security" ? "requester" : allowed(action)];
      const verdict = await tried(callOf({ ...action, session, input: { ...inputOf(action), [key]: theirs[key] } }));
      verdicts.push(`${action.name} ${key}: ${verdict}`);
    }
    expect(verdicts.length).toBeGreaterThan(14);
    // Steps are an operator's to have tried again: the role decides before any id is looked at, so nothing is told of it.
    const told = verdicts.filter((verdict) => verdict !== "(portal)/requests retry step: forbidden");
    expect(told.filter((verdict) => !verdict.endsWith(": not-found"))).toEqual([]);
  });

  test("a new request under the id of another team's request is not that request, and tells nothing of it", async () => {
    for (const name of ["renew", "retire", "suspend", "transfer"]) {
      for (const action of onlyFor(name))
        expect(await tried(call(action, { ...inputOf(action), id: world.foreign.seen.request }))).toBe("not-found");
    }
  });
});

/** What each part of the answers may hold. */
const typed: Readonly<Record<string, readonly string[]>> = {
  answers: ["blueprint", "runs", "need", "purpose", "environment", "edits"],
  runs: ["kind", "repository", "ownerId", "repositoryId", "subject", "bothFormatsUntil"],
  need: ["pack", "parameters"],
  edits: [
    ...["name", "target", "service", "team", "owner", "backup", "endsIt", "classification", "dataDomains"],
    ...["credential", "rotation", "endsAt", "retireWhen", "exception"],
  ],
};

describe("fields that nobody asked for", () => {
  const columns = (): readonly string[] => {
    const tables = Object.values({
      ...audit,
      ...claims,
      ...configuration,
      ...directory,
      ...inventory,
      ...progress,
    }).filter((one) => is(one, PgTable));
    expect(tables.length).toBeGreaterThan(30);
    const names = tables.flatMap((table) =>
      Object.entries(getTableColumns(table)).flatMap(([key, column]) => [
        key,
        column.name,
        `${getTableName(table)}.${column.name}`,
      ]),
    );
    return [...new Set([...names, "__proto__x", "constructor", "actor", "role", "roles", "tenant", "now"])];
  };

  test("every column's name beside an action's own fields is refused by name", async () => {
    for (const action of actions()) {
      const input = inputOf(action);
      const extra = columns().filter((name) => !(name in input));
      const received = await world.portal.send(
        call(action, { ...Object.fromEntries(extra.map((name) => [name, "x"])), ...input }),
      );
      expect(`${action.name}: ${verdictOf(received)}`).toBe(`${action.name}: invalid`);
      for (const name of extra) expect(received.text).toContain(name);
    }
  });

  test.each(Object.entries(typed))("nor is any taken inside what was typed (%s)", async (inside, fields) => {
    const { id, answers, planDigest } = world.own.draft;
    const part = inside === "answers" ? answers : answers[inside as "runs" | "need" | "edits"];
    const widened = (extra: object) =>
      inside === "answers" ? { ...answers, ...extra } : { ...answers, [inside]: { ...part, ...extra } };
    const extra = columns().filter((name) => !fields.includes(name));
    for (const name of extra)
      expect([name, readAnswers(widened({ [name]: "x" }))]).toMatchObject([name, { refusals: [{ code: "invalid" }] }]);
    const all = widened(Object.fromEntries(extra.map((name) => [name, "x"])));
    expect(await tried(call(submit(), { id, answers: all, planDigest }))).toBe("invalid");
  });
});

describe("bodies that no form sends", () => {
  const nested = (depth: number): string => `${"[".repeat(depth)}1${"]".repeat(depth)}`;
  const text = (value: string) => ({ ...inputOf(comment()), text: value });
  const bodies: Readonly<Record<string, () => string | Buffer>> = {
    "10 MB": () => JSON.stringify([text("x".repeat(10 << 20))]),
    "depth 17": () => `[{"text":${nested(17)}}]`,
    "depth 5,000": () => `[{"text":${nested(5_000)}}]`,
    "a list of 1,001": () => JSON.stringify([{ ...text("x"), drop: Array(1_001).fill("x") }]),
    "an unknown field": () => JSON.stringify([{ ...text("x"), more: 1 }]),
    "a prototype": () => `[{"__proto__":{"text":"x"},"constructor":{"prototype":{"text":"x"}}}]`,
    "a NUL": () => JSON.stringify([text("a\u0000b")]),
    "a byte order mark": () => `\ufeff${JSON.stringify([text("x")])}`,
    "a lone surrogate": () => `[${JSON.stringify({ ...inputOf(comment()), text: "?" }).replace("?", "a\\ud800b")}]`,
    "bidi control": () => JSON.stringify([text("a\u202eb")]),
    "no arguments": () => "[]",
    "nothing at all": () => "",
    "not JSON": () => "{[",
    "not UTF-8": () => Buffer.from([0x5b, 0xff, 0xfe, 0x5d]),
    "a list for an object": () => "[[]]",
    "a number for an id": () => JSON.stringify([{ ...text("x"), request: 1 }]),
    "references of the framework": () => JSON.stringify([{ ...text("x"), request: "$F1", version: "$Q1" }]),
    "a reference to itself": () => '["$0"]',
    "an array's reference": () => '["$1:__proto__:constructor:constructor"]',
    "a big number": () => '["$n9999999999999999999999999999"]',
  };
  test.each(Object.entries(bodies))("%s: a refusal, no fault, no change", async (name, body) => {
    for (const action of [comment(), submit()]) {
      expect(`${name}: ${await tried({ ...call(action), body: body() })}`).not.toMatch(/taken|fault|status [^4]/);
    }
  });

  test("a NUL in the address of a view finds nothing, and is no fault", async () => {
    const [match] = onlyFor("matchMany");
    if (match === undefined) throw new Error("There is no such action.");
    expect(await tried(call(match, { query: "q=%00&team=%00&owner=%00&sort=%00" }))).toBe("taken");
  });

  test("10 MB without its length ends before it is read", async () => {
    const sent = call(comment());
    const headers = { ...sent.headers, "transfer-encoding": "chunked" };
    const received = await world.portal.send({ ...sent, headers, body: JSON.stringify([text("x".repeat(10 << 20))]) });
    expect(received.status).toBe(413);
  });

  test("256 KiB in a hundred short fields is read; one byte more is not", async () => {
    const padded = (length: number) => {
      const body = JSON.stringify([{ ...text("x"), more: ["p"] }]);
      return body.replace("p", "p".repeat(length - body.length + 1));
    };
    const sent = call(comment());
    expect(verdictOf(await world.portal.send({ ...sent, body: padded(256 * 1024) }))).toBe("invalid");
    expect((await world.portal.send({ ...sent, body: padded(256 * 1024 + 1) })).status).toBe(413);
  });

  test("an action that the build does not have is not there", async () => {
    const sent = call(comment());
    const id = randomUUID().replaceAll("-", "").padEnd(42, "0");
    const received = await world.portal.send({ ...sent, headers: { ...sent.headers, "next-action": id } });
    expect(received.status).toBeOneOf([404, 409]);
  });
});
