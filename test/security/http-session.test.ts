import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createRemoteJWKSet } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "#lib/embedded-postgres/cluster.mjs";
import { createInbox } from "#lib/worker/inbox.ts";
import { type Issuer, startIssuer } from "#lib/worker/simulators/issuer.ts";
import { demoPeople } from "../../scripts/demo/demo.mjs";
import { foreignAddresses } from "../portal/foreign-addresses.ts";
import { actions } from "./http-entries.ts";
import { callOf, publicUrl, type Received, type Sent, sightOf, webSettings } from "./http-portal.ts";
import { openSession, openWorld, sessionId, unguarded, type World } from "./http-world.ts";

let world: World;
let issuer: Issuer;
let folder = "";
let working = true;
let worker: Promise<void>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "charter-session-"));
  const client = { clientId: webSettings.AUTH_CLIENT_ID, clientSecret: webSettings.AUTH_CLIENT_SECRET };
  const settings = { port: await freePort(), portal: publicUrl, ...client, people: demoPeople() };
  issuer = await startIssuer(settings, join(folder, "key.json"));
  world = await openWorld({ AUTH_ISSUER: issuer.url });
  const people = { issuer: issuer.url, last_token_at: null };
  await unguarded(world.admin, (tx) => tx`update charter.people set ${tx(people)} where issuer <> ${issuer.url}`);
  worker = verifySignIns();
});
afterAll(async () => {
  working = false;
  await worker;
  await world?.close();
  await issuer?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The worker's part of a sign-in, with keys that it fetches itself. */
async function verifySignIns(): Promise<void> {
  const base = world.scenario.worker;
  const config = { ...base.config, signIn: { ...base.config.signIn, issuer: issuer.url } };
  const keys = createRemoteJWKSet(new URL(`${issuer.url}/jwks`));
  const inbox = createInbox({ ...base, config, keys, granted: async () => undefined });
  for (; working; await pause(50)) await inbox.drain();
}

/** A browser that keeps cookies, for the portal and the provider alike. */
class Browser {
  readonly jar = new Map<string, string>();
  #keep(lines: readonly string[]): void {
    for (const line of lines) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "" || /max-age=0|1970/i.test(line)) this.jar.delete(name);
      else this.jar.set(name, value);
    }
  }
  get #cookie(): string {
    return [...this.jar].map(([name, value]) => `${name}=${value}`).join("; ");
  }
  async portal(sent: Sent): Promise<Received> {
    const received = await world.portal.send({ ...sent, headers: { cookie: this.#cookie, ...sent.headers } });
    this.#keep(received.headers["set-cookie"] ?? []);
    return received;
  }
  async provider(address: string): Promise<string> {
    const response = await fetch(new URL(address, issuer.url), {
      redirect: "manual",
      headers: { cookie: this.#cookie },
    });
    this.#keep(response.headers.getSetCookie());
    return response.headers.get("location") ?? "";
  }
  /** Where the sign-in action sends the browser. */
  async begin(to: string, hint: string | null = "demo-jonas-kern"): Promise<string> {
    const action = actions().find(({ name }) => name.endsWith("signIn"));
    const call = callOf({ id: action?.id ?? "", page: "/sign-in", input: { to, hint }, session: null });
    const { headers } = await this.portal(call);
    return String(headers["x-action-redirect"] ?? headers.location ?? "").split(";")[0] ?? "";
  }
  /** Signs in and returns what the callback answered. */
  async signIn(to = "/", hint = "demo-jonas-kern"): Promise<Received> {
    let next = await this.begin(to, hint);
    for (let hops = 0; hops < 8 && !next.startsWith(publicUrl); hops++) next = await this.provider(next);
    return this.portal({ path: next.slice(publicUrl.length) });
  }
}

const cookie = "__Host-charter-session";
const setCookie = ({ headers }: Received): string =>
  headers["set-cookie"]?.find((line) => line.startsWith(`${cookie}=`)) ?? "";
const home = async (session: string): Promise<string> => sightOf(await world.portal.send({ path: "/", session }));

describe("signing in", () => {
  test("gives one cookie that only our host and no script can read, for at most 12 h", async () => {
    const browser = new Browser();
    const back = await browser.signIn("/requests?mine=1");
    expect([back.status, back.headers.location]).toEqual([302, `${publicUrl}/requests?mine=1`]);
    const line = setCookie(back);
    expect(line).toMatch(/^__Host-charter-session=[A-Za-z0-9_-]{43};/);
    expect(line).toMatch(/; ?Path=\/(;|$)/i);
    for (const part of [/; ?HttpOnly/i, /; ?Secure/i, /; ?SameSite=Lax/i]) expect(line).toMatch(part);
    expect(line).not.toMatch(/domain=/i);
    const lasts = Date.parse(/expires=([^;]+)/i.exec(line)?.[1] ?? "") - Date.parse(String(back.headers.date));
    expect(lasts).toBeLessThanOrEqual(12 * 3_600_000 + 1_000);
    for (const other of back.headers["set-cookie"] ?? [])
      expect(other).toMatch(/^__Host-.*httponly.*secure|^__Host-.*secure.*httponly/i);
    expect(await home(browser.jar.get(cookie) ?? "")).toBe("shown");
  });

  test("never takes a value that was there before, and rotates at every sign-in", async () => {
    const browser = new Browser();
    const planted = "A".repeat(43);
    browser.jar.set(cookie, planted);
    await browser.signIn();
    const first = browser.jar.get(cookie) ?? "";
    expect(first).not.toBe(planted);
    expect(await home(planted)).toBe("sign-in");
    await browser.signIn();
    const second = browser.jar.get(cookie) ?? "";
    expect(second).not.toBe(first);
    expect([await home(first), await home(second)]).toEqual(["sign-in", "shown"]);
  });

  test("a callback is spent once, and belongs to the browser that began it", async () => {
    const browser = new Browser();
    let next = await browser.begin("/");
    for (let hops = 0; hops < 8 && !next.startsWith(publicUrl); hops++) next = await browser.provider(next);
    const path = next.slice(publicUrl.length);
    expect(setCookie(await new Browser().portal({ path }))).toBe("");
    expect(setCookie(await browser.portal({ path }))).not.toBe("");
    expect(setCookie(await browser.portal({ path }))).toBe("");
  });

  test("leads nowhere but to our own pages, whatever it was asked to return to", async () => {
    for (const wanted of foreignAddresses) {
      const browser = new Browser();
      const to = await browser.begin(wanted);
      if (to !== "") expect(to.startsWith(issuer.url)).toBe(true);
      const kept = decodeURIComponent(browser.jar.get("__Host-charter-return") ?? publicUrl);
      expect([wanted, new URL(kept).href]).toEqual([wanted, `${publicUrl}/`]);
      for (const path of [
        `/api/auth/signin/oidc?callbackUrl=${encodeURIComponent(wanted)}`,
        `/sign-in?to=${encodeURIComponent(wanted)}`,
      ]) {
        const { headers, status } = await new Browser().portal({ path });
        expect(new URL(headers.location ?? "/", publicUrl).origin).toBe(publicUrl);
        expect(status).toBeLessThan(500);
      }
    }
    expect(foreignAddresses.length).toBeGreaterThanOrEqual(60);
    expect((await new Browser().signIn("//evil.example")).headers.location).toBe(`${publicUrl}/`);
  });
});

describe("a session ends", () => {
  const jonas = () => world.person("jonas.kern");

  test("with signing out: its value is worth nothing afterwards", async () => {
    const session = await openSession(world.admin, jonas());
    expect(await home(session)).toBe("shown");
    const action = actions().find(({ name }) => name.endsWith("signOut"));
    const out = await world.portal.send(callOf({ id: action?.id ?? "", page: "/", input: {}, session }));
    expect(setCookie(out)).toMatch(/max-age=0|1970/i);
    expect(await home(session)).toBe("sign-in");
    expect((await world.portal.send({ path: "/api/search?q=le", session })).status).toBe(401);
  });

  test.each([
    ["29 minutes 30 seconds", "1 hour", "shown"],
    ["30 minutes 5 seconds", "1 hour", "sign-in"],
    ["0", "11 hours 59 minutes 30 seconds", "shown"],
    ["0", "12 hours 5 seconds", "sign-in"],
  ])("unseen for %s, begun %s ago: %s", async (seen, created, sight) => {
    expect(await home(await openSession(world.admin, jonas(), { seen, created }))).toBe(sight);
  });

  test("with its person's deactivation, at once", async () => {
    const session = await openSession(world.admin, world.person("nadia.berg"));
    expect(await home(session)).toBe("shown");
    await unguarded(
      world.admin,
      (tx) => tx`update charter.people set active = false where id = ${world.person("nadia.berg")}`,
    );
    expect(await home(session)).toBe("sign-in");
  });

  test("for idling, however often its page asks for the stream: only a person's own steps count", async () => {
    const session = await openSession(world.admin, jonas(), { seen: "10 minutes", created: "1 hour" });
    const idleFor = async () =>
      Number(
        (
          await world.admin`select extract(epoch from clock_timestamp() - last_seen_at) as s from charter.sessions where id = ${sessionId(session)}`
        )[0]?.s,
      );
    await new Promise<void>((heard) => {
      void world.portal
        .follow({ path: "/api/stream", session, headers: { connection: "close" } }, () => heard())
        .catch(() => undefined);
    });
    expect(await idleFor()).toBeGreaterThan(590);
    expect((await world.portal.send({ path: "/api/search?q=le", session })).status).toBe(200);
    expect(await idleFor()).toBeLessThan(300);
    await world.admin`update charter.sessions set ended_at = clock_timestamp() where id = ${sessionId(session)}`;
  });

  test("on an open event stream too", async () => {
    const ended = await openSession(world.admin, jonas());
    const stays = await openSession(world.admin, world.person("priya.shah"));
    const gone = await openSession(world.admin, world.person("ida.holm"));
    const heard = new Map<string, string>();
    const listening = [ended, gone].map((session) =>
      world.portal.follow({ path: "/api/stream", session, headers: { connection: "close" } }, (piece) =>
        heard.set(session, (heard.get(session) ?? "") + piece),
      ),
    );
    void world.portal
      .follow({ path: "/api/stream", session: stays }, (piece) => heard.set(stays, (heard.get(stays) ?? "") + piece))
      .catch(() => undefined);
    while (heard.size < 3) await pause(50);
    await world.admin`update charter.sessions set ended_at = clock_timestamp() where id = ${sessionId(ended)}`;
    await unguarded(
      world.admin,
      (tx) => tx`update charter.people set active = false where id = ${world.person("ida.holm")}`,
    );
    await Promise.all(listening);
    expect(heard.get(ended)).toContain("event: signed-out");
    expect(heard.get(gone)).toContain("event: signed-out");
    expect(heard.get(stays)).not.toContain("signed-out");
  });
});
