const untrusted = "is signed by an authority that is not trusted here";
const dates = "is not valid at this time";
const host = "names another host";

/** What is wrong with a server's certificate, by the code of the error. Source: Node.js, tls, "X509 certificate error codes". */
const troubles: Readonly<Record<string, string>> = {
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  CERT_SIGNATURE_FAILURE: untrusted,
  CERT_UNTRUSTED: untrusted,
  INVALID_CA: untrusted,
  CERT_HAS_EXPIRED: dates,
  CERT_NOT_YET_VALID: dates,
  CERT_REVOKED: "is revoked",
  HOSTNAME_MISMATCH: host,
  ERR_TLS_CERT_ALTNAME_INVALID: host,
};

/** The end of a sentence that begins with "The certificate of …"; null when the code says nothing of a certificate. */
export const certificateTrouble = (code: string): string | null =>
  Object.hasOwn(troubles, code) ? (troubles[code] ?? null) : null;
