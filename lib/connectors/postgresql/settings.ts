import { z } from "zod";
import { isName } from "./names.ts";

const loopback = new Set(["127.0.0.1", "::1", "localhost"]);
const name = z.string().refine(isName, "Write a PostgreSQL name of at most 63 bytes.");

/** One PostgreSQL cluster, as the worker's configuration file declares it. Everything here is public. */
export const settingsSchema = z
  .strictObject({
    host: z.string().regex(/^[A-Za-z0-9.:_-]+$/, "Write a host name or address."),
    port: z.number().int().min(1).max(65_535).default(5432),
    /** Databases in which privileges may be granted. */
    databases: z.array(name).min(1),
    /** Where roles are made and marked: every worker must use the same one, since locks hold within a database. */
    homeDatabase: name.default("postgres"),
    /** The role we sign in as; its password is the credential `password`. */
    adminRole: name.default("charter_admin"),
    tls: z
      .strictObject({
        mode: z.enum(["verify-full", "off"]),
        /** PEM of the authority that signed the server's certificate; null trusts those of the system. */
        ca: z.string().includes("-----BEGIN CERTIFICATE-----").nullable().default(null),
      })
      .prefault({ mode: "verify-full" }),
  })
  .refine(({ host, tls }) => tls.mode !== "off" || loopback.has(host), {
    path: ["tls", "mode"],
    message: "Only a server on this machine may be used without TLS.",
  });
export type PostgresqlSettings = z.infer<typeof settingsSchema>;
