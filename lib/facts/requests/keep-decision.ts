import { insertDecision } from "#db/store/requests.ts";
import type { Entry } from "#lib/audit/entry.ts";
import type { Examined } from "#lib/judgement/examine.ts";
import type { Work } from "../run.ts";

export interface Decided {
  readonly request: string;
  readonly requestVersion: number;
  readonly at: "receipt" | "release";
  readonly examined: Examined;
}

/** Keeps policy's answer word for word, with what it was told; returns the entry that must go with it. */
export async function keepDecision(work: Work, { examined, ...about }: Decided): Promise<Entry> {
  const id = work.newId();
  const { decision, facts, planDigest } = examined;
  const { bundle, outcome, passedBy } = decision;
  await insertDecision(work.tx, { ...about, id, bundle, input: facts, decision, decidedAt: work.now });
  const detail = { ...about, outcome, bundle, planDigest, passedBy };
  return { noun: "decision", id, version: 1, action: "decision.taken", detail };
}
