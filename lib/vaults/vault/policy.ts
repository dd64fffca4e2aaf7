/** Rights on one path; `*` at the end matches any rest. */
export interface Rule {
  readonly path: string;
  readonly capabilities: readonly string[];
}

/** Writes secrets and their metadata below the mount; can read no secret back. */
export const writerRules = (mount: string): readonly Rule[] => [
  { path: `${mount}/data/*`, capabilities: ["create", "update"] },
  { path: `${mount}/metadata/*`, capabilities: ["create", "update", "read"] },
];

/** Destroys versions and deletes slots; can neither write nor read. */
export const removerRules = (mount: string): readonly Rule[] => [
  { path: `${mount}/destroy/*`, capabilities: ["update"] },
  { path: `${mount}/metadata/*`, capabilities: ["delete"] },
];

/** Rules in the policy language of Vault and OpenBao. */
export const toHcl = (rules: readonly Rule[]): string =>
  rules
    .map(({ path, capabilities }) => {
      const list = capabilities.map((capability) => `"${capability}"`).join(", ");
      return `path "${path}" {\n  capabilities = [${list}]\n}`;
    })
    .join("\n");
