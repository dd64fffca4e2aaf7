import postgres from "postgres";

/** Password of the demo's `charter_admin`: known to everyone, as everything in the simulated cluster is. */
export const simulatedCredentials = { password: "simulated-admin" } as const;
/** Settings that fit what is seeded. */
export const simulatedSettings = { databases: ["orders"], tls: { mode: "off" } } as const;

const owner = "orders_owner";

/**
 * A shop's database as its own team keeps it: owned by `orders_owner`, whom the portal's `charter_admin` is a member of.
 * Made once; a cluster that has the database is left as it is.
 */
export async function seed(url: (database?: string) => string): Promise<void> {
  const cluster = quiet(url());
  try {
    const [there] = await cluster`select from pg_database where datname = 'orders'`;
    if (there !== undefined) return;
    await cluster.unsafe(`CREATE ROLE charter_admin LOGIN CREATEROLE PASSWORD '${simulatedCredentials.password}'`);
    await cluster.unsafe(`CREATE ROLE ${owner} NOLOGIN`);
    await cluster.unsafe(`GRANT ${owner} TO charter_admin WITH INHERIT TRUE, SET FALSE`);
    await cluster.unsafe(`CREATE DATABASE orders OWNER ${owner}`);
    await cluster.unsafe("REVOKE CONNECT, TEMPORARY ON DATABASE orders FROM PUBLIC");
  } finally {
    await cluster.end();
  }
  const orders = quiet(url("orders"));
  try {
    await orders.unsafe(tables);
  } finally {
    await orders.end();
  }
}

const quiet = (url: string): postgres.Sql => postgres(url, { max: 1, onnotice: () => undefined });

const tables = `
SET ROLE ${owner};
CREATE SCHEMA shop AUTHORIZATION ${owner};
CREATE TABLE shop.orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer text NOT NULL, total_cents bigint NOT NULL, placed_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE shop.invoices (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "order" bigint NOT NULL REFERENCES shop.orders, due_on date NOT NULL, paid_at timestamptz
);
CREATE TABLE shop.refunds (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  invoice bigint NOT NULL REFERENCES shop.invoices, cents bigint NOT NULL, reason text NOT NULL
);
CREATE FUNCTION shop.open_orders() RETURNS bigint LANGUAGE sql STABLE
  RETURN (SELECT count(*) FROM shop.orders);
REVOKE EXECUTE ON FUNCTION shop.open_orders() FROM PUBLIC;
INSERT INTO shop.orders (customer, total_cents) VALUES ('Lindqvist AB', 129900), ('Obi & Sons', 45900), ('Kern GmbH', 7800);
INSERT INTO shop.invoices ("order", due_on) SELECT id, current_date + 30 FROM shop.orders;
INSERT INTO shop.refunds (invoice, cents, reason) VALUES (1, 12990, 'Damaged in transit');
`;
