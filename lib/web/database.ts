import { type Database, openDatabase } from "#db/client.ts";
import { settings } from "./settings.ts";

const place = Symbol.for("charter.web.database");
type Holder = { [place]?: Database };

/** One pool a process: the bundler may load this module more than once, the pool must not be opened twice. */
export function database(): Database {
  const holder: Holder = globalThis as Holder;
  holder[place] ??= openDatabase(settings().databaseUrl, { applicationName: "charter-web" });
  return holder[place];
}
