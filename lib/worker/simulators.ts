import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { issuerSchema, startIssuer } from "./simulators/issuer.ts";
import { type Served, systems } from "./simulators/systems.ts";

/**
 * The demo's world, in a process of its own: every simulated system and the demo's identity provider. Killing the worker does
 * not kill it, and what lies in it survives a restart. Settings come from the file that CHARTER_SIMULATORS names (the launcher
 * writes it); what each system's entry in the worker's configuration must say is sent to the launcher once all of them serve.
 */
const settingsSchema = z.strictObject({
  /** Where worlds and credential files are kept. */
  folder: z.string(),
  clusters: z.string(),
  issuer: issuerSchema,
  /** Port of each system, by the name of the target or vault it stands for. */
  systems: z.record(z.string(), z.number().int()),
  /** Milliseconds that the installation's clock is ahead when this starts; `{ahead}` over the channel says when it moves. */
  ahead: z.number(),
});
const moved = z.strictObject({ ahead: z.number() });

async function main(file: string): Promise<void> {
  const settings = settingsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  const issuer = await startIssuer(settings.issuer, join(settings.folder, "issuer-key.json"));
  const running = new Map<string, Served>();
  const { folder, clusters } = settings;
  let { ahead } = settings;
  process.on("message", (message) => {
    ahead = moved.parse(message).ahead;
  });
  for (const [name, start] of Object.entries(systems)) {
    const port = settings.systems[name];
    if (port !== undefined) running.set(name, await start({ name, port, folder, clusters, ahead: () => ahead }));
  }
  const entries = [...running].map(([name, { stop: _, ...entry }]) => [name, entry] as const);
  process.send?.({ ready: Object.fromEntries(entries) });
  process.once("SIGTERM", () => {
    const stopping = [issuer.stop(), ...[...running.values()].map((served) => served.stop())];
    void Promise.all(stopping).then(() => process.exit(0));
  });
}

const file = process.env.CHARTER_SIMULATORS;
if (!file) {
  process.stderr.write("Set CHARTER_SIMULATORS to the file that says what to simulate; npm start does.\n");
  process.exit(2);
}
await main(file);
