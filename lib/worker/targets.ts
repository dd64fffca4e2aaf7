import { awsIam } from "#lib/connectors/aws-iam/index.ts";
import { connect as connectAwsIam } from "#lib/connectors/aws-iam/target.ts";
import type { ConnectEntry, Target } from "#lib/connectors/connector.ts";
import { postgresql } from "#lib/connectors/postgresql/index.ts";
import { connect as connectPostgresql } from "#lib/connectors/postgresql/target.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import type { TargetEntry } from "./config.ts";
import { type MarkKey, verifyMark } from "./marks.ts";
import { resolveAll } from "./references.ts";

type Connect = (entry: ConnectEntry) => Target | Promise<Target>;

/** Target type → how a worker connects to one: one line a connector. */
const connects = new Map<string, Connect>([
  [awsIam.kind, connectAwsIam],
  [postgresql.kind, (entry) => connectPostgresql({ ...entry, settings: postgresql.settings.parse(entry.settings) })],
]);

/** What every connection of this worker is made with. */
export interface Connecting {
  readonly installation: string;
  readonly markKeys: readonly MarkKey[];
  /** Of the portal's own database, which no target may be. */
  readonly portalSystemIdentifier: string;
}

/** Connects to one configured target; its secrets are read now. Throws `MissingReference` when one is not there. */
export async function connectTarget(entry: TargetEntry, connecting: Connecting): Promise<Target> {
  const { installation, markKeys, portalSystemIdentifier } = connecting;
  const { name, kind, windows } = entry;
  const connect = connects.get(kind);
  const connector = connectorOf(kind);
  if (connect === undefined || connector === undefined) throw new Error(`There is no target type ${kind}.`);
  return connect({
    ...{ name, windows, installation, portalSystemIdentifier },
    settings: connector.settings.parse(entry.settings),
    credentials: await resolveAll(entry.credentials),
    markVerify: (mark, of) => mark.installation === installation && verifyMark(markKeys, mark, of),
  });
}
