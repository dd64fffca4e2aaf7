import { saveTargetChecks, saveVaultChecks } from "#db/store/configuration.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { refuse } from "#lib/domain/refusal.ts";
import type { Check } from "#lib/domain/target.ts";
import type { Command } from "../run.ts";

export interface Checked {
  readonly place: "target" | "vault";
  readonly name: string;
  readonly checks: readonly Check[];
}

/** Keeps what a check of a target or vault saw: reachable, and which rights are missing. Refuses one that is not published. */
export const keepChecks: Command<Checked, null> = async (work, { place, name, checks }) => {
  const save = place === "target" ? saveTargetChecks : saveVaultChecks;
  const version = await save(work.tx, { name, checks, at: work.now });
  if (version === null) return refuse({ code: "not-found", sentence: `There is no ${place} ${name}.` });
  const missing = checks.filter(({ ok }) => !ok).map((check) => check.name);
  const entry: Entry =
    place === "target"
      ? { noun: "target", id: name, version, action: "target.checked", detail: { missing } }
      : { noun: "vault", id: name, version, action: "vault.checked", detail: { missing } };
  return { ok: await work.record(null, entry) };
};
