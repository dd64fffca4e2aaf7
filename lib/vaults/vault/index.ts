import type { VaultStore } from "../store.ts";
import { removerRules, toHcl, writerRules } from "./policy.ts";
import { settingsSchema, type VaultSettings } from "./settings.ts";

const policy = `# charter-writer.hcl: writes secrets, cannot read them back
${toHcl(writerRules("kv"))}

# charter-remover.hcl: used only when a credential is revoked or an identity removed
${toHcl(removerRules("kv"))}

# vault policy write charter-writer charter-writer.hcl
# vault policy write charter-remover charter-remover.hcl
# vault auth enable approle
# vault write auth/approle/role/charter-writer token_policies=charter-writer token_ttl=20m token_max_ttl=4h
# vault write auth/approle/role/charter-remover token_policies=charter-remover token_ttl=20m token_max_ttl=4h
`;

/** HashiCorp Vault or OpenBao with a key-value engine of version 2. */
export const vault: VaultStore<VaultSettings> = {
  kind: "vault",
  title: "Vault or OpenBao",
  settings: settingsSchema,
  example: {
    settings: { address: "https://vault.example.com:8200" },
    credentials: {
      writerRoleId: "file:/etc/charter/vault/writer-role-id",
      writerSecretId: "file:/etc/charter/vault/writer-secret-id",
      removerRoleId: "file:/etc/charter/vault/remover-role-id",
      removerSecretId: "file:/etc/charter/vault/remover-secret-id",
    },
    policy,
  },
  readCommand: ({ address, namespace, cli }, { mount, path }) =>
    [
      cli,
      "kv get",
      `-address=${address}`,
      ...(namespace === null ? [] : [`-namespace=${namespace}`]),
      `-mount=${mount}`,
      path,
    ].join(" "),
};
