import { gunzipSync } from "node:zlib";

/** A secret in one of the forms in which it could have been carried away. */
interface Form {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Base64 of a secret wherever it lies in what was encoded: for each of three alignments, the part that is the secret's alone. */
function base64Of(secret: Buffer): readonly Form[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), secret])
      .toString("base64")
      .replaceAll("=", "");
    const from = shift === 0 ? 0 : shift + 1;
    const whole = Math.floor(((shift + secret.length) * 8) / 6);
    return { name: "base64", bytes: Buffer.from(text.slice(from, whole)) };
  });
}

/** Plain, base64 (also for URLs), hex, URL and JSON escaped, reversed, and as UTF-16, which is how a heap may hold it. */
export function formsOf(secret: string): readonly Form[] {
  const plain = Buffer.from(secret);
  const encoded = base64Of(plain);
  const hex = plain.toString("hex");
  const forms = [
    { name: "plain", bytes: plain },
    ...encoded,
    ...encoded.map(({ bytes }) => ({
      name: "base64url",
      bytes: Buffer.from(bytes.toString().replaceAll("+", "-").replaceAll("/", "_")),
    })),
    { name: "hex", bytes: Buffer.from(hex) },
    { name: "hex", bytes: Buffer.from(hex.toUpperCase()) },
    { name: "url", bytes: Buffer.from(encodeURIComponent(secret)) },
    { name: "url", bytes: Buffer.from(new URLSearchParams([["", secret]]).toString().slice(1)) },
    { name: "json", bytes: Buffer.from(JSON.stringify(secret).slice(1, -1)) },
    { name: "json", bytes: Buffer.from(JSON.stringify(secret).slice(1, -1).replaceAll("/", "\\/")) },
    { name: "reversed", bytes: Buffer.from([...secret].reverse().join("")) },
    { name: "utf-16", bytes: Buffer.from(secret, "utf16le") },
  ];
  const seen = new Set<string>();
  return forms.filter(({ bytes }) => {
    const key = bytes.toString("latin1");
    return seen.has(key) ? false : seen.add(key);
  });
}

const gzipped = Buffer.from([0x1f, 0x8b, 0x08]);

/** What of these secrets lies in the bytes, and in what is packed in them with gzip: names of forms, each once. */
export function found(bytes: Buffer, secrets: readonly string[]): readonly string[] {
  const forms = secrets.flatMap(formsOf);
  const plain = forms.filter((form) => bytes.includes(form.bytes)).map(({ name }) => name);
  const packed = unpacked(bytes).flatMap((inner) =>
    forms.filter((form) => inner.includes(form.bytes)).map(({ name }) => `gzip of ${name}`),
  );
  return [...new Set([...plain, ...packed])];
}

/** Every gzip stream that begins somewhere in the bytes and is whole. */
function unpacked(bytes: Buffer): readonly Buffer[] {
  const streams: Buffer[] = [];
  for (let at = bytes.indexOf(gzipped); at !== -1; at = bytes.indexOf(gzipped, at + 1)) {
    try {
      streams.push(gunzipSync(bytes.subarray(at), { maxOutputLength: 64 * 2 ** 20 }));
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
    }
  }
  return streams;
}
