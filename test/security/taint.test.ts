import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { formsOf, found } from "#test/support/taint.ts";

// The search for secrets that the browser suite ends with finds what is planted.

const secret = 'wJalr/XUtn+FEMI/K7MDENG"b~~~?fi';
const around = (text: string | Buffer) =>
  Buffer.concat([Buffer.from("before\n\u0000"), Buffer.from(text), Buffer.from("\u0000\nafter")]);

test.each([
  ["plain", secret],
  ["base64", Buffer.from(secret).toString("base64")],
  ["base64", Buffer.from(`{"k":"${secret}"}`).toString("base64")],
  ["base64", Buffer.from(`x${secret}y`).toString("base64")],
  ["base64", Buffer.from(`xx${secret}yy`).toString("base64")],
  ["base64url", Buffer.from(`x${secret}`).toString("base64url")],
  ["hex", Buffer.from(secret).toString("hex")],
  ["hex", Buffer.from(secret).toString("hex").toUpperCase()],
  ["url", new URLSearchParams({ k: secret }).toString()],
  ["json", JSON.stringify({ k: secret })],
  ["reversed", [...secret].reverse().join("")],
  ["utf-16", Buffer.from(secret, "utf16le")],
  ["gzip of plain", gzipSync(`k=${secret}`)],
  ["gzip of json", gzipSync(JSON.stringify({ k: secret }))],
])("finds a secret as %s", (form, text) => {
  expect(found(around(text), ["another-secret-of-some-length", secret])).toContain(form);
});

test("finds nothing where there is nothing, also in what looks packed", () => {
  const near = `${secret.slice(0, -1)}_`;
  const bytes = Buffer.concat([
    around(near),
    gzipSync(near),
    Buffer.from([0x1f, 0x8b, 0x08, 0, 1, 2, 3]),
    around("end"),
  ]);
  expect(found(bytes, [secret])).toEqual([]);
  expect(formsOf(secret).every(({ bytes: form }) => form.length >= secret.length - 2)).toBe(true);
});
