import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "#lib/embedded-postgres/cluster.mjs";
import { type Issuer, startIssuer } from "#lib/worker/simulators/issuer.ts";
import { demoPeople } from "../../scripts/demo/demo.mjs";

const callback = "http://localhost:3999/api/auth/callback/oidc";
const client = { id: "charter-demo", secret: "a-secret-of-the-demo-that-is-long" };

describe("the demo's identity provider", () => {
  let folder = "";
  let issuer: Issuer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "charter-issuer-"));
    const settings = {
      port: await freePort(),
      portal: "http://localhost:3999",
      clientId: client.id,
      clientSecret: client.secret,
    };
    issuer = await startIssuer({ ...settings, people: demoPeople() }, join(folder, "key.json"));
  });
  afterAll(async () => {
    await issuer.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A browser: keeps cookies and follows nothing by itself. */
  function browser() {
    const jar = new Map<string, string>();
    return async (address: string, form?: Record<string, string>) => {
      const response = await fetch(new URL(address, issuer.url), {
        redirect: "manual",
        headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") },
        ...(form ? { method: "POST", body: new URLSearchParams(form) } : {}),
      });
      for (const line of response.headers.getSetCookie()) {
        const [pair = ""] = line.split(";");
        jar.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
      }
      return { status: response.status, to: response.headers.get("location") ?? "", text: await response.text() };
    };
  }

  function authorization(extra: Record<string, string> = {}) {
    const verifier = randomBytes(32).toString("base64url");
    const query = new URLSearchParams({
      client_id: client.id,
      response_type: "code",
      scope: "openid profile email groups",
      redirect_uri: callback,
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
      state: "state",
      nonce: "nonce",
      ...extra,
    });
    return { verifier, address: `/auth?${query}` };
  }

  async function token(returned: string, verifier: string) {
    const response = await fetch(`${issuer.url}/token`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}` },
      body: new URLSearchParams({
        grant_type: "authorization_code",
        code: new URL(returned).searchParams.get("code") ?? "",
        redirect_uri: callback,
        code_verifier: verifier,
      }),
    });
    return { status: response.status, body: (await response.json()) as { id_token?: string } };
  }

  test("one click on a person gives a verifiable id_token with name, e-mail and groups", async () => {
    const go = browser();
    const { verifier, address } = authorization();
    const choice = (await go(address)).to;
    const page = await go(choice);
    for (const { name } of demoPeople()) expect(page.text).toContain(name);
    const returned = await go((await go(choice, { person: "demo-mara-lind" })).to);
    expect((await token(returned.to, "another-verifier-of-the-right-length-0123456789")).status).toBe(400);
    const again = await go((await go((await go(address)).to, { person: "demo-mara-lind" })).to);
    const { body } = await token(again.to, verifier);
    const keys = createRemoteJWKSet(new URL(`${issuer.url}/jwks`));
    const { payload } = await jwtVerify(body.id_token ?? "", keys, { issuer: issuer.url, audience: client.id });
    expect(payload).toMatchObject({
      sub: "demo-mara-lind",
      name: "Mara Lind",
      email: "mara.lind@acme.example",
      email_verified: true,
      groups: ["acme-security"],
      nonce: "nonce",
    });
  });

  test("signing in again asks again who one is; a hint that is somebody's subject answers for them", async () => {
    const go = browser();
    await go((await go((await go(authorization().address)).to, { person: "demo-mara-lind" })).to);
    expect((await go((await go(authorization().address)).to)).text).toContain("Who are you?");
    const hinted = await go((await go(authorization({ login_hint: "demo-ida-holm" }).address)).to);
    expect((await go(hinted.to)).to).toContain(`${callback}?code=`);
  });

  test("nobody outside the list, no other return address, no sign-in without PKCE", async () => {
    const go = browser();
    const choice = (await go(authorization().address)).to;
    expect((await go(choice, { person: "demo-nobody" })).text).toContain("Who are you?");
    const elsewhere = await go(authorization({ redirect_uri: "https://evil.example/" }).address);
    expect(elsewhere).toMatchObject({ status: 400, to: "" });
    const plain = await go(authorization({ code_challenge: "", code_challenge_method: "" }).address);
    expect(new URL(plain.to).searchParams.get("error")).toBe("invalid_request");
  });
});
