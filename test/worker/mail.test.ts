import { once } from "node:events";
import { text } from "node:stream/consumers";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { afterEach, expect, test } from "vitest";
import type { Outgoing } from "#db/store/notices.ts";
import { sendMail } from "#lib/worker/mail.ts";
import { selfSigned } from "../support/certificate.ts";

// Against a real mail server, with TLS from the first byte, with STARTTLS, and with a password.

const bundled = getCACertificates("default");
const open: SMTPServer[] = [];
afterEach(() => {
  setDefaultCACertificates(bundled);
  delete process.env.SMTP_PASSWORD;
  for (const server of open.splice(0)) server.close();
});

interface Seen {
  readonly secure: boolean;
  readonly user: string | undefined;
  readonly raw: string;
}

async function server(options: SMTPServerOptions): Promise<{ readonly port: number; readonly seen: Seen[] }> {
  const seen: Seen[] = [];
  const smtp = new SMTPServer({
    ...options,
    onAuth: ({ username, password }, _session, done) =>
      password === "correct horse"
        ? done(null, { user: username })
        : done(Object.assign(new Error("no"), { responseCode: 535 })),
    onData: (stream, session, done) => {
      void text(stream).then((raw) => {
        seen.push({ secure: session.secure, user: session.user, raw: raw.replaceAll("=\r\n", "") });
        done();
      });
    },
  });
  smtp.on("error", () => undefined);
  open.push(smtp);
  await once(smtp.listen(0, "127.0.0.1"), "listening");
  const address = smtp.server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, seen };
}

const notice = (sentence: string): Outgoing => ({
  ...{ id: "00000000-0000-4000-8000-000000000001", person: "p", webhook: null, kind: "approval", promised: false },
  ...{
    sentence,
    path: "/requests/1",
    at: new Date(),
    attempts: 1,
    email: "mara@acme.example",
    over: false,
    about: null,
  },
});
const send = (port: number, of: { tls: "implicit" | "starttls" | "off"; user?: string }, sentence = "It waits.") =>
  sendMail(
    {
      ...{ from: "charter@acme.example", host: "127.0.0.1", port, tls: of.tls, user: of.user ?? null },
      password: of.user === undefined ? null : "env:SMTP_PASSWORD",
    },
    { to: "mara@acme.example", portal: "https://charter.acme.example", notices: [notice(sentence)] },
  ).then(
    () => "sent",
    (error: Error) => error.message,
  );

test.each([
  ["implicit", { secure: true }],
  ["starttls", {}],
] as const)("with TLS (%s) to a server whose certificate is trusted, and to no other", async (tls, options) => {
  const made = selfSigned();
  const { port, seen } = await server({ ...options, ...made, authOptional: true });
  expect(await send(port, { tls })).toMatch(/was not reached/);
  expect(seen).toEqual([]);
  setDefaultCACertificates([...bundled, made.cert]);
  expect(await send(port, { tls })).toBe("sent");
  expect(seen).toMatchObject([{ secure: true }]);
});

test("nothing is sent in the clear to a server that offers no STARTTLS", async () => {
  const { port, seen } = await server({ disabledCommands: ["STARTTLS"], authOptional: true });
  expect(await send(port, { tls: "starttls" })).not.toBe("sent");
  expect(seen).toEqual([]);
});

test("with a user and a password from a reference; a wrong one is for the operator to mend", async () => {
  const made = selfSigned();
  setDefaultCACertificates([...bundled, made.cert]);
  const { port, seen } = await server({ ...made });
  process.env.SMTP_PASSWORD = "correct horse";
  expect(await send(port, { tls: "starttls", user: "charter" })).toBe("sent");
  expect(seen).toMatchObject([{ secure: true, user: "charter" }]);
  process.env.SMTP_PASSWORD = "wrong";
  expect(await send(port, { tls: "starttls", user: "charter" })).toBe("The mail server refused it (535).");
});

test("a line break in what it says makes no header", async () => {
  const { port, seen } = await server({ disabledCommands: ["STARTTLS"], authOptional: true });
  expect(await send(port, { tls: "off" }, "It waits.\r\nBcc: eve@elsewhere.example")).toBe("sent");
  const head = seen[0]?.raw.split("\r\n\r\n")[0] ?? "";
  expect(head).toMatch(/^Subject: /m);
  expect(head).not.toMatch(/^Bcc:/m);
});
