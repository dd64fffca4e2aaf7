import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { readIdentity } from "#db/store/identities.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { askForChange } from "#lib/claims/requests/change.ts";
import type { LaterKind } from "#lib/domain/change.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { finishIntent } from "#lib/facts/intents/finish.ts";
import { runFact, system, type Work } from "#lib/facts/run.ts";
import { ask, judge, type Scenario } from "./scenario.ts";

/** Lets identities live without a target: what the saga would commit is committed here. */
export function living(scenario: () => Scenario) {
  const intentOf = async (request: string): Promise<string> => {
    const [row] = await scenario().worker.db.execute<{ id: string }>(
      sql`select id from charter.intents where request = ${request}::uuid`,
    );
    return row?.id ?? "";
  };
  /** Stands in for the saga: the last step of the request's intent commits. */
  async function commitStep(
    request: string,
    act: (work: Work, intent: string) => Promise<readonly Entry[]>,
  ): Promise<void> {
    const id = await intentOf(request);
    const { db } = scenario().worker;
    const context = { db, newId: randomUUID, actor: system, subject: { noun: "intent", id } } as const;
    await runFact<null, null>(
      context,
      async (work) => {
        const [first, ...rest] = await act(work, id);
        if (first === undefined) throw new Error("Nothing moved.");
        return { ok: await work.record(null, first, ...rest) };
      },
      null,
    );
  }
  async function passApproval(request: string): Promise<void> {
    await scenario().settle();
    for (const person of ["mara.lind", "tomas.vidal"]) {
      if ((await scenario().state(request))?.state !== "awaiting-approval") return;
      await judge(scenario(), person, request);
      await scenario().settle();
    }
  }
  async function born(): Promise<string> {
    const request = await ask(scenario(), "amara.obi");
    await passApproval(request);
    await commitStep(request, finishIntent);
    return request;
  }
  const life = async (id: string) => (await readIdentity(scenario().worker.db, id))?.state;
  const asks = (person: string, identity: string, of: { readonly kind: LaterKind; readonly change: JsonObject }) => {
    const id = randomUUID();
    return askForChange(scenario().as(person), { id, identity, ...of }).then((outcome) => ({ id, outcome }));
  };
  return { intentOf, commitStep, passApproval, born, life, asks };
}

/** Signs in the demo's people whom a life needs. */
export async function signInAll(scenario: Scenario): Promise<void> {
  await scenario.signIn("mara.lind", ["security"]);
  await scenario.signIn("tomas.vidal", ["security"]);
  for (const person of ["jonas.kern", "amara.obi", "priya.shah"]) await scenario.signIn(person);
}
