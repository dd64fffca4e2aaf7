import { z } from "zod";
import { classifications, environments } from "#lib/domain/charter.ts";
import { noticeKinds } from "#lib/domain/notice.ts";

/** A secret is only ever named: a file's content or an environment variable, read by the worker when it connects. */
export const reference = z
  .string()
  .regex(/^(file:\/.+|env:[A-Z][A-Z0-9_]*)$/, "Name a secret as file:/path or env:NAME; never write it here.");
const name = z.string().regex(/^[a-z][a-z0-9-]{1,39}$/, "Use 2–40 lower case letters, digits and hyphens.");
const person = z.strictObject({ issuer: z.url(), subject: z.string().min(1) });

const gate = z
  .strictObject({
    maxRunning: z.number().int().min(2).default(4),
    // The longest provisioning makes some twenty calls: alone, it never waits.
    rate: z.number().positive().default(20),
    burst: z.number().min(2).default(60),
    reserve: z.number().min(1).default(6),
  })
  .refine(({ burst, reserve }) => burst >= reserve + 1, {
    path: ["burst"],
    message: "Make it at least one more than the reserve, else nothing is ever provisioned.",
  })
  .prefault({});

/** Consistency windows in milliseconds; a target type has its own defaults, tests shrink them. */
const windows = z.record(z.string(), z.number().int().nonnegative()).default({});

/** How long a step is one worker's before another takes it over, and how long one call to a target may take. */
const lease = z
  .strictObject({
    seconds: z.number().int().min(6).max(600).default(60),
    callTimeoutSeconds: z.number().int().min(2).max(120).default(20),
  })
  .refine(({ seconds, callTimeoutSeconds }) => seconds >= 2 * callTimeoutSeconds, {
    path: ["seconds"],
    message: "Make it at least twice the call's time limit, else a slow call outlives the lease.",
  })
  .prefault({});

const targetEntry = z.strictObject({
  name,
  kind: z.string(),
  title: z.string().min(1).max(60),
  environments: z.array(z.enum(environments)).min(1),
  /** Parsed by the connector's own schema. */
  settings: z.record(z.string(), z.json()),
  credentials: z.record(z.string(), reference).default({}),
  simulated: z.boolean().default(false),
  gate,
  caps: z
    .strictObject({
      mintsPerHour: z.number().int().positive().default(20),
      disablesPerHour: z.number().int().positive().default(60),
    })
    .prefault({}),
  windows,
});

const vaultEntry = z.strictObject({
  name,
  kind: z.string(),
  title: z.string().min(1).max(60),
  settings: z.record(z.string(), z.json()),
  credentials: z.record(z.string(), reference).default({}),
  simulated: z.boolean().default(false),
  gate,
  windows,
  /** The vault's file audit device, where this worker may read it: tells when secrets were read. Not published, no part of the fingerprint. */
  auditFile: z.string().min(1).nullable().default(null),
  /** First match wins. `{team}`, `{environment}`, `{service}`, `{name}` are filled in; `*` matches any value. */
  approved: z
    .array(
      z.strictObject({
        team: z.string().default("*"),
        environment: z.enum([...environments, "*"]).default("*"),
        classification: z.enum([...classifications, "*"]).default("*"),
        mount: z.string().min(1),
        path: z.string().min(1),
      }),
    )
    .min(1),
});

const loopback = new Set(["127.0.0.1", "::1", "[::1]", "localhost"]);
const isSafe = (url: string): boolean =>
  URL.canParse(url) && (url.startsWith("https:") || loopback.has(new URL(url).hostname));

/** The mail server that takes what people are told. */
const mail = z
  .strictObject({
    from: z.email("Give the address that mail is sent from."),
    host: z.string().min(1),
    port: z.number().int().min(1).max(65_535),
    /** `implicit`: TLS from the first byte (465); `starttls`: TLS or nothing (587). */
    tls: z.enum(["implicit", "starttls", "off"]).default("starttls"),
    user: z.string().min(1).nullable().default(null),
    password: reference.nullable().default(null),
  })
  .refine(({ host, tls }) => tls !== "off" || loopback.has(host), {
    path: ["tls"],
    message: "Only a mail server on this machine may be used without TLS.",
  })
  .refine(({ user, password }) => (user === null) === (password === null), {
    path: ["password"],
    message: "Give both a user and a password, or neither.",
  });

/** A system that is told the same as people, as Standard Webhooks describes it. */
const webhook = z.strictObject({
  name,
  url: z.url().refine(isSafe, "Use https; plain http only on this machine."),
  /** Reference to what signs each message: 24 to 64 bytes, base64. */
  signs: reference,
  /** Which kinds it hears of; all when empty. */
  kinds: z.array(z.enum(noticeKinds)).default([]),
});

/** The worker's configuration file: all that decides where power and secrets go. */
export const configSchema = z.strictObject({
  installation: z.string().min(3).max(64),
  publicUrl: z.url(),
  signIn: z.strictObject({
    issuer: z.url(),
    clientId: z.string().min(1),
    groupsClaim: z.string().default("groups"),
    /** Claim that tells that two logins are one person. */
    personClaim: z.string().nullable().default(null),
    /** Role → groups that give it. */
    roles: z.strictObject({
      security: z.array(z.string()),
      operator: z.array(z.string()),
      auditor: z.array(z.string()),
    }),
  }),
  policy: z
    .strictObject({
      folder: z.string().nullable().default(null),
      activatedBy: z.array(person).length(2).nullable().default(null),
    })
    .prefault({}),
  blueprints: z.strictObject({ folder: z.string().nullable().default(null) }).prefault({}),
  lease,
  targets: z.array(targetEntry),
  vaults: z.array(vaultEntry),
  /** References to the mark key (32 bytes, base64) and the checkpoint key (Ed25519, PKCS 8 PEM). Versioned: the last is current. */
  keys: z.strictObject({
    mark: z.array(z.strictObject({ id: name, secret: reference })).min(1),
    checkpoint: z.strictObject({ id: name, secret: reference }),
  }),
  /** Where the sealer appends each checkpoint outside the database: a file, or a slot of one of the vaults above. */
  anchor: z
    .union([
      z.strictObject({ file: z.string() }),
      z.strictObject({ vault: name, mount: z.string().min(1), path: z.string().min(1) }),
    ])
    .nullable()
    .default(null),
  /** How people and systems are told; null and none: nobody is. */
  mail: mail.nullable().default(null),
  webhooks: z.array(webhook).default([]),
  /** Whose repositories are read from GitHub, and by which token. */
  github: z
    .strictObject({
      api: z.url({ protocol: /^https?$/ }).refine(isSafe, "Use https, except on this machine."),
      token: reference,
      owners: z
        .array(z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$/, "Give an owner's name as GitHub spells it."))
        .min(1),
    })
    .nullable()
    .default(null),
});
export type WorkerConfig = z.infer<typeof configSchema>;
export type TargetEntry = z.infer<typeof targetEntry>;
export type MailEntry = z.infer<typeof mail>;
export type WebhookEntry = z.infer<typeof webhook>;
export type VaultEntry = z.infer<typeof vaultEntry>;
