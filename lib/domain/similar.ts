import type { Environment } from "./charter.ts";
import type { Reach } from "./reach.ts";

/** An identity that resembles one that is asked for, and what it may do beside that. */
export interface Similar {
  readonly id: string;
  readonly name: string;
  readonly environment: Environment;
  readonly target: string;
  /** Its reach in a phrase. */
  readonly phrase: string;
  /** Null while what is asked for is open. */
  readonly compared: Compared | null;
}
export interface Compared {
  /** Actions that both have. */
  readonly same: number;
  /** Actions that it has and nobody asks for. */
  readonly beside: readonly string[];
  /** Actions that are asked for and it does without. */
  readonly without: readonly string[];
}

/** Two reaches by their actions, every one expanded; on what they may be used is not compared. */
export function compareReach(asked: Reach, other: Reach): Compared {
  const [mine, theirs] = [actionsOf(asked), actionsOf(other)];
  return {
    same: [...mine].filter((action) => theirs.has(action)).length,
    beside: [...theirs].filter((action) => !mine.has(action)),
    without: [...mine].filter((action) => !theirs.has(action)),
  };
}

const actionsOf = ({ services, unknown }: Reach): ReadonlySet<string> =>
  new Set([...services.flatMap(({ levels }) => Object.values(levels).flat()), ...unknown]);
