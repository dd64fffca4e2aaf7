import { headers } from "next/headers";
import NextAuth, { type NextAuthConfig } from "next-auth";
import { cookieName, cookieOptions } from "./cookies.ts";
import { log } from "./log.ts";
import { localPath } from "./redirect.ts";
import { settings, type WebSettings } from "./settings.ts";
import { signInWith } from "./sign-in.ts";

const provider = "oidc";
const absoluteSeconds = 12 * 3_600;

/** Cookie value of the session that a sign-in opened, between the two callbacks that next-auth calls with the same account. */
const opened = new WeakMap<object, string>();

/**
 * next-auth does the OpenID Connect exchange (discovery, PKCE, state, nonce) and sets one cookie, which carries nothing but
 * our session's random value. Who is signed in is never asked of next-auth: `lib/web/session.ts` reads the row.
 */
function configuration(): NextAuthConfig {
  const own = settings();
  // Where we are is a setting; without this next-auth believes `X-Forwarded-Host`.
  process.env.AUTH_URL = own.publicUrl.origin;
  return {
    secret: own.authSecret,
    trustHost: true,
    useSecureCookies: own.publicUrl.protocol === "https:",
    session: { strategy: "jwt", maxAge: absoluteSeconds },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: [providerOf(own)],
    cookies: cookiesOf(own),
    jwt: {
      encode: async ({ token }) => (typeof token?.value === "string" ? token.value : ""),
      decode: async ({ token }) => (token ? { value: token } : null),
    },
    callbacks: callbacksOf(own),
    logger: {
      error: (error) => log("sign-in-fault", { name: error.name, message: error.message.slice(0, 200) }),
      warn: () => {},
      debug: () => {},
    },
  };
}

const providerOf = (own: WebSettings): NextAuthConfig["providers"][number] => ({
  id: provider,
  name: "Single sign-on",
  type: "oidc",
  issuer: own.issuer,
  clientId: own.clientId,
  clientSecret: own.clientSecret,
  checks: ["pkce", "state", "nonce"],
  authorization: { params: { scope: "openid profile email groups" } },
  profile: (profile) => ({ id: String(profile.sub) }),
});

const callbacksOf = ({ publicUrl }: WebSettings): NonNullable<NextAuthConfig["callbacks"]> => ({
  async signIn({ account }) {
    if (!account?.id_token) return "/sign-in?refused=no-token";
    const userAgent = (await headers()).get("user-agent") ?? "";
    const result = await signInWith({ idToken: account.id_token, subject: account.providerAccountId, userAgent });
    if ("refused" in result) return `/sign-in?refused=${result.refused}`;
    opened.set(account, result.ok);
    return true;
  },
  jwt: ({ token, account }) => ({ value: account ? opened.get(account) : token.value }),
  session: ({ session }) => ({ expires: session.expires }),
  redirect: ({ url }) => `${publicUrl.origin}${localPath(url, publicUrl.origin)}`,
});

function cookiesOf({ publicUrl }: WebSettings): NonNullable<NextAuthConfig["cookies"]> {
  const cookie = (name: string, maxAge?: number) => ({
    name: cookieName(publicUrl, name),
    options: { ...cookieOptions(publicUrl), ...(maxAge ? { maxAge } : {}) },
  });
  return {
    sessionToken: cookie("session"),
    callbackUrl: cookie("return"),
    csrfToken: cookie("csrf"),
    pkceCodeVerifier: cookie("pkce", 900),
    state: cookie("state", 900),
    nonce: cookie("nonce", 900),
  };
}

const auth = NextAuth(() => configuration());

/** Its way back from the provider. What it takes by POST is not served: sessions begin and end in actions of our own. */
export const { GET } = auth.handlers;

/** Sends the browser to the sign-in provider, and back to `to` on this origin. `hint` names a person to the demo's issuer. */
export const beginSignIn = (to: string, hint: string | null): Promise<never> =>
  auth.signIn(
    provider,
    { redirectTo: localPath(to, settings().publicUrl.origin) },
    hint === null ? {} : { login_hint: hint },
  );
