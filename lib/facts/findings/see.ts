import { type SeenFinding, seeFinding } from "#db/store/findings.ts";
import { endMute, type Outlived, readOutlivedBy } from "#db/store/mutes.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { refuse } from "#lib/domain/refusal.ts";
import type { Command, Work } from "../run.ts";

/** Opens a finding within a fact, or says that it is still so; the entry of a mute that this ends. */
export async function see(work: Work, seen: SeenFinding): Promise<readonly Entry[]> {
  const outlived = await readOutlivedBy(work.tx, seen, work.now);
  const entries = outlived === null ? [] : await ending(work, outlived);
  await seeFinding(work.tx, seen, work.now);
  return entries;
}

/** Ends mutes that no longer cover what is found: whoever muted one had not seen what it says now. Refuses when none is in force. */
export const endMutes: Command<readonly Outlived[], null> = async (work, outlived) => {
  const ended: Entry[] = [];
  for (const one of outlived) ended.push(...(await ending(work, one)));
  const [first, ...rest] = ended;
  if (first === undefined) return refuse({ code: "conflict", sentence: "None of these is muted any more." });
  return { ok: await work.record(null, first, ...rest) };
};

async function ending(work: Work, outlived: Outlived): Promise<readonly Entry[]> {
  const { finding, why } = outlived;
  const ended = await endMute(work.tx, outlived, work.now);
  if (ended === null) return [];
  const { ask, kind, identity, sentence } = ended;
  const detail = { subject: finding, finding: kind, identity, sentence, why };
  return [{ noun: "ask", id: ask ?? finding, version: 1, action: "ask.mute-ended", detail }];
}
