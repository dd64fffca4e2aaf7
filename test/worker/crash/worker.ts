import { type Build, load } from "./patches.ts";

/**
 * Becomes a real worker (lib/worker/main.ts, all of it) once its parent says go and with which environment; what takes
 * long, loading the modules, is done before. Its arguments name the builds to load it as.
 */
load(process.argv.slice(2) as Build[]);
await Promise.all([import("#lib/worker/loops.ts"), import("#lib/worker/places.ts"), import("#lib/worker/publish.ts")]);
const env = await new Promise<Record<string, string>>((resolve) => process.once("message", resolve));
Object.assign(process.env, env);
process.disconnect?.();
await import("#lib/worker/main.ts");
