import type { Tx } from "#db/client.ts";
import { readSimilar } from "#db/read/similar.ts";
import { databaseClock } from "#db/store/audit.ts";
import { readLatestVersion } from "#db/store/requests.ts";
import type { Environment } from "#lib/domain/charter.ts";
import { type Outcome, ok } from "#lib/domain/refusal.ts";
import type { Similar } from "#lib/domain/similar.ts";
import type { ClaimContext } from "../run.ts";
import { type Preview as Foreseen, type FormInput, foresee } from "./foresee.ts";
import { whyNotNext } from "./next-version.ts";
import { type Forms, formsOf, type OneForm } from "./several.ts";

export type { FormInput } from "./foresee.ts";

export interface Preview extends Foreseen {
  /** Up to three identities within the asker's sight to compare with. */
  readonly similar: readonly Similar[];
  /** The same in the other environments that the form asks for; empty for a form of one. */
  readonly beside: readonly { readonly environment: Environment; readonly preview: Foreseen }[];
}

/**
 * Answers a form while it is typed: reads, writes nothing, leaves no entry. Somebody else's id is *not found*. A form of a
 * request that is there already is of that one alone, and is refused once that can no longer be changed.
 */
export async function preview(context: ClaimContext, input: FormInput): Promise<Outcome<Preview>> {
  const forms = formsOf(input);
  if ("refusals" in forms) return forms;
  const foreseen = await context.db.transaction((tx) => foreseeAll(tx, context, forms.ok));
  if ("refusals" in foreseen) return foreseen;
  return ok({ ...foreseen.ok, similar: await similarTo(context, forms.ok[0], foreseen.ok) });
}

/** In one transaction, whose statements the server knows already. */
async function foreseeAll(
  tx: Tx,
  context: ClaimContext,
  [own, ...others]: Forms,
): Promise<Outcome<Omit<Preview, "similar">>> {
  const [now, before] = await Promise.all([databaseClock(tx), readLatestVersion(tx, own.id)]);
  const reading = { tx, now };
  const foreseen = await foresee(reading, { actor: context.actor, input: own, before });
  if ("refusals" in foreseen) return foreseen;
  const late = before === null ? null : await whyNotNext(tx, context, before);
  if (late !== null) return late;
  const beside: Preview["beside"][number][] = [];
  for (const { environment, ...other } of before === null ? others : []) {
    const there = await foresee(reading, { actor: context.actor, input: other, before: null });
    if ("refusals" in there) return there;
    if (environment !== null) beside.push({ environment, preview: there.ok });
  }
  return ok({ ...foreseen.ok, beside });
}

/** Once blueprint, place and environment are known. */
async function similarTo({ db, actor }: ClaimContext, { id }: OneForm, { filled, reach }: Foreseen) {
  const { blueprint, service, target, team, environment } = filled;
  if (!blueprint || !service || !target || !team || !environment) return [];
  return readSimilar(db, actor, { id, blueprint, service, target, team, environment, reach });
}
