import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import type { Assertion, Registration, Statement } from "#lib/domain/signature.ts";
import { challengeOf } from "#lib/signature/challenge.ts";

/** What a browser or an attacker may do otherwise than a well-behaved one. */
export interface Twist {
  readonly type?: string;
  readonly origin?: string;
  readonly rpId?: string;
  readonly crossOrigin?: boolean;
  readonly topOrigin?: string;
  readonly challenge?: string;
  /** User present, user verified. */
  readonly up?: boolean;
  readonly uv?: boolean;
  readonly counter?: number;
}

/** A passkey in software: P-256, no attestation, as authenticators make it. */
export interface Authenticator {
  readonly credentialId: string;
  make(statement: Statement, of?: { readonly code?: string; readonly twist?: Twist }): Registration;
  sign(statement: Statement, twist?: Twist): Assertion;
}

const home = { origin: "http://localhost:3000", rpId: "localhost" };

export function softAuthenticator(): Authenticator {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const id = randomBytes(32);
  const credentialId = id.toString("base64url");
  return {
    credentialId,
    make(statement, { code = "", twist = {} } = {}) {
      const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, coseOf(publicKey)]);
      const authData = Buffer.concat([authenticatorData({ ...twist, attested: true }), attested]);
      const attestationObject = cbor(
        new Map<string, unknown>([
          ["fmt", "none"],
          ["attStmt", new Map()],
          ["authData", authData],
        ]),
      ).toString("base64url");
      const clientDataJSON = clientData(statement, { type: "webauthn.create", ...twist }).toString("base64url");
      const { challengeId } = statement;
      return { challengeId, credentialId, attestationObject, clientDataJSON, transports: ["internal"], code };
    },
    sign(statement, twist = {}) {
      const data = authenticatorData(twist);
      const client = clientData(statement, { type: "webauthn.get", ...twist });
      return {
        challengeId: statement.challengeId,
        credentialId,
        authenticatorData: data.toString("base64url"),
        clientDataJSON: client.toString("base64url"),
        signature: signatureOf(privateKey, Buffer.concat([data, sha256(client)])).toString("base64url"),
      };
    },
  };
}

const sha256 = (data: Buffer | string): Buffer => createHash("sha256").update(data).digest();
const signatureOf = (key: KeyObject, data: Buffer): Buffer => createSign("sha256").update(data).sign(key);

function clientData(statement: Statement, twist: Twist): Buffer {
  const { type, origin = home.origin, crossOrigin = false, challenge = challengeOf(statement), topOrigin } = twist;
  return Buffer.from(
    JSON.stringify({ type, challenge, origin, crossOrigin, ...(topOrigin === undefined ? {} : { topOrigin }) }),
  );
}

function authenticatorData(of: Twist & { readonly attested?: boolean }): Buffer {
  const flags = (of.up === false ? 0 : 1) | (of.uv === false ? 0 : 4) | (of.attested ? 64 : 0);
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(of.counter ?? 0);
  return Buffer.concat([sha256(of.rpId ?? home.rpId), Buffer.from([flags]), counter]);
}

function coseOf(key: KeyObject): Buffer {
  const { x = "", y = "" } = key.export({ format: "jwk" });
  return cbor(
    new Map<number, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, "base64url")],
      [-3, Buffer.from(y, "base64url")],
    ]),
  );
}

/** As much of CBOR (RFC 8949) as a key needs. */
function cbor(value: unknown): Buffer {
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Map)
    return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, one]) => [cbor(key), cbor(one)])]);
  throw new TypeError("This is not CBOR that a key needs.");
}

function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length]);
  return length < 256
    ? Buffer.from([(major << 5) | 24, length])
    : Buffer.from([(major << 5) | 25, length >> 8, length & 255]);
}
