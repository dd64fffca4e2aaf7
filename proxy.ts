import { randomBytes } from "node:crypto";
import { type NextRequest, NextResponse } from "next/server";
import { askedHeader } from "#lib/web/asked.ts";
import type { Busy } from "#lib/web/busy.ts";
import { whyNoCall } from "#lib/web/call.ts";
import { cookieName } from "#lib/web/cookies.ts";
import { load, whyNoMore, whyNotNow } from "#lib/web/load.ts";
import { readSettings, type WebSettings } from "#lib/web/settings.ts";

const development = process.env.NODE_ENV === "development";

/** Everything from this origin alone; scripts by nonce; forms may lead to the sign-in provider. `style-src-attr` is needed by the components that measure and float. */
const policy = (nonce: string, issuer: string): string =>
  [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    `form-action 'self' ${issuer}`,
    "frame-ancestors 'none'",
  ].join("; ");

const fixed = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
} as const;

/**
 * Headers and early refusals: it grants nothing, so that going round it gains nothing. A web that is not fit to serve
 * answers `/api/health` alone; the demo answers localhost alone and no proxy; what may change something is a call
 * from our own pages (lib/web/call.ts); what is more than this process takes on is sent away (lib/web/load.ts).
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const read = readSettings(process.env);
  if ("problems" in read && request.nextUrl.pathname !== "/api/health")
    return refused(503, "Charter is not configured; /api/health says what is missing.");
  const demo = "ok" in read && read.ok.demo;
  if (demo && !isLocal(request)) return refused(421, "The demo answers http://localhost alone.");
  if (!isReadable(request.nextUrl)) return refused(400, "This address cannot be read.");
  if ("ok" in read) {
    const no = await whyNot(request, read.ok);
    if (no !== null) return no;
  }
  const nonce = randomBytes(16).toString("base64");
  const headers = new Headers(request.headers);
  const csp = policy(nonce, "ok" in read ? new URL(read.ok.issuer).origin : "");
  headers.set("x-nonce", nonce);
  headers.set(askedHeader, `${request.nextUrl.pathname}${request.nextUrl.search}`);
  headers.set("Content-Security-Policy", csp);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("Content-Security-Policy", csp);
  for (const [name, value] of Object.entries(fixed)) response.headers.set(name, value);
  if ("ok" in read && read.ok.publicUrl.protocol === "https:")
    response.headers.set("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
  return response;
}

/**
 * Health is answered always: whoever watches over the portal must tell busy from broken. A call that another site made somebody's
 * browser send takes nothing from their allowance.
 */
async function whyNot(request: NextRequest, { limits, publicUrl }: WebSettings): Promise<NextResponse | null> {
  if (request.nextUrl.pathname !== "/api/health") {
    const busy = whyNotNow(load(), limits);
    if (busy !== null) return sentAway(busy);
  }
  if (request.method === "GET" || request.method === "HEAD") return null;
  const no = await whyNoCall(request, publicUrl.origin);
  if (no !== null) return refused(no.status, no.sentence);
  const session = request.cookies.get(cookieName(publicUrl, "session"))?.value;
  const more = session === undefined ? null : whyNoMore(load(), { session, limits, now: Date.now() });
  return more === null ? null : sentAway(more);
}

/** The bare content type is what makes the framework hand the sentence to the page whose action was sent away. */
const sentAway = ({ status, sentence, again }: Busy): NextResponse =>
  refused(status, sentence, { "content-type": "text/plain", "retry-after": String(again) });

const refused = (status: number, sentence: string, more: Readonly<Record<string, string>> = {}): NextResponse =>
  new NextResponse(sentence, {
    status,
    headers: {
      ...fixed,
      "content-type": "text/plain; charset=utf-8",
      ...more,
      "cache-control": "no-store",
      ...(status === 405 ? { allow: "GET, HEAD, POST" } : {}),
    },
  });

/** Percent signs that are no text's make the framework's router throw, and the database takes no NUL in a text. */
function isReadable({ pathname, search }: NextRequest["nextUrl"]): boolean {
  if (/%00/.test(pathname + search)) return false;
  try {
    decodeURIComponent(pathname);
    return true;
  } catch {
    return false;
  }
}

const isLocal = (request: NextRequest): boolean =>
  /^localhost(:\d+)?$/.test(request.headers.get("host") ?? "") &&
  !request.headers.has("forwarded") &&
  !foreignForward(request);

/** Next itself fills in `X-Forwarded-*` for a direct request; a proxy's would name another host or client. */
function foreignForward(request: NextRequest): boolean {
  const host = request.headers.get("x-forwarded-host");
  return host !== null && host !== request.headers.get("host");
}

export const config = { matcher: ["/((?!_next/static|favicon.ico).*)"] };
