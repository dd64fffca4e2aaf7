import type { FindingView } from "#lib/web/finding-view.ts";
import { Card } from "../ui/card.tsx";
import { FindingList } from "./finding-list.tsx";
import type { MuteActions } from "./mute.tsx";

/** What is wrong with this identity, on its page; nothing when nothing is. */
export const IdentityFindings = (props: {
  readonly findings: readonly FindingView[];
  readonly muteDays: number;
  readonly actions: MuteActions;
}) =>
  props.findings.length === 0 ? null : (
    <Card
      title="Findings"
      aside={props.findings.length === 1 ? "one open" : `${props.findings.length} open`}
      flush
      className="mb-4"
    >
      <FindingList {...props} named={false} />
    </Card>
  );
