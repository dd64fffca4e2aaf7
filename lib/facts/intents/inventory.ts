import {
  moveCredential,
  moveCredentials,
  removeObjects,
  type SavedCredential,
  type SavedObject,
  saveCredential,
  saveObject,
} from "#db/store/identities.ts";
import type { Entry } from "#lib/audit/entry.ts";
import type { EndedCredential } from "#lib/connectors/connector.ts";
import type { Work } from "../run.ts";

/** Writes what a step left on its target into the inventory; the entries go with the step's own. */
export async function recordObjects(
  work: Work,
  of: { readonly identity: string; readonly intent: string },
  states: readonly Omit<SavedObject, "identity" | "intent">[],
): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const state of states) {
    const { id, version } = await saveObject(work.tx, { ...state, ...of, id: work.newId(), at: work.now });
    const detail = {
      identity: of.identity,
      kind: state.kind,
      name: state.name,
      externalId: state.externalId,
      state: state.state,
    };
    entries.push({ noun: "object", id, version, action: `object.${state.state}`, detail });
  }
  return entries;
}

/** Writes a credential's metadata into the inventory once its secret lies in the vault. Never the secret. */
export async function recordCredential(work: Work, credential: SavedCredential): Promise<readonly Entry[]> {
  const { id, version } = await saveCredential(work.tx, { ...credential, id: work.newId(), at: work.now });
  const { identity, externalId, vault, mount, path, vaultVersion } = credential;
  const detail = { identity, externalId, vault, mount, path, vaultVersion };
  return [{ noun: "credential", id, version, action: "credential.stored", detail }];
}

/** Follows an identity's credentials through disabling, enabling, renewal and removal. */
export async function followCredentials(
  work: Work,
  identity: string,
  to: { readonly state?: "active" | "disabled" | "removed"; readonly endsAt?: Date },
): Promise<readonly Entry[]> {
  const moved = await moveCredentials(work.tx, identity, to);
  return moved.map(({ id, version, state }) => ({
    noun: "credential",
    id,
    version,
    action: to.state === undefined ? "credential.extended" : `credential.${state}`,
    detail: { identity, ...(to.endsAt === undefined ? {} : { endsAt: to.endsAt.toISOString() }) },
  }));
}

/** Notes until when the credentials that were replaced are kept. */
export async function keepBeside(
  work: Work,
  identity: string,
  { ids, until }: { readonly ids: readonly string[]; readonly until: Date },
): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const externalId of ids) {
    const moved = await moveCredential(work.tx, { identity, externalId }, { keptUntil: until });
    if (moved === null) continue;
    const detail = { identity, externalId, keptUntil: until.toISOString() };
    entries.push({ noun: "credential", ...moved, action: "credential.replaced", detail });
  }
  return entries;
}

/** Follows single credentials that a step ended. */
export async function endCredentials(
  work: Work,
  identity: string,
  ended: readonly EndedCredential[],
): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const { externalId, state } of ended) {
    const moved = await moveCredential(work.tx, { identity, externalId }, { state });
    if (moved !== null)
      entries.push({ noun: "credential", ...moved, action: `credential.${state}`, detail: { identity, externalId } });
  }
  return entries;
}

/** Writes into the inventory that nothing is left of an identity that was taken back. */
export async function recordNothingLeft(work: Work, identity: string): Promise<readonly Entry[]> {
  const gone = await removeObjects(work.tx, identity, work.now);
  return [
    ...gone.map(
      ({ id, version }): Entry => ({ noun: "object", id, version, action: "object.removed", detail: { identity } }),
    ),
    ...(await followCredentials(work, identity, { state: "removed" })),
  ];
}
