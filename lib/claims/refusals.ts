import { refuse } from "#lib/domain/refusal.ts";
import { planMoved } from "#lib/domain/request.ts";

/** What a claim says of a request that is not there, or is out of the asker's sight: the same words for both. */
export const noSuchRequest = refuse({ code: "not-found", sentence: "There is no such request." });

/** A form or card that was drawn before the request moved on. */
export const changedSince = refuse({
  code: "conflict",
  sentence: "It has changed since you looked.",
  mend: "Look at the new version.",
});

/** What a form showed is no longer what would be made: it looks again by itself. */
export const planChanged = refuse({
  code: "conflict",
  field: "planDigest",
  sentence: planMoved,
  mend: "Look at it as it is now, and send it again.",
});

/** The same form, sent before with other answers: what was sent first stands. */
export const sentOtherwise = refuse({
  code: "conflict",
  sentence: "This form was sent already, with other answers.",
  mend: "Open the request and edit it there.",
});

/** Words for every attempt made in a session that no worker has verified. */
export const readOnlySession = refuse({
  code: "forbidden",
  sentence: "You are signed in for reading only, because no worker could verify your sign-in.",
  mend: "Sign in again once the worker runs.",
});

export const noWorker = refuse({
  code: "conflict",
  sentence: "No worker has started yet, so nothing can be requested.",
  mend: "Ask an operator to start one.",
});
