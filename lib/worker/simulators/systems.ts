import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { awsIam } from "#lib/connectors/aws-iam/index.ts";
import { start as startAws } from "#lib/connectors/aws-iam/simulator.ts";
import { postgresql } from "#lib/connectors/postgresql/index.ts";
import {
  simulatedCredentials as clusterCredentials,
  simulatedSettings as clusterSettings,
  start as startPostgresql,
} from "#lib/connectors/postgresql/simulator.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { githubIssuer } from "#lib/domain/subject.ts";
import { vault } from "#lib/vaults/vault/index.ts";
import { simulatedCredentials, start as startVault } from "#lib/vaults/vault/simulator.ts";
import { githubKeys } from "./github.ts";

/** A simulated system that runs, and what its entry in the worker's configuration must say; credentials are references. */
export interface Served {
  readonly kind: string;
  readonly settings: JsonObject;
  readonly credentials: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface Place {
  /** Of the target or vault it stands for. */
  readonly name: string;
  readonly port: number;
  /** Where worlds and credential files are kept. */
  readonly folder: string;
  /** Where clusters are kept, open to the account that PostgreSQL runs as. */
  readonly clusters: string;
  /** Milliseconds that the installation's clock is ahead: what dates its objects follows it. */
  readonly ahead: () => number;
}

/** The demo's systems by the name of the target or vault that each stands for. */
export const systems: Readonly<Record<string, (place: Place) => Promise<Served>>> = {
  "payments-aws": (place) => awsAccount(place, "111122223333"),
  "data-aws": (place) => awsAccount(place, "444455556666"),
  "orders-prod": ordersCluster,
  "vault-main": simulatedVault,
};

async function awsAccount(place: Place, accountId: string): Promise<Served> {
  const boundaryArn = `arn:aws:iam::${accountId}:policy/charter-ceiling`;
  const provider = `arn:aws:iam::${accountId}:oidc-provider/${new URL(githubIssuer).host}`;
  const worker = { accessKeyId: `AKIASIMULATED${accountId.slice(0, 7)}`, secretAccessKey: `simulated-${accountId}` };
  const github = {
    arn: provider,
    issuer: githubIssuer,
    audiences: ["sts.amazonaws.com"],
    jwks: githubKeys(place.folder),
  };
  const simulator = await startAws({
    port: place.port,
    worldFile: worldFile(place),
    ahead: place.ahead,
    seed: { accountId, worker, boundaryArn, providers: [github] },
  });
  return {
    kind: awsIam.kind,
    settings: { accountId, region: "eu-central-1", boundaryArn, githubProviderArn: provider, endpoint: simulator.url },
    credentials: kept(place, worker),
    stop: simulator.stop,
  };
}

/** A second real cluster behind a proxy, not a simulation of one. */
async function ordersCluster(place: Place): Promise<Served> {
  const simulator = await startPostgresql({ port: place.port, folder: join(place.clusters, place.name) });
  return {
    kind: postgresql.kind,
    settings: {
      host: "127.0.0.1",
      port: simulator.port,
      ...clusterSettings,
      databases: [...clusterSettings.databases],
    },
    credentials: kept(place, clusterCredentials),
    stop: simulator.stop,
  };
}

async function simulatedVault(place: Place): Promise<Served> {
  const simulator = await startVault({ port: place.port, worldFile: worldFile(place) });
  return {
    kind: vault.kind,
    settings: { address: simulator.url },
    credentials: kept(place, simulatedCredentials),
    stop: simulator.stop,
  };
}

const worldFile = ({ name, folder }: Place): string => join(folder, `${name}.world.json`);

/** Writes credentials to files of their own, as a real installation would, and names them. */
function kept({ name, folder }: Place, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([credential, value]) => {
      const file = join(folder, `${name}.${credential}`);
      writeFileSync(file, value, { mode: 0o600 });
      return [credential, `file:${file}`];
    }),
  );
}
