import { Squatter, type Step, type StepWork } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import { desiredOf } from "../desired.ts";
import { differencesOf, type Ground, mayAppear, notYet, readOurs } from "../ground.ts";
import type { Seen } from "../holder.ts";
import { withMark } from "../tags.ts";

/**
 * Makes the object with its mark in one call, without permissions. The name is the key: repeated at once, and an object
 * that is there already is ours only by mark, age and state.
 */
export function create(ground: Ground): Step {
  const { holder, entry } = ground;
  return {
    run: async (work) => {
      const seen = await made(ground, work);
      return {
        facts: { arn: seen.arn, uniqueId: seen.uniqueId, region: entry.settings.region },
        evidence: `${seen.arn} exists, with our mark and without permissions.`,
        objects: [{ kind: holder.noun, name: seen.name, externalId: seen.arn, state: "powerless" }],
      };
    },
    undo: async (work) => {
      if ((await readOurs(ground, work)) !== null) {
        await work.checkpoint({ removing: true });
        return holder.remove(work.calls, work.intent.name);
      }
      const made = work.facts.arn !== undefined && work.facts.removing !== true;
      if (made && mayAppear(ground, work.intent.markedAt)) throw notYet(`AWS does not show the ${holder.noun} yet.`);
    },
  };
}

async function made(ground: Ground, work: StepWork): Promise<Seen> {
  const { intent, calls } = work;
  const desired = desiredOf(work.plan);
  try {
    return await ground.holder.create(calls, intent.name, { desired, tags: withMark(desired.tags, intent.mark) });
  } catch (error) {
    if (!(error instanceof TargetFault && error.code === "EntityAlreadyExists")) throw error;
  }
  const seen = await readOurs(ground, work);
  if (seen === null) throw notYet("AWS says the name is taken and does not show by what yet.");
  if (!verified(ground, work)) throw new Squatter(seen.arn, "its mark was not made by this installation");
  const differences = await differencesOf({ held: ground.holder, seen, desired, empowered: false }, calls);
  if (differences.length > 0) throw new Squatter(seen.arn, differences.join("; "));
  return seen;
}

/** Only the creating intent knows the plan digest that its mark was made over. */
const verified = ({ entry }: Ground, { intent }: StepWork): boolean =>
  intent.mark.intent !== intent.id ||
  entry.markVerify(intent.mark, {
    target: intent.target,
    name: intent.name,
    intent: intent.id,
    planDigest: intent.planDigest,
  });
