import { type Level, levels, type Reach } from "./reach.ts";

export interface GridCell {
  readonly level: Level;
  readonly count: number;
  readonly actions: readonly string[];
  /** An action here takes part in a known escalation, manages permissions, or is unknown; names compare without case. */
  readonly marked: boolean;
}
export interface GridRow {
  readonly service: string;
  readonly title: string;
  readonly cells: readonly GridCell[];
}
export interface Grid {
  readonly columns: readonly { readonly level: Level; readonly title: string }[];
  readonly rows: readonly GridRow[];
}

/** What a level of access is called. */
export const levelTitles: { readonly [L in Level]: string } = {
  list: "List",
  read: "Read",
  write: "Write",
  permissions: "Permissions",
  tagging: "Tagging",
};

/** Reach as a table of service × level; the column *Tagging* only when something tags. Rows keep the reach's order. */
export function gridOf(reach: Reach): Grid {
  const risky = new Set(
    [...reach.permissionManagement, ...reach.unknown, ...reach.escalations.flatMap((one) => one.actions)].map(
      (action) => action.toLowerCase(),
    ),
  );
  const shown = levels.filter(
    (level) => level !== "tagging" || reach.services.some((one) => one.levels.tagging.length > 0),
  );
  return {
    columns: shown.map((level) => ({ level, title: levelTitles[level] })),
    rows: reach.services.map(({ service, title, levels: held }) => ({
      service,
      title,
      cells: shown.map((level) => ({
        level,
        count: held[level].length,
        actions: held[level],
        marked: held[level].some((action) => risky.has(action.toLowerCase())),
      })),
    })),
  };
}
