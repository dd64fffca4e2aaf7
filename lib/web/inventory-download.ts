import { type InventoryRow, readWholeInventory } from "#db/read/inventory.ts";
import type { SessionPerson } from "#db/read/session.ts";
import { inventoryFilter, queryOf } from "./address.ts";
import { database } from "./database.ts";
import { rowsDownload, type Sheet } from "./rows-download.ts";

/** A row of the inventory as a spreadsheet has it. */
export const inventorySheet: Sheet<InventoryRow> = {
  columns: [
    ...[
      "Name",
      "Environment",
      "State",
      "Target",
      "Blueprint",
      "Owner",
      "Owner is active",
      "Team",
      "Service",
      "Purpose",
    ],
    ...[
      "Credential",
      "Reach",
      "Last used",
      "Use",
      "Told up to minutes late",
      "Stale",
      "Ends",
      "Risk",
      "Findings",
      "Worst finding",
    ],
    ...["Changed outside", "Identity"],
  ],
  cells: (row) => [
    ...[row.name, row.environment, row.state, row.target, row.blueprint, row.owner, word(row.ownerActive), row.team],
    ...[row.service, row.purpose, row.credential, row.reach, row.use.lastUsedAt?.toISOString() ?? "", row.use.words],
    ...[
      row.use.lagMinutes ?? "",
      word(row.use.stale),
      row.endsAt.toISOString(),
      row.risk,
      row.findings.count,
      row.findings.worst,
    ],
    ...[row.differences, row.id],
  ],
};
const word = (is: boolean): string => (is ? "yes" : "no");

/** The inventory as its address filters it, of the person's sight, streamed: `?as=json` for one JSON object a line, else CSV. */
export async function inventoryDownload(person: SessionPerson, request: Request): Promise<Response> {
  const query = queryOf(request);
  const rows = readWholeInventory(database().db, person, inventoryFilter(query));
  return rowsDownload({
    name: "identities.export",
    file: "charter-identities",
    as: query.get("as"),
    sheet: inventorySheet,
    rows,
  });
}
