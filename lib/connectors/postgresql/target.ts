import type { ConnectEntry, Target } from "#lib/connectors/connector.ts";
import { check } from "./check.ts";
import { Cluster } from "./client.ts";
import { credentialOf } from "./credential.ts";
import { lastUse } from "./last-use.ts";
import { discover, observe, verify } from "./observe.ts";
import type { PostgresqlSettings } from "./settings.ts";
import { changeGrants, mendGrants } from "./steps/change.ts";
import { closeStep } from "./steps/close.ts";
import { createRoles, grant } from "./steps/create.ts";
import { label } from "./steps/label.ts";
import { extend, open } from "./steps/open.ts";
import { proveRemoval } from "./steps/prove.ts";
import { dropGrantsStep, dropRolesStep } from "./steps/remove.ts";
import { disableOldLogin, dropOldLogin } from "./steps/rotate.ts";

/** Connects lazily: every transaction opens its own connection. Throws a sentence when the password is not named. */
export function connect(entry: ConnectEntry<PostgresqlSettings>): Target {
  const { password } = entry.credentials;
  if (password === undefined || password === "")
    throw new Error(`The target ${entry.name} needs the credential password.`);
  const cluster = new Cluster(entry.settings, password);
  return {
    check: (calls) => check({ cluster, calls, portal: entry.portalSystemIdentifier ?? null }),
    steps: {
      "create-roles": createRoles(cluster),
      grant: grant(cluster),
      "change-grants": changeGrants(cluster),
      "mend-grants": mendGrants(cluster),
      "prove-removal": proveRemoval(cluster),
      open: open(cluster),
      verify: verify(cluster),
      label: label(cluster),
      extend: extend(cluster),
      close: closeStep(cluster),
      "drop-grants": dropGrantsStep(cluster),
      "drop-roles": dropRolesStep(cluster),
      "disable-old-login": disableOldLogin(cluster),
      "drop-old-login": dropOldLogin(cluster),
    },
    credential: credentialOf(cluster),
    observe: (intent, calls) => observe(cluster, intent, calls),
    discover: (calls) => discover(cluster, calls),
    lastUse: lastUse(cluster),
    close: async () => undefined,
  };
}
