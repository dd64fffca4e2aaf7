import { createHash, randomBytes } from "node:crypto";
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { openToOthers, serverAccount, sharedFolder } from "../../lib/embedded-postgres/binaries.mjs";
import { Stop, sentenceFor } from "./sentence.mjs";

export const checkout = fileURLToPath(new URL("../..", import.meta.url)).replace(/[/\\]$/, "");
/** Bytes that a first start needs for PostgreSQL, worlds and logs. */
const neededBytes = 300 * 1024 * 1024;

/** Everything this installation keeps lies in one folder: `CHARTER_HOME`, else `.charter` in the checkout. */
export function openHome() {
  const folder = resolve(process.env.CHARTER_HOME || join(checkout, ".charter"));
  const root = serverAccount() !== null;
  try {
    for (const name of ["logs", "keys", "demo"]) mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
    // As root PostgreSQL runs as nobody, who must pass through; the files in here stay closed, each with its own mode.
    chmodSync(folder, root ? 0o711 : 0o700);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new Stop(sentenceFor(error, folder));
  }
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < neededBytes) {
    throw new Stop(
      `There is too little free disk space in ${folder}: Charter needs 300 MB. Free some, or set CHARTER_HOME to a folder on another disk.`,
    );
  }
  const outside = root && !openToOthers(folder);
  const postgres = outside
    ? join(sharedFolder, createHash("sha256").update(folder).digest("hex").slice(0, 12))
    : join(folder, "postgres");
  if (outside) mkdirSync(dirname(postgres), { recursive: true, mode: 0o755 });
  return {
    folder,
    outside,
    postgres,
    path: (...parts) => join(folder, ...parts),
    log: (name) => join(folder, "logs", `${name}.log`),
    lock: join(folder, "launcher.lock"),
  };
}

/** Removes what an installation keeps, and nothing else that may lie in its folder. */
export function resetHome(home) {
  rmSync(home.postgres, { recursive: true, force: true });
  for (const name of [
    "logs",
    "keys",
    "demo",
    "ports.json",
    "secrets.json",
    "web.env",
    "worker.env",
    "migrate.env",
    "children.json",
    "postgres",
  ]) {
    rmSync(home.path(name), { recursive: true, force: true });
  }
}

/** Whole or not at all: a start that is interrupted never leaves half a file. */
export function writeWhole(file, text, mode = 0o600) {
  const fresh = `${file}.new`;
  try {
    writeFileSync(fresh, text, { mode });
    chmodSync(fresh, mode);
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw new Stop(sentenceFor(error, dirname(file)));
  }
}

export const readJson = (file, otherwise) => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : otherwise);

/** Random values made once and kept: passwords, the cookie secret, the installation's name. */
export function secretsOf(home) {
  const file = home.path("secrets.json");
  const kept = readJson(file, {});
  const names = [
    "postgres",
    "charter_web",
    "charter_worker",
    "charter_auditor",
    "charter_migrate",
    "authSecret",
    "authClientSecret",
    "issuerSeed",
  ];
  const secrets = Object.fromEntries(names.map((name) => [name, kept[name] ?? randomBytes(24).toString("base64url")]));
  secrets.installation = kept.installation ?? `demo-${randomBytes(4).toString("hex")}`;
  writeWhole(file, JSON.stringify(secrets, null, 2));
  return secrets;
}

/** `NAME=value` lines of an environment file; absent file, no lines. */
export function readEnv(file) {
  if (!existsSync(file)) return {};
  const lines = readFileSync(file, "utf8").split("\n");
  return Object.fromEntries(
    lines
      .filter((line) => /^[A-Z]/.test(line))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

export const writeEnv = (file, values) =>
  writeWhole(
    file,
    `${Object.entries(values)
      .map(([name, value]) => `${name}=${value}`)
      .join("\n")}\n`,
  );
