import type { RequestKind } from "./charter.ts";
import type { Json, JsonObject } from "./json.ts";

/** One object that will lie on a target, in full: what is shown, digested and approved is what is made. */
export interface PlannedObject {
  /** Object kind in its connector's words: `role`, `user`, `inline-policy`, `login`. */
  readonly kind: string;
  /** Heading on screens: "IAM role". */
  readonly title: string;
  readonly name: string;
  /** Short remark beside the heading: "attached last". */
  readonly note?: string;
  /** Facts in reading order, for the readable view. */
  readonly details: readonly { readonly label: string; readonly value: string; readonly mono?: boolean }[];
  /** The exact desired state, from which the worker acts: trust document, policy document, grants, tags. */
  readonly desired: JsonObject;
}

/** Where a secret will lie: approved storage from the worker's configuration, never typed by a requester. */
export interface StorageSlot {
  readonly vault: string;
  readonly mount: string;
  readonly path: string;
}

/**
 * Everything a request will do. `sha256(JCS(plan))` is what approvals bind; any edit is a new version and voids them.
 * `entries` are digests of the target's and vault's own configuration entries, so that a change there needs a new look.
 */
export interface Plan {
  readonly v: 1;
  readonly kind: RequestKind;
  readonly request: string;
  readonly version: number;
  readonly identity: string;
  readonly connector: string;
  readonly target: string;
  /** Public deterministic name of the main object; later requests on an identity keep it. */
  readonly name: string;
  readonly entries: { readonly target: string; readonly vault: string | null };
  readonly objects: readonly PlannedObject[];
  readonly storage: StorageSlot | null;
  readonly endsAt: string;
  /** Kind-specific: the new owner of a transfer, the reason and hold of a retirement. */
  readonly change: { readonly [key: string]: Json };
}
