import type { Charter } from "./charter.ts";
import type { BlueprintFact } from "./form-facts.ts";
import type { Refusal } from "./refusal.ts";

/** The part of a charter that a blueprint bounds; what is not filled yet is not judged. */
export type Bounded = Partial<Pick<Charter, "blueprint" | "environment" | "credential" | "rotation">>;
type Rails = Pick<BlueprintFact, "id" | "title" | "credential" | "stores" | "guardRails">;

/**
 * Where a charter leaves its blueprint. The credential model is the blueprint's: policy judges a charter by it, so it must
 * be what is really made.
 */
export function whyNotBlueprint(
  { blueprint, environment, credential, rotation }: Bounded,
  rails: Rails,
): readonly Refusal[] {
  const refusals: Refusal[] = [];
  const say = (field: string, sentence: string, mend: string) =>
    refusals.push({ code: "invalid", field, sentence, mend });
  if (blueprint !== undefined && blueprint !== rails.id)
    say("blueprint", "This is not the blueprint it was filled from.", "Begin again.");
  if (environment !== undefined && !rails.guardRails.environments.includes(environment))
    say(
      "environment",
      `${rails.title} is not offered for ${environment}.`,
      `It serves ${rails.guardRails.environments.join(", ")}.`,
    );
  if (credential !== undefined && credential !== rails.credential)
    say(
      "credential",
      `${rails.title} makes a ${rails.credential} credential.`,
      "Choose the blueprint that makes the one you want.",
    );
  if (rotation !== undefined && (rotation !== null) !== rails.stores)
    say(
      "rotation",
      rails.stores ? "A stored credential needs a rotation rule." : "There is no stored credential to rotate.",
      rails.stores ? "Say how often it is replaced." : "Leave the rotation out.",
    );
  return refusals;
}
