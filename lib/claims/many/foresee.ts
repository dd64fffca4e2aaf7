import type { JsonObject } from "#lib/domain/json.ts";
import { type ManyVerb, readMany } from "#lib/domain/many.ts";
import { type Outcome, ok } from "#lib/domain/refusal.ts";
import { submissionIsSigned } from "#lib/domain/signature.ts";
import { mayAskOwner } from "../asks/question.ts";
import { foreseeChange } from "../requests/change.ts";
import type { ClaimContext } from "../run.ts";
import { signedAlone } from "../signing.ts";

/** The same change of several identities. Each row's `id` is that of the request it becomes, made by the form. */
export interface ManyInput {
  readonly verb: ManyVerb;
  readonly rows: readonly { readonly id: string; readonly identity: string }[];
  /** As that of one request of this kind; {} of *ask*. */
  readonly change: JsonObject;
}

/** What would happen to one of them. */
export interface Consequence {
  /** Who would have to approve, in turn, each in policy's sentence; [] where it passes by itself. */
  readonly approvals: readonly string[];
  /** Whether somebody who has not agreed yet must accept it besides. */
  readonly accepts: boolean;
}
export interface Foretold {
  readonly identity: string;
  readonly outcome: Outcome<Consequence>;
}

/**
 * Foretells what asking for the same of several would do to each, by the very judgement that each request meets when it is sent.
 * Reads, writes nothing, leaves no entry; an identity out of sight is *not found* like one that is not there.
 */
export async function foreseeMany(context: ClaimContext, input: ManyInput): Promise<Outcome<readonly Foretold[]>> {
  const fits = readMany(input.rows.map(({ identity }) => identity));
  if ("refusals" in fits) return fits;
  const foretold: Foretold[] = [];
  for (const row of input.rows)
    foretold.push({ identity: row.identity, outcome: await foreseeOne(context, input, row) });
  return ok(foretold);
}

type Row = ManyInput["rows"][number];

const foreseeOne = (context: ClaimContext, { verb, change }: ManyInput, row: Row): Promise<Outcome<Consequence>> =>
  context.db.transaction(
    async (tx) => {
      if (verb === "ask") {
        const may = await mayAskOwner(tx, context, row);
        return "refusals" in may ? may : ok({ approvals: [], accepts: false });
      }
      const foreseen = await foreseeChange(tx, context, { ...row, kind: verb, change });
      if ("refusals" in foreseen) return foreseen;
      const { charter, examined } = foreseen.ok;
      const { assurance, stages } = examined.decision;
      if (submissionIsSigned({ assurance, kind: verb, person: context.actor.id, owner: charter.owner }))
        return signedAlone;
      const approvals = stages.map(({ sentence }) => sentence);
      return ok({ approvals, accepts: verb === "transfer" && change.to !== context.actor.id });
    },
    { accessMode: "read only" },
  );
