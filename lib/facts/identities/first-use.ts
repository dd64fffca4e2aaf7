import { lockIdentity, updateIdentity } from "#db/store/identities.ts";
import { refuse } from "#lib/domain/refusal.ts";
import type { Command } from "../run.ts";

/** Records, once, that an identity was used: the earliest use that its target told of. Refuses when one is recorded already. */
export const keepFirstUse: Command<{ readonly identity: string; readonly at: Date }, null> = async (work, input) => {
  const row = await lockIdentity(work.tx, input.identity);
  if (row === null || row.firstUseAt !== null) {
    return refuse({ code: "conflict", sentence: "Its first use is recorded already." });
  }
  const version = await updateIdentity(work.tx, row.id, { firstUseAt: input.at });
  const detail = { at: input.at.toISOString() };
  return {
    ok: await work.record(null, { noun: "identity", id: row.id, version, action: "identity.first-used", detail }),
  };
};
