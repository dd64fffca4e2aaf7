import { CircleCheck, CircleDashed, CirclePause, CircleSlash } from "lucide-react";
import type { ReactNode } from "react";
import type { IdentityPage } from "#db/read/identity.ts";
import { Badge, type Tone } from "../ui/badge.tsx";
import { Card } from "../ui/card.tsx";
import { cx } from "../ui/cx.ts";
import { Mono } from "../ui/mono.tsx";
import { Time } from "../ui/time.tsx";
import { EndOverlap } from "./end-overlap.tsx";
import type { IdentityActions } from "./verb-dialogs.tsx";

type Look = { readonly word: string; readonly tone: Tone; readonly icon: ReactNode };
const looks: { readonly [state: string]: Look } = {
  powerless: { word: "Without power", tone: "info", icon: <CircleDashed aria-hidden /> },
  live: { word: "Live", tone: "good", icon: <CircleCheck aria-hidden /> },
  active: { word: "Active", tone: "good", icon: <CircleCheck aria-hidden /> },
  disabled: { word: "Disabled", tone: "warn", icon: <CirclePause aria-hidden /> },
  removed: { word: "Removed", tone: "neutral", icon: <CircleSlash aria-hidden /> },
};

const State = ({ state }: { readonly state: string }) => {
  const look = looks[state] ?? { word: state, tone: "neutral" as const, icon: undefined };
  return (
    <Badge tone={look.tone} icon={look.icon}>
      {look.word}
    </Badge>
  );
};

const head =
  "h-9 border-b border-line px-3 text-left text-xs font-medium whitespace-nowrap text-muted first:pl-4 last:pr-4";
const cell = "h-10 px-3 py-1 first:pl-4 last:pr-4";

/** Left out on a phone. */
const later = ["Made", "Changed", "Issued", "Ends"];
const laterCell = `${cell} max-md:hidden`;

const Grid = (props: {
  readonly caption: string;
  readonly titles: readonly string[];
  readonly children: ReactNode;
}) => (
  <table className="w-full border-collapse border-line text-[13.5px] not-first:border-t">
    <caption className="sr-only">{props.caption}</caption>
    <thead>
      <tr>
        {props.titles.map((title) => (
          <th key={title} scope="col" className={cx(head, later.includes(title) && "max-md:hidden")}>
            {title}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>{props.children}</tbody>
  </table>
);

/** What it is at its target, and the metadata of its credentials; never a secret. */
export function Belongings({
  page: { objects, credentials },
  endOverlap,
}: {
  readonly page: IdentityPage;
  /** Null where the viewer may not end the older credential early. */
  readonly endOverlap: IdentityActions["endOverlap"] | null;
}) {
  if (objects.length === 0)
    return (
      <Card title="Objects and credentials">
        <p className="text-muted">Nothing exists at the target yet.</p>
      </Card>
    );
  return (
    <Card title="Objects and credentials" flush>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard.
        tabIndex={0}
        aria-label="Objects and credentials, table"
        className="overflow-x-auto"
      >
        <Grid caption="Objects at the target" titles={["Object", "State", "Made", "Changed"]}>
          {objects.map((object) => (
            <tr key={object.id} className="border-b border-line last:border-b-0">
              <td className={`${cell} max-md:w-full max-md:max-w-0`}>
                <span className="text-muted">{object.kind.replaceAll("-", " ")}</span>{" "}
                <Mono tail={12}>{object.name}</Mono>
              </td>
              <td className={cell}>
                <State state={object.state} />
              </td>
              <td className={laterCell}>
                <Time at={object.madeAt.toISOString()} />
              </td>
              <td className={laterCell}>
                <Time at={object.changedAt.toISOString()} />
              </td>
            </tr>
          ))}
        </Grid>
        {credentials.length === 0 ? (
          <p className="border-t border-line px-4 py-2.5 text-sm text-muted">No secret exists for it.</p>
        ) : (
          <Grid caption="Credentials, metadata only" titles={["Credential", "State", "Lies in", "Issued", "Ends"]}>
            {credentials.map((credential) => (
              <tr key={credential.id} className="border-b border-line last:border-b-0">
                <td className={cell}>
                  <Mono>{credential.externalId}</Mono>
                </td>
                <td className={`${cell} max-w-72`}>
                  <State state={credential.state} />{" "}
                  {credential.keptUntil !== null && credential.state !== "removed" ? (
                    <span className="text-muted">
                      replaced, kept until <Time at={credential.keptUntil.toISOString()} as="exact" />{" "}
                      {endOverlap ? <EndOverlap identity={credential.identity} act={endOverlap} /> : null}
                    </span>
                  ) : null}
                </td>
                <td className={`${cell} max-w-64`}>
                  <Mono copy tail={16}>{`${credential.vault}: ${credential.mount}/${credential.path}`}</Mono>{" "}
                  <span className="text-muted">version {credential.vaultVersion}</span>
                </td>
                <td className={laterCell}>
                  <Time at={credential.issuedAt.toISOString()} />
                </td>
                <td className={laterCell}>
                  <Time at={credential.endsAt.toISOString()} as="date" />
                </td>
              </tr>
            ))}
          </Grid>
        )}
      </section>
    </Card>
  );
}
