import { readBlueprint } from "#db/read/planning-facts.ts";
import { blueprintSchema } from "#lib/connectors/blueprint.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import type { Found } from "#lib/domain/permission.ts";
import { database } from "./database.ts";

/** What the composer's search finds for a blueprint's target type (`blueprint`, `q`, `within`); nothing for one that is not offered. */
export async function findPermissions(asked: URLSearchParams): Promise<readonly Found[]> {
  const published = await readBlueprint(database().db, (asked.get("blueprint") ?? "").slice(0, 100));
  const blueprint = published?.configured ? blueprintSchema.safeParse(published.content).data : undefined;
  const help = blueprint === undefined ? undefined : connectorOf(blueprint.connector)?.permissions;
  const within = asked.get("within");
  const text = (asked.get("q") ?? "").slice(0, 100);
  return (await help?.search({ text, within: within === null ? null : within.slice(0, 64) })) ?? [];
}
