import type { LaterKind } from "#lib/domain/change.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Assertion } from "#lib/domain/signature.ts";

/** A change of an identity that exists, as it is asked for. */
export interface ChangeInput {
  /** The new request's id, made by the form that asks: a double click is one request. */
  readonly id: string;
  readonly identity: string;
  readonly kind: LaterKind;
  /** {endsAt} of a renewal, {to} of a transfer, {reason} of a retirement, {reason, spec} of a change of access. */
  readonly change: JsonObject;
  /** Digest of the plan that was shown; absent where none was. */
  readonly planDigest?: string;
  /** Only where it adds nothing: the answer *narrow*. */
  readonly onlyLess?: boolean;
  /** The gesture, where policy asks for one. */
  readonly assertion?: Assertion | undefined;
}
