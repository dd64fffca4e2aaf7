import { Copy, ListChecks, PenLine } from "lucide-react";
import { LinkButton } from "#components/ui/button.tsx";
import { Confirmed, type RequestVerb } from "./confirmed.tsx";
import { TakeBack } from "./take-back.tsx";

export interface RequestVerbs {
  readonly withdraw: RequestVerb;
  readonly takeBack: RequestVerb;
}

/** What this person may do with the request; verbs that are not theirs are absent. */
export function RequestActions({
  request,
  name,
  may,
  verbs,
}: {
  readonly request: string;
  readonly name: string;
  readonly may: {
    readonly decide: boolean;
    readonly withdraw: boolean;
    readonly edit: boolean;
    readonly takeBack: boolean;
    readonly another: boolean;
  };
  readonly verbs: RequestVerbs;
}) {
  return (
    <>
      {may.another ? (
        <LinkButton look="quiet" href={`/requests/new?like=${request}`}>
          <Copy aria-hidden />
          Request one like this
        </LinkButton>
      ) : null}
      {may.edit ? (
        <LinkButton href={`/requests/new?edit=${request}`}>
          <PenLine aria-hidden />
          Edit
        </LinkButton>
      ) : null}
      {may.decide ? (
        <LinkButton look="primary" href={`/approvals?r=${request}`}>
          <ListChecks aria-hidden />
          Decide
        </LinkButton>
      ) : null}
      {may.takeBack ? <TakeBack request={request} name={name} takeBack={verbs.takeBack} /> : null}
      {may.withdraw ? (
        <Confirmed
          request={request}
          verb="Withdraw"
          title={`Withdraw ${name}?`}
          sentence="Nothing will be created. Verdicts given so far end with it; the record stays."
          confirm="Withdraw the request"
          act={verbs.withdraw}
        />
      ) : null}
    </>
  );
}
