import type { LastUse } from "#lib/connectors/connector.ts";
import type { Cluster } from "./client.ts";

/**
 * PostgreSQL keeps no record of sign-ins that a client may read: it tells only who is connected at this moment. A login seen
 * there was used; one that is not may have come and gone in between, so its silence means nothing.
 */
export const lastUse = (cluster: Cluster): LastUse => ({
  everyMinutes: 0,
  tell: async (asked, calls) => {
    const logins = asked.filter(({ kind }) => kind === "credential").map(({ externalId }) => externalId);
    const connected = logins.length === 0 ? new Map() : await connectedNow(cluster, { logins, calls });
    return asked.map((subject) => ({
      subject,
      signal:
        subject.kind === "credential"
          ? {
              source: "PostgreSQL: connected when looked at",
              lastUsedAt: connected.get(subject.externalId) ?? null,
              seesSince: null,
              lagMinutes: 0,
            }
          : null,
    }));
  },
});

interface Looking {
  readonly logins: readonly string[];
  readonly calls: Parameters<LastUse["tell"]>[1];
}

/** The server's time, by each of these logins that has a session now. Other roles' sessions show their name to everyone. */
async function connectedNow(cluster: Cluster, { logins, calls }: Looking): Promise<ReadonlyMap<string, Date>> {
  const rows = await cluster.read({ calls, name: "postgresql read sessions" }, async (sql) => {
    return sql<{ login: string; at: string }[]>`
      select distinct usename::text as login, to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
      from pg_stat_activity where usename in ${sql([...logins])}`;
  });
  return new Map(rows.map(({ login, at }) => [login, new Date(at)]));
}
