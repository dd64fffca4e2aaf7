import { generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import Provider, { type Configuration, type FindAccount } from "oidc-provider";
import { z } from "zod";
import { choicePage } from "./choice-page.ts";

export const issuerSchema = z.strictObject({
  port: z.number().int(),
  /** The portal's public address: only there does a sign-in return. */
  portal: z.url(),
  clientId: z.string(),
  clientSecret: z.string(),
  people: z.array(
    z.strictObject({
      subject: z.string(),
      email: z.string(),
      name: z.string(),
      groups: z.array(z.string()),
      about: z.string(),
      /** Still has an account here and is no longer offered: whoever left the company is refused by the portal, not by this. */
      left: z.boolean().default(false),
    }),
  ),
});
export type IssuerSettings = z.infer<typeof issuerSchema>;

export interface Issuer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * The demo's identity provider: a real OpenID provider whose login page lists the demo's people, so that nobody needs a
 * password and the portal checks the same signed tokens as anywhere else. A `login_hint` that is somebody's subject chooses
 * them at once. Signing keys are kept in `keyFile`.
 */
export async function startIssuer(settings: IssuerSettings, keyFile: string): Promise<Issuer> {
  const url = `http://127.0.0.1:${settings.port}`;
  const provider = new Provider(url, configuration(settings, keyFile));
  const oidc = provider.callback();
  const server = createServer((request, response) => {
    void answer({ provider, oidc, settings, request, response }).catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      if (!response.headersSent) response.writeHead(400, { "content-type": "text/plain" });
      response.end("This sign-in has ended. Go back to Charter and sign in again.");
    });
  });
  await listen(server, settings.port);
  return {
    url,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function configuration(settings: IssuerSettings, keyFile: string): Configuration {
  const base = settings.portal.replace(/\/$/, "");
  return {
    clients: [
      {
        client_id: settings.clientId,
        client_secret: settings.clientSecret,
        redirect_uris: ["charter", "oidc"].map((provider) => `${base}/api/auth/callback/${provider}`),
        post_logout_redirect_uris: [base, `${base}/`],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    jwks: { keys: [signingKey(keyFile)] },
    cookies: { keys: [settings.clientSecret] },
    pkce: { required: () => true },
    scopes: ["openid", "profile", "email", "groups"],
    claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"], groups: ["groups"] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
    interactions: { url: (_context, { uid }) => `/choose/${uid}` },
    ttl: { Interaction: 3600, Session: 3600, Grant: 3600, IdToken: 300, AccessToken: 300 },
    findAccount: accounts(settings),
    loadExistingGrant: grantAll,
  };
}

/** Claims of the people in the list; nobody else exists. */
function accounts({ people }: IssuerSettings): FindAccount {
  return async (_context, subject) => {
    const person = people.find((one) => one.subject === subject);
    if (!person) return undefined;
    const { email, name, groups } = person;
    const claims = { sub: subject, email, email_verified: true, name, groups: [...groups] };
    return { accountId: subject, claims: async () => claims };
  };
}

/** The portal is the only client and everybody's employer runs it: nothing to consent to. */
const grantAll: NonNullable<Configuration["loadExistingGrant"]> = async ({ oidc }) => {
  const { client, session } = oidc;
  if (!client || !session?.accountId) return undefined;
  const grant = new oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope("openid profile email groups");
  await grant.save();
  return grant;
};

/**
 * Forgets who signed in before: every sign-in shows the list again, since signing in as somebody else is what the demo is for, and
 * nobody is asked whether the person before wants to sign out.
 */
function forgetSession({ headers }: IncomingMessage): void {
  const cookies = headers.cookie?.split("; ").filter((cookie) => !cookie.startsWith("_session"));
  headers.cookie = cookies?.join("; ");
}

interface Visit {
  readonly provider: Provider;
  readonly oidc: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly settings: IssuerSettings;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function answer({ provider, oidc, settings, request, response }: Visit): Promise<void> {
  forgetSession(request);
  if (!request.url?.startsWith("/choose/")) return oidc(request, response);
  const { params } = await provider.interactionDetails(request, response);
  const chosen =
    request.method === "POST" ? new URLSearchParams(await bodyOf(request)).get("person") : params.login_hint;
  if (typeof chosen === "string" && settings.people.some((one) => one.subject === chosen)) {
    const login = { login: { accountId: chosen } };
    return provider.interactionFinished(request, response, login, { mergeWithLastSubmission: false });
  }
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": `default-src 'none'; style-src 'unsafe-inline'; form-action 'self' ${settings.portal}; frame-ancestors 'none'`,
  });
  response.end(
    choicePage(
      settings.people.filter(({ left }) => !left),
      request.url,
    ),
  );
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > 4096) throw new Error("the form is too long");
  }
  return body;
}

const keySchema = z.looseObject({ kty: z.literal("RSA"), kid: z.string() });

/** Made once: tokens of before a restart stay verifiable. */
function signingKey(file: string) {
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const jwk = { ...privateKey.export({ format: "jwk" }), kid: "demo-1", use: "sig", alg: "RS256" };
    writeFileSync(file, JSON.stringify(jwk), { mode: 0o600 });
  }
  return keySchema.parse(JSON.parse(readFileSync(file, "utf8")));
}

const listen = (server: Server, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
