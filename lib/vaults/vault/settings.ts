import { z } from "zod";

const loopback = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?\/?$/;

/** One Vault or OpenBao server, as the worker's configuration file declares it. Everything here is public. */
export const settingsSchema = z.strictObject({
  /** https, except for a server on this machine. */
  address: z
    .url("Write the server's address, e.g. https://vault.example.com:8200.")
    .refine((address) => address.startsWith("https://") || loopback.test(address), {
      message:
        "Use https: over plain http anyone on the way reads the secrets. Only a server on this machine may use http.",
    })
    .transform((address) => address.replace(/\/$/, "")),
  namespace: z.string().min(1).nullable().default(null),
  /** PEM of the authority that signed the server's certificate; null trusts those of the system. */
  ca: z
    .string()
    .includes("-----BEGIN CERTIFICATE-----", { message: "Paste the certificate authority in PEM form." })
    .nullable()
    .default(null),
  /** Where the AppRole method is mounted. */
  authMount: z.string().min(1).default("approle"),
  /** The command line that people here use to read. */
  cli: z.enum(["vault", "bao"]).default("vault"),
});
export type VaultSettings = z.infer<typeof settingsSchema>;

/** The four references a vault entry must name: two AppRoles, so that no single login can both write and remove. */
export const credentialNames = ["writerRoleId", "writerSecretId", "removerRoleId", "removerSecretId"] as const;
export type CredentialName = (typeof credentialNames)[number];
