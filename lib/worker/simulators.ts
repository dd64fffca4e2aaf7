import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { JsonObject } from "#lib/domain/json.ts";
import { vault } from "#lib/vaults/vault/index.ts";
import { simulatedCredentials, start as startVault } from "#lib/vaults/vault/simulator.ts";
import { issuerSchema, startIssuer } from "./simulators/issuer.ts";

/**
 * The demo's world, in a process of its own: every simulated system and the demo's identity provider. Killing the worker does
 * not kill it, and what lies in it survives a restart. Settings come from the file that CHARTER_SIMULATORS names (the launcher
 * writes it); what each system's entry in the worker's configuration must say is sent to the launcher once all of them serve.
 */
const settingsSchema = z.strictObject({
  /** Where worlds and credential files are kept. */
  folder: z.string(),
  issuer: issuerSchema,
  /** Port of each system, by the name of the target or vault it stands for. */
  systems: z.record(z.string(), z.number().int()),
  postgres: z.strictObject({ folder: z.string(), password: z.string() }),
});
type Settings = z.infer<typeof settingsSchema>;

/** A system that runs, and its entry in the worker's configuration: credentials are references. */
interface Served {
  readonly kind: string;
  readonly settings: JsonObject;
  readonly credentials: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}
interface Place {
  readonly name: string;
  readonly port: number;
  readonly settings: Settings;
}

const systems: Readonly<Record<string, (place: Place) => Promise<Served>>> = {
  "vault-main": async (place) => {
    const simulator = await startVault({ port: place.port, worldFile: worldFile(place) });
    return {
      kind: vault.kind,
      settings: { address: simulator.url },
      credentials: kept(place, simulatedCredentials),
      stop: simulator.stop,
    };
  },
};

const worldFile = ({ name, settings }: Place): string => join(settings.folder, `${name}.world.json`);

/** Writes credentials to files of their own, as a real installation would, and names them. */
function kept({ name, settings }: Place, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([credential, value]) => {
      const file = join(settings.folder, `${name}.${credential}`);
      writeFileSync(file, value, { mode: 0o600 });
      return [credential, `file:${file}`];
    }),
  );
}

async function main(file: string): Promise<void> {
  const settings = settingsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  const issuer = await startIssuer(settings.issuer, join(settings.folder, "issuer-key.json"));
  const running = new Map<string, Served>();
  for (const [name, start] of Object.entries(systems)) {
    const port = settings.systems[name];
    if (port !== undefined) running.set(name, await start({ name, port, settings }));
  }
  const entries = [...running].map(([name, { kind, settings: own, credentials }]) => [
    name,
    { kind, settings: own, credentials },
  ]);
  process.send?.({ ready: Object.fromEntries(entries) });
  process.once("SIGTERM", () => {
    void Promise.all([issuer.stop(), ...[...running.values()].map((served) => served.stop())]).then(() =>
      process.exit(0),
    );
  });
}

const file = process.env.CHARTER_SIMULATORS;
if (!file) {
  process.stderr.write("Set CHARTER_SIMULATORS to the file that says what to simulate; npm start does.\n");
  process.exit(2);
}
await main(file);
