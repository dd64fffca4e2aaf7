import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "#lib/embedded-postgres/cluster.mjs";
import { installedOnce } from "./cache.ts";
import { run, serve } from "./process.ts";

const version = "5.2.1";

export interface Moto {
  readonly url: string;
  readonly pid: number;
  /** Forgets every account's objects. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** AWS over HTTP as somebody else understands it (SERVERS: what to believe of it is in the connector's README). */
export async function startMoto(env: Record<string, string> = {}): Promise<Moto> {
  const { command, args } = await motoCommand();
  const folder = mkdtempSync(join(tmpdir(), "charter-moto-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await serve({
    command,
    args: [...args, "-H", "127.0.0.1", "-p", String(port)],
    env: { ...process.env, ...env },
    log: join(folder, "moto.log"),
    ready: async () => (await fetch(`${url}/moto-api/data.json`)).ok,
  });
  return {
    url,
    pid: server.pid,
    async reset() {
      await fetch(`${url}/moto-api/reset`, { method: "POST" });
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The machine's own moto when it is recent enough, else ours in a virtual environment. */
async function motoCommand(): Promise<{ command: string; args: readonly string[] }> {
  const code = "import importlib.metadata as m, flask, flask_cors; print(m.version('moto'))";
  const installed = await run("python3", ["-c", code]).catch(() => "0");
  const [major = 0, minor = 0] = installed.split(".").map(Number);
  if (major > 5 || (major === 5 && minor >= 2)) return { command: "python3", args: ["-m", "moto.server"] };
  const place = await installedOnce(`moto-${version}`, async (into) => {
    await run("python3", ["-m", "venv", into]);
    await run(join(into, "bin", "python"), ["-m", "pip", "install", "--quiet", `moto[server]==${version}`]);
  });
  return { command: join(place, "bin", "python"), args: ["-m", "moto.server"] };
}
