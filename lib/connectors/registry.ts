import { awsIam } from "./aws-iam/index.ts";
import type { Connector } from "./connector.ts";
import { postgresql } from "./postgresql/index.ts";

/** Every kind of target there is: one line a connector. `connect` is mapped in `lib/worker/targets.ts`. */
export const connectors: readonly Connector<unknown, unknown>[] = [awsIam, postgresql];

const byKind = new Map(connectors.map((connector) => [connector.kind, connector]));

/** The connector of this kind; undefined when no code for it is installed. */
export const connectorOf = (kind: string): Connector<unknown, unknown> | undefined => byKind.get(kind);
