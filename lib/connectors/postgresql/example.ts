/** What a newcomer pastes: an entry of the worker's configuration, and the role to make in the cluster. */
export const example = {
  settings: { host: "orders-db.example.com", port: 5432, databases: ["orders"] },
  credentials: { password: "file:/etc/charter/orders-db-password" },
  policy: `-- As a superuser or the cluster's administrator, on PostgreSQL 16 or later:
CREATE ROLE charter_admin LOGIN CREATEROLE PASSWORD '…';
-- So that password verifiers stay out of the server's log, whatever log_statement says:
ALTER ROLE charter_admin SET log_statement = 'none';
-- Once for each owner of databases and tables in which privileges may be granted:
GRANT orders_owner TO charter_admin WITH INHERIT TRUE, SET FALSE;
`,
};
