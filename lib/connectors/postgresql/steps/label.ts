import type { Step } from "#lib/connectors/connector.ts";
import type { Cluster } from "../client.ts";
import { roleComment } from "../comment.ts";
import { literal, quoted } from "../names.ts";
import { desiredOf } from "../plan.ts";
import { absent, lock, readOurs } from "../roles.ts";

/** Writes the labels anew below the mark, which stays as it is. */
export const label = (cluster: Cluster): Step => ({
  run: async (work) => {
    const { role, labels } = desiredOf(work.plan);
    await cluster.change({ calls: work.calls, name: "postgresql label" }, async (sql) => {
      await lock(sql, role);
      if ((await readOurs(sql, role, work.intent)) === null) throw absent(role);
      await sql.unsafe(`COMMENT ON ROLE ${quoted(role)} IS ${literal(roleComment(work.intent.mark, labels))}`);
    });
    return { facts: {}, evidence: `The comment of ${role} names its owner and end.` };
  },
});
