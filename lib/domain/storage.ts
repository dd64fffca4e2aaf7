import type { StorageSlot } from "./plan.ts";

/** One line of approved storage from the worker's configuration; `*` matches any value. First match wins. */
export interface ApprovedStorage {
  readonly team: string;
  readonly environment: string;
  readonly classification: string;
  readonly mount: string;
  readonly path: string;
}

/** What a secret belongs to; `team` and `service` are slugs. */
export interface StoredFor {
  readonly team: string;
  readonly environment: string;
  readonly classification: string;
  readonly service: string;
  readonly name: string;
}

const matches = (pattern: string, value: string): boolean => pattern === "*" || pattern === value;

/** `{team}`, `{environment}`, `{service}`, `{name}` become their values; other braces stay and fail the path check. */
const fill = (pattern: string, owner: StoredFor): string =>
  pattern.replace(
    /\{(team|environment|service|name)\}/g,
    (_, key: "team" | "environment" | "service" | "name") => owner[key],
  );

/** Segments of letters, digits, `-`, `_` and `.`, none of them `.` or `..`. */
const isPath = (path: string): boolean =>
  path.split("/").every((segment) => /^[A-Za-z0-9._-]+$/.test(segment) && segment !== "." && segment !== "..");

/**
 * The first approved slot for this owner, in configuration order of vaults and lines; null when nothing is approved.
 * A line whose filled path is not a plain path is skipped: storage is never guessed.
 */
export function pickStorage(
  vaults: readonly { readonly name: string; readonly approved: readonly ApprovedStorage[] }[],
  owner: StoredFor,
): StorageSlot | null {
  for (const vault of vaults) {
    for (const line of vault.approved) {
      const fits =
        matches(line.team, owner.team) &&
        matches(line.environment, owner.environment) &&
        matches(line.classification, owner.classification);
      if (!fits) continue;
      const mount = fill(line.mount, owner);
      const path = fill(line.path, owner);
      if (isPath(mount) && isPath(path)) return { vault: vault.name, mount, path };
    }
  }
  return null;
}
