import "reflect-metadata";
import { randomUUID, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const day = 86_400_000;
x509.cryptoProvider.set(webcrypto as unknown as Crypto);

export interface Certified {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS#8. */
  readonly key: string;
}

/** A certificate authority of a test's own. */
export interface Authority {
  /** PEM of its certificate: what a client must trust. */
  readonly ca: string;
  /** A server's certificate for these DNS names and addresses; `endedDaysAgo` makes it one that was valid before. */
  issue(names: readonly string[], endedDaysAgo?: number): Promise<Certified>;
}

const keyPair = () => webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as Promise<CryptoKeyPair>;
const serial = () => randomUUID().replaceAll("-", "");

export async function newAuthority(): Promise<Authority> {
  const keys = await keyPair();
  const name = `CN=Test authority ${randomUUID()}`;
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name,
    notBefore: new Date(Date.now() - 400 * day),
    notAfter: new Date(Date.now() + day),
    keys,
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  return {
    ca: root.toString("pem"),
    async issue(names, endedDaysAgo = -1) {
      const own = await keyPair();
      const alternatives = names.map((value) => ({
        type: /^[\d.]+$/.test(value) ? ("ip" as const) : ("dns" as const),
        value,
      }));
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: serial(),
        subject: "CN=server",
        issuer: name,
        notBefore: new Date(Date.now() - 300 * day),
        notAfter: new Date(Date.now() - endedDaysAgo * day),
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        extensions: [new x509.SubjectAlternativeNameExtension(alternatives)],
      });
      const key = new Uint8Array(await webcrypto.subtle.exportKey("pkcs8", own.privateKey));
      return { certificate: certificate.toString("pem"), key: x509.PemConverter.encode(key.buffer, "PRIVATE KEY") };
    },
  };
}
