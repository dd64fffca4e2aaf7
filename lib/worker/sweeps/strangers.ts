import type { readSettled } from "#db/store/findings.ts";
import { readIssueFacts } from "#db/store/steps.ts";
import type { Target } from "#lib/connectors/connector.ts";
import { strays } from "#lib/domain/provisioning/server-chosen-secret.ts";
import { raiseSuspension } from "#lib/facts/strangers/raise.ts";
import { serverFacts } from "../credential-server-chosen.ts";
import type { Worker } from "../worker.ts";
import { sweepCalls } from "./check-places.ts";

interface Strange {
  readonly name: string;
  readonly target: Target;
  readonly identity: Pick<Awaited<ReturnType<typeof readSettled>>[number], "id" | "version" | "state" | "objectName">;
  /** Listed before any row was read. */
  readonly strange: readonly { readonly id: string }[];
}

/**
 * Asks that a live identity be suspended and the credentials deleted that the target chose, that work, and that none of its rows
 * names: docs/decisions/0027. Elsewhere they stay a finding.
 */
export async function suspendForStrangers(worker: Worker, of: Strange): Promise<void> {
  const { name, target, identity, strange } = of;
  if (identity.state !== "live" || target.credential?.protocol !== "server-chosen") return;
  const rows = (await readIssueFacts(worker.db, identity.id)).flatMap((facts) => serverFacts(facts) ?? []);
  const ids = strays(strange, rows);
  if (ids.length === 0) return;
  try {
    const usedAt = await lastUseOf(worker, of, ids);
    const { id, version } = identity;
    const asked = { identity: id, version, ids, usedAt, installation: worker.installation };
    if (await raiseSuspension(worker.db, asked))
      worker.log.info("suspending for a credential that nobody recorded", { target: name, identity: id, ids });
  } catch (error) {
    worker.log.fault("strangers", error);
  }
}

async function lastUseOf(worker: Worker, { name, target, identity }: Strange, ids: readonly string[]) {
  const about = { identity: identity.id, name: identity.objectName, kind: "credential", since: new Date(0) } as const;
  const asked = ids.map((externalId) => ({ ...about, externalId }));
  const told = (await target.lastUse?.tell(asked, sweepCalls(worker, name))) ?? [];
  const used = told.flatMap(({ signal }) => signal?.lastUsedAt ?? []);
  return used.reduce<Date | null>((latest, at) => (latest === null || at > latest ? at : latest), null);
}
