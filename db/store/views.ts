import { and, eq, like, ne, sql } from "drizzle-orm";
import type { View } from "#lib/domain/view.ts";
import type { Queries, Tx } from "../client.ts";
import { preferences } from "../schema/notices.ts";
import { savePreference } from "./preferences.ts";

/** Views are preferences, one a row, named by their ids; so is the one that the inventory opens with. */
const viewName = (id: string): string => `view:${id}`;
const isView = like(preferences.name, "view:%");
export const defaultView = "default-view";

const ofPerson = (person: string) => and(eq(preferences.tenant, "main"), eq(preferences.person, person));

/** How many views a person keeps beside one. */
export async function countViews(db: Queries, of: { readonly person: string; readonly but: string }): Promise<number> {
  const [row] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(preferences)
    .where(and(ofPerson(of.person), isView, ne(preferences.name, viewName(of.but))));
  return row?.count ?? 0;
}

export const saveView = (tx: Tx, of: { readonly person: string; readonly id: string; readonly view: View }) =>
  savePreference(tx, { person: of.person, name: viewName(of.id), value: { ...of.view } });

/** False when the person keeps no such view. */
export async function deleteView(tx: Tx, of: { readonly person: string; readonly id: string }): Promise<boolean> {
  const gone = await tx
    .delete(preferences)
    .where(and(ofPerson(of.person), eq(preferences.name, viewName(of.id))))
    .returning({ name: preferences.name });
  return gone.length > 0;
}

export const saveDefaultView = (tx: Tx, of: { readonly person: string; readonly view: string | null }) =>
  savePreference(tx, { person: of.person, name: defaultView, value: { view: of.view } });
