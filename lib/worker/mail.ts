import { createHash } from "node:crypto";
import { createTransport } from "nodemailer";
import type { Outgoing } from "#db/store/notices.ts";
import type { Failing } from "#lib/domain/notice.ts";
import type { MailEntry } from "./config.ts";
import { resolveReference } from "./references.ts";

const timeoutMs = 20_000;

/** It was not sent, and why, in our words. */
export class Unsent extends Error {
  override readonly name = "Unsent";
  readonly failing: Failing;
  constructor(sentence: string, failing: Failing) {
    super(sentence);
    this.failing = failing;
  }
}

export interface Letter {
  readonly to: string;
  /** The portal's address. */
  readonly portal: string;
  readonly notices: readonly Outgoing[];
}

/**
 * Sends one mail with everything one person is told. Its Message-ID follows from the notices: the same ones sent twice, after a
 * crash, are one mail to whoever compares them, unless another notice has joined them meanwhile. Throws `Unsent`.
 */
export async function sendMail(entry: MailEntry, letter: Letter): Promise<void> {
  if (!isOneAddress(letter.to))
    throw new Unsent("Charter knows no single address of this person to write to.", "refused");
  const pass = entry.password === null ? null : await resolveReference(entry.password);
  const transport = createTransport({
    host: entry.host,
    port: entry.port,
    secure: entry.tls === "implicit",
    requireTLS: entry.tls === "starttls",
    ignoreTLS: entry.tls === "off",
    ...(entry.user !== null && pass !== null && { auth: { user: entry.user, pass } }),
    ...{ connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  try {
    await transport.sendMail({
      from: { name: "Charter", address: entry.from },
      to: letter.to,
      subject: subjectOf(letter),
      text: textOf(letter),
      messageId: `<${idOf(letter.notices)}@${entry.from.slice(entry.from.lastIndexOf("@") + 1)}>`,
      headers: { "Auto-Submitted": "auto-generated" },
    });
  } catch (error) {
    throw unsent(error);
  } finally {
    transport.close();
  }
}

/** A directory or a token may say anything; a list, or a name beside an address, would be written to somebody else. */
const isOneAddress = (text: string): boolean => /^[^\s"(),:;<>@[\]\\]{1,64}@[^\s"(),:;<>@[\]\\]{1,255}$/.test(text);

const subjectOf = ({ notices }: Letter): string =>
  notices.length === 1 ? `Charter: ${notices[0]?.sentence ?? ""}` : `Charter: ${notices.length} things to know`;

function textOf({ notices, portal }: Letter): string {
  const about = notices.map(({ sentence, path }) => `${sentence}\n${new URL(path, portal).href}\n`);
  const why = `You are told because you ask, own, decide or operate at ${portal}. Choose what reaches you under Settings: ${new URL("/settings", portal).href}`;
  return [...about, "-- ", why, ""].join("\n");
}

const idOf = (notices: readonly Outgoing[]): string =>
  createHash("sha256")
    .update(notices.map(({ id }) => id).join())
    .digest("hex")
    .slice(0, 32);

/** What the server says is not kept, since it may repeat addresses. From 500 on it refuses; that we may not speak to it is for us to mend. */
function unsent(error: unknown): Unsent {
  const code = error instanceof Error && "responseCode" in error ? Number(error.responseCode) : 0;
  const ours = code === 530 || code === 535;
  if (code >= 500) return new Unsent(`The mail server refused it (${code}).`, ours ? "put-off" : "refused");
  if (code >= 400) return new Unsent(`The mail server put it off (${code}).`, "put-off");
  const known = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  return new Unsent(`The mail server was not reached (${known}).`, "put-off");
}
