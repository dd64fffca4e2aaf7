import { Confirmed, type RequestVerb } from "./confirmed.tsx";

/** Has a stuck provisioning taken back. `size` is small in a list, where `name` says which one. */
export const TakeBack = (props: {
  readonly request: string;
  readonly name: string;
  readonly size?: "sm" | "md";
  readonly takeBack: RequestVerb;
}) => (
  <Confirmed
    request={props.request}
    verb="Take back"
    label={`Take back ${props.name}`}
    size={props.size ?? "md"}
    title={`Take back ${props.name}?`}
    sentence="Everything made for it so far is removed, last step first, and the request ends as failed. The record stays."
    confirm="Take it back"
    act={props.takeBack}
  />
);
