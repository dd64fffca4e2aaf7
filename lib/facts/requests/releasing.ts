import type { RequestRow, StateRow, VersionRow } from "#db/store/requests.ts";
import type { Entry } from "#lib/audit/entry.ts";
import type { FlowStep, MarkedObject } from "#lib/connectors/connector.ts";
import type { Plan } from "#lib/domain/plan.ts";
import type { Mark } from "#lib/domain/target.ts";
import type { Installation } from "#lib/judgement/draw-plan.ts";
import type { Examined } from "#lib/judgement/examine.ts";

/** What only this worker has: its installation's names, its mark key, its connectors' flows and its caps. */
export interface Release {
  readonly request: string;
  readonly installation: Installation;
  mark(of: MarkedObject): Mark;
  flow(plan: Plan): readonly FlowStep[];
  /** A target's caps, from the worker's own configuration. */
  caps(target: string): Caps;
}

/** The most that one person may have done on a target in an hour; what is over waits. */
export interface Caps {
  readonly mintsPerHour: number;
  /** Unsigned and at once, so capped: what disables. */
  readonly disablesPerHour: number;
}

/** What became of it: steps wait for the saga, or the request went elsewhere, or it waits and is looked at again. */
export type Released = "released" | "moved" | "waits";

/** An approved request, locked, as the worker sees it at release. */
export interface Releasing {
  readonly request: RequestRow;
  readonly version: VersionRow;
  readonly state: StateRow;
  readonly examined: Examined;
}

export interface Committing extends Releasing {
  /** The entry of the decision taken at release. */
  readonly kept: Entry;
}
