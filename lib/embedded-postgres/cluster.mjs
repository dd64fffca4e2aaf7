import { spawn, spawnSync } from "node:child_process";
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { serverAccount, serverBinaries } from "./binaries.mjs";

/**
 * A PostgreSQL cluster of our own on 127.0.0.1, in its own process group, so that Ctrl-C in a terminal does not reach it.
 * @typedef {object} Cluster
 * @property {string} folder where the data lies
 * @property {number} port
 * @property {number} pid of the postmaster
 * @property {boolean} reused it was already running: the process that started it was killed
 * @property {(database?: string, user?: string, password?: string) => string} url as superuser `postgres` unless told otherwise
 * @property {() => Promise<void>} stop fast shutdown; returns when the server is gone
 */

/**
 * Makes the cluster if `folder` holds none, then starts it, or adopts the one that already runs there.
 * @param {{folder: string, password: string, port?: number, settings?: Record<string, string | number>, durable?: boolean}} options
 *   `folder`: a folder of its own; its parent must be open to the account `nobody` when we are root. `durable: false` for tests: no fsync.
 * @returns {Promise<Cluster>}
 */
export async function startCluster({ folder, password, port, settings = {}, durable = true }) {
  const native = serverBinaries();
  const data = join(folder, "data");
  if (!existsSync(join(data, "PG_VERSION"))) create({ native, folder, data, password, durable });
  const running = runningServer(data);
  if (running && (await answers(running.port))) return cluster({ folder, data, password, ...running, reused: true });
  const chosen = port ?? (await freePort());
  const options = {
    listen_addresses: "127.0.0.1",
    port: chosen,
    unix_socket_directories: "",
    max_connections: 200,
    ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off", shared_buffers: "64MB" }),
    ...settings,
  };
  const log = join(folder, "postgres.log");
  const out = openSync(log, "a", 0o600);
  const flags = Object.entries(options).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = spawn(join(native, "bin", "postgres"), ["-D", data, ...flags], {
    ...account(),
    env: environment(),
    cwd: folder,
    detached: true,
    stdio: ["ignore", out, out],
  });
  closeSync(out);
  let ended = false;
  child.once("exit", () => {
    ended = true;
  });
  child.unref();
  await ready(data, () => ended, log);
  return cluster({ folder, data, password, port: chosen, pid: child.pid, reused: false });
}

/** The server that runs on this data folder, if any: what a killed launcher left behind. */
export function runningServer(data) {
  const file = join(data, "postmaster.pid");
  if (!existsSync(file)) return null;
  const [pid, , , port] = readFileSync(file, "utf8").split("\n");
  return alive(Number(pid)) && port ? { pid: Number(pid), port: Number(port) } : null;
}

/** A loopback port that was free a moment ago. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const initdbFlags = ["-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C"];

function create({ native, folder, data, password, durable }) {
  rmSync(data, { recursive: true, force: true });
  const who = serverAccount();
  // The account that runs the server must pass through a parent that is made here.
  mkdirSync(dirname(folder), { recursive: true, mode: who ? 0o711 : 0o700 });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (who) chownSync(folder, who.uid, who.gid);
  const secret = join(folder, "first-password");
  writeFileSync(secret, password, { mode: 0o600 });
  if (who) chownSync(secret, who.uid, who.gid);
  const fresh = join(folder, "data.new");
  rmSync(fresh, { recursive: true, force: true });
  const flags = [...initdbFlags, "-D", fresh, `--pwfile=${secret}`, ...(durable ? [] : ["--no-sync"])];
  const made = spawnSync(join(native, "bin", "initdb"), flags, {
    ...account(),
    env: environment(),
    cwd: folder,
    encoding: "utf8",
  });
  rmSync(secret, { force: true });
  if (made.status !== 0) {
    const why = (made.stderr ?? made.error?.message ?? "").trim();
    throw new Error(
      /No space left/i.test(why)
        ? `There is no free disk space for PostgreSQL in ${folder}.`
        : `PostgreSQL could not make its data folder in ${folder}: ${why}`,
    );
  }
  renameSync(fresh, data);
}

async function ready(data, ended, log) {
  for (let tries = 0; tries < 1200; tries++) {
    const file = join(data, "postmaster.pid");
    const state = existsSync(file) ? readFileSync(file, "utf8").split("\n")[7]?.trim() : "";
    if (state === "ready") return;
    if (ended()) break;
    await pause(50);
  }
  const tail = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").slice(-3).join(" ") : "";
  throw new Error(
    /No space left/i.test(tail)
      ? `There is no free disk space for PostgreSQL in ${dirname(data)}.`
      : `PostgreSQL did not start: ${tail} (log: ${log})`,
  );
}

function cluster({ folder, data, password, port, pid, reused }) {
  return {
    folder,
    port,
    pid,
    reused,
    url: (database = "postgres", user = "postgres", secret = password) =>
      `postgres://${user}:${encodeURIComponent(secret)}@127.0.0.1:${port}/${database}`,
    stop: () => stop(pid, data),
  };
}

async function stop(pid, data) {
  signal(pid, "SIGINT");
  for (let tries = 0; tries < 200 && alive(pid); tries++) {
    if (tries === 160) signal(pid, "SIGQUIT");
    await pause(50);
  }
  if (!alive(pid)) rmSync(join(data, "postmaster.pid"), { force: true });
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/** A zombie is dead: its parent has not been told yet. */
function alive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
  const status = `/proc/${pid}/stat`;
  return !existsSync(status) || !/\) Z /.test(readFileSync(status, "utf8"));
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.setTimeout(1000);
    const end = (result) => () => {
      socket.destroy();
      resolve(result);
    };
    socket.once("connect", end(true)).once("error", end(false)).once("timeout", end(false));
  });
}

const account = () => serverAccount() ?? {};
/** The server gets no variable of ours: no secret, no PGDATA, no locale it does not know. */
const environment = () => ({
  PATH: process.env.PATH ?? "",
  LC_ALL: "C",
  TZ: "UTC",
  TMPDIR: tmpdir(),
  ...(process.env.SystemRoot ? { SystemRoot: process.env.SystemRoot } : {}),
});
