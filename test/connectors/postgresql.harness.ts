import type { Harness, Lying } from "#lib/connectors/contract-life.ts";
import { loginStateOf, roleComment } from "#lib/connectors/postgresql/comment.ts";
import { postgresql } from "#lib/connectors/postgresql/index.ts";
import { simulatedSettings } from "#lib/connectors/postgresql/simulator.ts";
import type { Charter } from "#lib/domain/charter.ts";
import type { Mark } from "#lib/domain/target.ts";
import { asked, connected, type PostgresqlWorld, readOrders } from "./postgresql.world.ts";

const charter: Charter = {
  ...{ name: "orders-reader", blueprint: "postgresql-role", target: "orders-prod", environment: "prod" },
  purpose: "Reads orders for the ledger's nightly run; it's \\ odd.",
  ...{ service: "s1", team: "t1", owner: "p1", backup: { team: "t1" }, endsIt: "p1" },
  ...{ classification: "internal", dataDomains: [], spec: { ...readOrders } },
  binding: { kind: "workload", runsOn: "host batch-3" },
  ...{ credential: "static", rotation: null, exception: null, retireWhen: [] },
  endsAt: "2030-01-01T00:00:00.000Z",
} as unknown as Charter;

let serial = 0;

/** The contract's harness over any cluster; looks at it as superuser, past any proxy. Lost answers are tried commit by commit in postgresql.faults.test.ts. */
export const harnessOf = (world: PostgresqlWorld): Harness => ({
  connector: postgresql,
  settings: postgresql.settings.parse({ ...simulatedSettings, host: "127.0.0.1", port: world.port }),
  target: connected(world.port),
  charter,
  spec: readOrders,
  smaller: { grants: readOrders.grants.map((grant) => ({ ...grant, names: ["orders"] })) },
  storage: { vault: "vault-main", mount: "kv", path: "payments/prod/orders-reader" },
  now: () => new Date(),
  freshName: () => {
    serial += 1;
    return `charter-prod-orders-${process.pid}-${serial}`;
  },
  lying: (name) => lying(world, name),
  squat: (name, mark) => squat(world, name, mark),
  tamper: async (name) => void (await asked(world.direct("orders"), `GRANT DELETE ON shop.orders TO "${name}"`)),
  loseAnswer: null,
  differs: {},
});

interface Found {
  readonly login: boolean;
  readonly password: boolean;
  readonly comment: string | null;
}

/** Power is being able to sign in: privileges without it are of no use. */
async function lying(world: PostgresqlWorld, name: string): Promise<Lying | null> {
  const rows = await asked<Found>(
    world.direct(),
    `select rolcanlogin as login, rolpassword is not null as password, shobj_description(oid, 'pg_authid') as comment
     from pg_authid where rolname ~ '^${name}(_[0-9]+)?$'`,
  );
  if (rows.length === 0) return null;
  return {
    permissions: rows.some(({ login }) => login),
    disabled: rows.every(({ login }) => !login) && rows.some(({ comment }) => loginStateOf(comment)?.closedBy != null),
    liveCredentials: rows.filter(({ login, password }) => login && password).length,
  };
}

const squat = async (world: PostgresqlWorld, name: string, mark: Mark | null): Promise<void> => {
  const comment = mark === null ? "NULL" : `'${roleComment(mark, {})}'`;
  await asked(world.direct(), `CREATE ROLE "${name}" LOGIN; COMMENT ON ROLE "${name}" IS ${comment}`);
};
