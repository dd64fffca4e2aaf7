import type { Outlived } from "#db/store/mutes.ts";
import { endMutes } from "#lib/facts/findings/see.ts";
import { runFact, system } from "#lib/facts/run.ts";
import type { Worker } from "../worker.ts";

/** Ends mutes of what has come back or says something else by now. One that somebody ended meanwhile is left out. */
export async function endOutlived(
  { db, newId }: Pick<Worker, "db" | "newId">,
  outlived: readonly Outlived[],
): Promise<void> {
  const [first] = outlived;
  if (first === undefined) return;
  await runFact({ db, newId, actor: system, subject: { noun: "ask", id: first.finding } }, endMutes, outlived);
}
