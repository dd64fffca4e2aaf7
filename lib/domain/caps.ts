import { type Refusal, refuse } from "./refusal.ts";

/** Forms that one person keeps at most. */
export const mostDrafts = 50;
/** Remarks of one person on one request within an hour at most, proposals among them. */
export const mostRemarksAnHour = 30;

const tooMany = (sentence: string, mend: string) => refuse({ code: "conflict", sentence, mend } satisfies Refusal);

/** Null up to the cap. */
export const whyTooManyDrafts = (drafts: number) =>
  drafts > mostDrafts ? tooMany(`You keep ${mostDrafts} drafts already.`, "Submit or discard one first.") : null;

/** Null up to the cap. */
export const whyTooManyRemarks = (remarks: number) =>
  remarks > mostRemarksAnHour
    ? tooMany(`You have said ${mostRemarksAnHour} things here within the hour.`, "Wait a while, then say it in one.")
    : null;
