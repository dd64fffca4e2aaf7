import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where test servers are installed once for all checkouts of this account. */
export const serverCache = (): string =>
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "charter-test-servers");

/**
 * Folder of an installed server, installing it first when it is not there yet. An interrupted or concurrent installation
 * never leaves half a server: `install` fills a temporary folder which is renamed when whole. What it installs must
 * not depend on its absolute place.
 */
export async function installedOnce(name: string, install: (into: string) => Promise<void>): Promise<string> {
  const place = join(serverCache(), name);
  if (existsSync(place)) return place;
  mkdirSync(serverCache(), { recursive: true });
  const fresh = mkdtempSync(join(serverCache(), `.new-${name}-`));
  try {
    await install(fresh);
    renameSync(fresh, place);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(place)) throw error;
  }
  return place;
}
