import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { WireRequest } from "#lib/simulation/server.ts";
import { wireError } from "./protocol.ts";

interface Signed {
  readonly accessKeyId: string;
  readonly date: string;
  readonly scope: string;
  readonly headers: readonly string[];
  readonly signature: string;
}

const hmac = (key: Buffer | string, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The Authorization header of AWS signature version 4; null when the request is not signed. */
export function readSignature(request: WireRequest): Signed | null {
  const header = request.headers.authorization ?? "";
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(header);
  if (found === null) return null;
  const [, accessKeyId = "", scope = "", headers = "", signature = ""] = found;
  return { accessKeyId, scope, headers: headers.split(";"), signature, date: request.headers["x-amz-date"] ?? "" };
}

/** Throws what AWS answers when the signature was not made with this secret, or is older than 15 minutes. */
export function verifySignature(
  request: WireRequest,
  signed: Signed,
  { secret, now }: { readonly secret: string; readonly now: Date },
): void {
  const [day = "", region = "", service = ""] = signed.scope.split("/");
  const canonical = [
    request.method,
    request.url.pathname,
    request.url.search.slice(1),
    ...signed.headers.map((name) => `${name}:${(request.headers[name] ?? "").trim().replace(/ +/g, " ")}`),
    "",
    signed.headers.join(";"),
    sha256(request.body),
  ].join("\n");
  const text = ["AWS4-HMAC-SHA256", signed.date, signed.scope, sha256(canonical)].join("\n");
  const key = ["aws4_request"].reduce(hmac, hmac(hmac(hmac(`AWS4${secret}`, day), region), service));
  const wanted = hmac(key, text);
  if (!timingSafeEqual(wanted, Buffer.from(signed.signature, "hex")))
    throw wireError(
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided.",
    );
  if (Math.abs(now.getTime() - instantOf(signed.date)) > 15 * 60_000)
    throw wireError("SignatureDoesNotMatch", "Signature expired.");
}

/** `20261122T204100Z` as milliseconds. */
const instantOf = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
