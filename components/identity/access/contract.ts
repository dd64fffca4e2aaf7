import type { AccessInput, AskedAccess } from "#lib/claims/requests/change-access.ts";
import type { AccessPreview } from "#lib/claims/requests/preview-access.ts";
import type { ToSign } from "#lib/claims/signing.ts";
import type { Answer } from "#lib/web/action.ts";
import type { AnswerAction } from "../../attestations/answering.ts";
import type { FormVerbs } from "../../requests/form/contract.ts";

/** What the form of a change of access may ask of the server. */
export interface AccessVerbs {
  readonly preview: (input: AccessInput) => Promise<Answer<AccessPreview>>;
  readonly change: (input: AskedAccess) => Promise<Answer<{ readonly id: string } | ToSign>>;
  readonly answer: AnswerAction;
  readonly readDenial: FormVerbs["readDenial"];
}
