import { digest } from "#lib/digest/digest.ts";
import type { TargetEntry, VaultEntry } from "./config.ts";

/** Kind, address, account, CA, ceiling, credential references, simulated or real: what makes every plan on it another plan. */
export const entryDigest = ({ kind, settings, simulated, credentials }: Digested): string =>
  digest({ kind, settings, simulated, credentials });

type Digested = Pick<TargetEntry | VaultEntry, "kind" | "settings" | "simulated" | "credentials">;
