import { BellOff } from "lucide-react";
import Link from "next/link";
import { wordsOf } from "#lib/domain/finding.ts";
import type { FindingView } from "#lib/web/finding-view.ts";
import { EnvironmentBadge } from "../status.tsx";
import { Badge } from "../ui/badge.tsx";
import { LinkButton } from "../ui/button.tsx";
import { Dotted } from "../ui/dotted.tsx";
import { Mono } from "../ui/mono.tsx";
import { Time } from "../ui/time.tsx";
import { Mute, type MuteActions, Unmute } from "./mute.tsx";
import { Severity } from "./severity.tsx";

interface ListProps {
  readonly findings: readonly FindingView[];
  readonly muteDays: number;
  readonly actions: MuteActions;
  /** On an identity's own page its name says nothing new. */
  readonly named?: boolean;
}

/** Findings as sentences, each with the requests that would end it. */
export const FindingList = ({ findings, named = true, ...rest }: ListProps) => (
  <ul>
    {findings.map((finding) => (
      <li
        key={finding.id}
        className="grid gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0 md:grid-cols-[minmax(0,1fr)_auto]"
      >
        <div className="min-w-0">
          <Head finding={finding} named={named} />
          <p className="mt-1">{finding.sentence}</p>
          <Foot finding={finding} named={named} />
        </div>
        <Verbs finding={finding} named={named} {...rest} />
      </li>
    ))}
  </ul>
);

const Head = ({ finding, named }: { readonly finding: FindingView; readonly named: boolean }) => (
  <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
    <Severity {...finding.severity} />
    <span className="font-[540]">{wordsOf(finding.kind).title}</span>
    {named && finding.identity ? (
      <>
        <Link className="link min-w-0 truncate" href={`/identities/${finding.identity.id}`}>
          {finding.identity.name}
        </Link>
        <EnvironmentBadge environment={finding.identity.environment} />
      </>
    ) : null}
    {finding.identity === null ? <Mono tail={14}>{finding.object}</Mono> : null}
    {finding.mute ? (
      <Badge icon={<BellOff aria-hidden />} title={`${finding.mute.by}: ${finding.mute.reason}`}>
        Muted
      </Badge>
    ) : null}
  </div>
);

const Foot = ({ finding, named }: { readonly finding: FindingView; readonly named: boolean }) => (
  <Dotted className="mt-1 text-sm text-muted">
    <span>
      Since <Time at={finding.openedAt} />
    </span>
    {named ? <span>{finding.target}</span> : null}
    {named && finding.identity ? (
      <span>
        owner{" "}
        <Link className="link" href={`/findings?owner=${finding.identity.owner.id}`}>
          <bdi>{finding.identity.owner.name}</bdi>
        </Link>
      </span>
    ) : null}
    {named ? null : <span>supports {wordsOf(finding.kind).controls.join(", ")}</span>}
    {finding.mute ? (
      <span>
        muted until <Time at={finding.mute.until} as="date" /> by <bdi>{finding.mute.by}</bdi>:{" "}
        <bdi>{finding.mute.reason}</bdi>
      </span>
    ) : null}
    {finding.muteEnded ? (
      <span>
        mute ended <Time at={finding.muteEnded.at} />: {finding.muteEnded.why} (muted by{" "}
        <bdi>{finding.muteEnded.by}</bdi>: <bdi>{finding.muteEnded.reason}</bdi>)
      </span>
    ) : null}
  </Dotted>
);

/** `change-access` → "Change access". */
const verbWord = (kind: string): string => `${kind.slice(0, 1).toUpperCase()}${kind.slice(1).replaceAll("-", " ")}`;

const Verbs = ({
  finding,
  named,
  muteDays,
  actions,
}: Omit<ListProps, "findings"> & { readonly finding: FindingView }) => (
  <div className="flex flex-wrap items-center gap-1.5 md:justify-end">
    {finding.asksViewer ? (
      <LinkButton size="sm" href={`/attestations?q=${finding.identity?.id}`}>
        Answer
      </LinkButton>
    ) : null}
    {finding.mayAnswer ? (
      <LinkButton size="sm" href={`/attestations?q=${finding.identity?.id}`}>
        Answer
      </LinkButton>
    ) : null}
    {finding.remedies.map((kind) => (
      <LinkButton
        key={kind}
        size="sm"
        href={`/identities/${finding.identity?.id}${kind === "change-access" ? "/access" : `?ask=${kind}`}`}
      >
        {verbWord(kind)}
      </LinkButton>
    ))}
    {named && finding.remedies.length === 0 && !finding.mayAnswer && finding.identity ? (
      <LinkButton size="sm" href={`/identities/${finding.identity.id}`}>
        Look at it
      </LinkButton>
    ) : null}
    {finding.mayMute && finding.mute ? <Unmute finding={finding.id} actions={actions} /> : null}
    {finding.mayMute && !finding.mute && muteDays > 0 ? (
      <Mute finding={finding.id} sentence={finding.sentence} mostDays={muteDays} actions={actions} />
    ) : null}
  </div>
);
