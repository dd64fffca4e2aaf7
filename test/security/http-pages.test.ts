import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actions, inputs, paths } from "./http-entries.ts";
import { callOf, publicUrl, type Received, sightOf, verdictOf } from "./http-portal.ts";
import { openWorld, type World } from "./http-world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());

const pages = () =>
  Object.entries(paths).flatMap(([name, pathOf]) => {
    const path = pathOf(world.own);
    return path === null || name.startsWith("/api/") ? [] : [{ name, path }];
  });
const seen = (path: string): Promise<Received> => world.portal.send({ path, session: world.session.security });

/** Pages above the budget of 190 kB: they may only get lighter. */
const heavier: Readonly<Record<string, number>> = {
  "/audit": 200_000,
  "/identities": 200_000,
  "/requests": 201_000,
  "/requests/new": 205_000,
};

describe("every page", () => {
  test("carries its own nonce, and no script or style without it", async () => {
    const nonces = new Set<string>();
    for (const { name, path } of pages()) {
      const { headers, text } = await seen(path);
      const policy = String(headers["content-security-policy"]);
      const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? "";
      expect(nonce.length).toBeGreaterThanOrEqual(22);
      nonces.add(nonce);
      for (const rule of [
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
      ])
        expect(policy).toContain(rule);
      expect(policy).not.toMatch(/script-src[^;]*unsafe/);
      const tags = [...text.matchAll(/<(script|style)\b([^>]*)>/g)].map(([, , attributes]) => attributes ?? "");
      expect(tags.length).toBeGreaterThan(3);
      expect([name, tags.filter((attributes) => !attributes.includes(`nonce="${nonce}"`))]).toEqual([name, []]);
      expect(text).not.toMatch(/<[a-z]+\b[^>]*\son[a-z]+="/);
    }
    expect(nonces.size).toBe(pages().length);
  });

  test("and every answer forbids framing, sniffing, sharing and keeping", async () => {
    const fixed = {
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "strict-transport-security": expect.stringMatching(/^max-age=\d{8}/),
      "cache-control": expect.stringContaining("no-store"),
    };
    const api = ["/api/search?q=le", "/api/health", "/api/audit/export", "/api/auth/session"];
    for (const path of [...pages().map((page) => page.path), ...api]) {
      const { headers } = await seen(path);
      expect({ path, ...headers }).toMatchObject({ path, ...fixed });
      expect(headers).not.toHaveProperty("x-powered-by");
      expect(headers).not.toHaveProperty("server");
      expect(headers).not.toHaveProperty("access-control-allow-origin");
    }
    const refused = await world.portal.send({ path: "/", method: "POST" });
    expect(refused.headers).toMatchObject({ "x-content-type-options": "nosniff", "cache-control": "no-store" });
  });

  test("loads at most 190 kB of JavaScript first", async () => {
    const sizes = new Map<string, number>();
    const sizeOf = async (path: string): Promise<number> => {
      const known = sizes.get(path) ?? gzipSync((await seen(path)).text).byteLength;
      sizes.set(path, known);
      return known;
    };
    const heavy: string[] = [];
    for (const { name, path } of pages()) {
      const tags = [...(await seen(path)).text.matchAll(/<script\b[^>]*>/g)]
        .map(([tag]) => tag)
        .filter((tag) => !/nomodule/i.test(tag));
      const files = [...new Set(tags.flatMap((tag) => /src="([^"]+\.js[^"]*)"/.exec(tag)?.[1] ?? []))];
      expect(files.length).toBeGreaterThan(2);
      const total = (await Promise.all(files.map(sizeOf))).reduce((sum, size) => sum + size, 0);
      if (total > (heavier[name] ?? 190_000)) heavy.push(`${name}: ${total}`);
    }
    expect(heavy).toEqual([]);
  });
});

describe("without a session", () => {
  test("only sign-in, what it is made of, and health answer", async () => {
    for (const { name, path } of pages()) {
      const sight = sightOf(await world.portal.send({ path }));
      expect([name, sight]).toEqual([
        name,
        name === "/sign-in" ? "shown" : name === "/_not-found" ? "not-found" : "sign-in",
      ]);
    }
    for (const path of ["/api/search?q=le", "/api/stream", "/api/audit/export"])
      expect((await world.portal.send({ path })).status).toBe(401);
    expect((await world.portal.send({ path: "/api/auth/session" })).text).toBe("null");
    expect((await world.portal.send({ path: "/_next/image?url=%2Ffavicon.ico&w=64&q=75" })).status).toBeOneOf([
      400, 404,
    ]);
    const { text } = await world.portal.send({ path: "/sign-in" });
    expect(text).not.toMatch(/Mara|jonas|acme/i);
  });
});

describe("a fault", () => {
  const hidden = /permission denied|select .* from|charter\.(comments|identities|sessions)|node_modules|postgres/i;

  test("of a page or an action shows its reference alone, and the log tells it under that reference", async () => {
    await world.admin`revoke select on charter.identities from charter_web`;
    await world.admin`revoke insert (text) on charter.comments from charter_web`;
    const page = await seen("/identities");
    const action = actions().find(({ name }) => name.endsWith(" comment"));
    const input = inputs["(portal)/requests comment"]?.(world.own, world.person);
    const call = { id: action?.id ?? "", page: action?.page ?? "", input };
    const answer = await world.portal.send(callOf({ ...call, session: world.session.requester }));
    const search = await world.portal.send({ path: "/api/search?q=jonas", session: world.session.requester });
    await world.admin`grant select on charter.identities to charter_web`;
    await world.admin`grant insert (text) on charter.comments to charter_web`;
    expect(verdictOf(answer)).toBe("fault");
    expect(search.status).toBe(500);
    for (const { text } of [page, answer, search]) expect(text).not.toMatch(hidden);
    const references = [
      /(?:data-dgst="|digest\\?":\\?")([^"\\]+)/.exec(page.text)?.[1],
      /"fault":"([^"]+)"/.exec(answer.text)?.[1],
      /"reference":"([^"]+)"/.exec(search.text)?.[1],
    ];
    const told = lines().map((line) => JSON.parse(line));
    for (const reference of references)
      expect(told.filter((line) => line.event === "fault").map((line) => line.reference)).toContain(reference);
  });

  test("never repeats what was typed, and whatever is sent, each line of the log is one JSON object in plain letters", async () => {
    const forged = `x\u001b[31m\n{"event":"forged"}\r\u202e\u009b`;
    const query = encodeURIComponent(forged);
    for (const path of [
      `/api/auth/callback/oidc?error=${query}&error_description=${query}`,
      `/api/auth/callback/oidc?code=${query}&state=${query}&iss=${query}`,
      `/api/auth/${query}`,
      `/sign-in?error=${query}`,
      `/requests/${query}`,
      `/requests/%ff`,
      `/%ff`,
      "/api/auth/%ff",
    ])
      expect([path, (await world.portal.send({ path })).status < 500]).toEqual([path, true]);
    const byte = Buffer.from([0x78, 0x9b, 0x33, 0x31, 0x6d]).toString("latin1");
    for (const headers of [
      { origin: byte },
      { "x-forwarded-host": byte, origin: publicUrl },
      { "next-action": byte, origin: publicUrl },
      { "user-agent": byte },
      { "next-router-state-tree": byte, rsc: "1" },
    ])
      await world.portal.send({
        path: "/sign-in",
        method: "next-action" in headers || "origin" in headers ? "POST" : "GET",
        headers: { "content-type": "text/plain", "next-action": "7f00", ...headers },
      });
    expect(lines().length).toBeGreaterThan(0);
    for (const line of lines()) {
      expect(JSON.parse(line)).toMatchObject({ process: "web", at: expect.stringMatching(/Z$/) });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
    }
    expect(lines().some((line) => JSON.parse(line).event === "forged")).toBe(false);
  });

  test("comes of no address that can be written, whatever its parameters say", async () => {
    const parameters = [
      "q",
      "team",
      "target",
      "state",
      "finding",
      "kind",
      "owner",
      "noun",
      "after",
      "sort",
      "r",
      "draft",
      "edit",
    ];
    const values = ["%00", "x%00", "-".repeat(36), "%ED%A0%80", "x".repeat(500), "__proto__", "-1", "%E2%80%AE"];
    for (const path of [
      "/identities",
      "/requests",
      "/audit",
      "/findings",
      "/approvals",
      "/attestations",
      "/requests/new",
    ])
      for (const value of values) {
        const address = `${path}?${parameters.map((name) => `${name}=${value}`).join("&")}`;
        const { status, text } = await seen(address);
        expect([address, status, /(?:data-dgst="|digest\\?":\\?")(?!NEXT_)/.test(text)]).toEqual([
          address,
          value.includes("%00") ? 400 : 200,
          false,
        ]);
      }
    for (const value of ["-".repeat(36), "a-".repeat(18), "%00", "x"])
      for (const path of [`/identities/${value}`, `/requests/${value}`])
        expect([path, sightOf(await seen(path))]).toEqual([path, value === "%00" ? "status 400" : "not-found"]);
  });

  const lines = (): readonly string[] =>
    world.portal
      .log()
      .split("\n")
      .filter((line) => line !== "");
});
