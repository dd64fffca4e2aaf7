import { sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import { readView, type View } from "#lib/domain/view.ts";
import type { Queries } from "../client.ts";
import { readPreference } from "../store/preferences.ts";
import { defaultView } from "../store/views.ts";

export interface ViewRow extends View {
  readonly id: string;
  /** Who keeps it, where that is somebody else; null: the viewer. */
  readonly by: string | null;
  /** Name of the team it is shared with; empty where it is not shared. */
  readonly teamName: string;
}

/**
 * Views of the viewer's own, and those that active members of the viewer's teams share with these teams, by name. A share counts
 * only while who made it is in that team: the row alone, which the web may write, shows nobody anything.
 */
export async function readViews(db: Queries, viewer: Viewer): Promise<readonly ViewRow[]> {
  const rows = await db.execute<{ id: string; value: unknown; by: string | null; team_name: string }>(sql`
    select substr(v.name, 6) as id, v.value, null as by,
      coalesce((select t.name from charter.teams t where t.tenant = 'main' and t.id::text = v.value ->> 'team'), '') as team_name
    from charter.preferences v where v.tenant = 'main' and v.person = ${viewer.id} and v.name like 'view:%'
    union all
    (select substr(v.name, 6), v.value, p.name, t.name
    from charter.preferences v
    join charter.teams t on t.tenant = 'main' and t.id::text = v.value ->> 'team'
    join charter.people p on p.tenant = 'main' and p.id = v.person
    where v.tenant = 'main' and v.name like 'view:%' and v.person <> ${viewer.id}
      and v.value ->> 'team' = any (${sql.param([...viewer.teams])}::text[])
      and exists (select 1 from charter.people l join charter.team_members m on m.tenant = l.tenant and m.person = l.id
        where l.tenant = 'main' and l.canonical = v.person and l.active and m.team = t.id and m.member)
    order by v.updated_at desc limit 200)`);
  return rows
    .flatMap(({ id, value, by, team_name: teamName }) => {
      const view = readView(value);
      return view === null ? [] : [{ id, by, teamName, ...view }];
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Id of the view that the viewer's inventory opens with; null for all identities. */
export async function readDefaultView(db: Queries, viewer: Viewer): Promise<string | null> {
  const kept = await readPreference(db, { person: viewer.id, name: defaultView });
  return typeof kept === "object" && kept !== null && "view" in kept && typeof kept.view === "string"
    ? kept.view
    : null;
}
