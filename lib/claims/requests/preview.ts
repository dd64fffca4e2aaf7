import { databaseClock } from "#db/store/audit.ts";
import { readLatestVersion } from "#db/store/requests.ts";
import type { Outcome } from "#lib/domain/refusal.ts";
import type { ClaimContext } from "../run.ts";
import { type FormInput, foresee, type Preview } from "./foresee.ts";

export type { FormInput, Preview } from "./foresee.ts";

/** Answers a form while it is typed: reads, writes nothing, leaves no entry. Somebody else's id is *not found*. */
export async function preview({ db, actor }: ClaimContext, input: FormInput): Promise<Outcome<Preview>> {
  const [now, before] = await Promise.all([databaseClock(db), readLatestVersion(db, input.id)]);
  return foresee({ tx: db, now }, { actor, input, before });
}
