import { randomBytes } from "node:crypto";
import { prepareDatabase } from "./launcher/database.mjs";
import { pinnedNode } from "./launcher/packages.mjs";
import { Stop } from "./launcher/sentence.mjs";

// `npm run database:prepare`: roles and migrations in the database that DATABASE_URL names; prints one address per role.
const password = () => randomBytes(24).toString("base64url");
const secrets = Object.fromEntries(
  ["web", "worker", "auditor", "migrate"].map((role) => [`charter_${role}`, password()]),
);
try {
  if (!process.env.DATABASE_URL)
    throw new Stop("Set DATABASE_URL to a role that may create roles and owns the database.");
  const urls = await prepareDatabase({ kind: "administrator", secrets, node: pinnedNode() });
  for (const [role, url] of Object.entries(urls)) console.log(`CHARTER_${role.toUpperCase()}_DATABASE_URL=${url}`);
} catch (error) {
  process.stderr.write(error instanceof Stop ? `${error.message}\n` : `${error.stack}\n`);
  process.exitCode = 1;
}
