import {
  Ban,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleX,
  Clock,
  Hourglass,
  LoaderCircle,
  PenLine,
  RotateCcw,
  TriangleAlert,
  Users,
} from "lucide-react";
import type { ReactNode } from "react";
import type { Environment, RequestKind } from "#lib/domain/charter.ts";
import type { IdentityState } from "#lib/domain/identity.ts";
import type { RequestState } from "#lib/domain/request.ts";
import { doingWords } from "./charter/words.ts";
import { Badge, type Tone } from "./ui/badge.tsx";

type Look = { readonly word: string; readonly tone: Tone; readonly icon: ReactNode };

const requestLooks: { readonly [State in RequestState]: Look } = {
  received: { word: "Received", tone: "info", icon: <CircleDashed aria-hidden /> },
  refused: { word: "Refused by policy", tone: "bad", icon: <CircleX aria-hidden /> },
  "awaiting-approval": { word: "Awaiting approval", tone: "warn", icon: <Users aria-hidden /> },
  "awaiting-acceptance": { word: "Awaiting the owner", tone: "warn", icon: <Hourglass aria-hidden /> },
  resubmit: { word: "Submit again", tone: "warn", icon: <RotateCcw aria-hidden /> },
  approved: { word: "Approved", tone: "good", icon: <CircleCheck aria-hidden /> },
  provisioning: { word: "Provisioning", tone: "info", icon: <LoaderCircle aria-hidden /> },
  live: { word: "Live", tone: "good", icon: <CircleCheck aria-hidden /> },
  done: { word: "Done", tone: "good", icon: <CircleCheck aria-hidden /> },
  denied: { word: "Denied", tone: "bad", icon: <Ban aria-hidden /> },
  withdrawn: { word: "Withdrawn", tone: "neutral", icon: <Ban aria-hidden /> },
  expired: { word: "Expired", tone: "neutral", icon: <Clock aria-hidden /> },
  failed: { word: "Failed", tone: "bad", icon: <CircleX aria-hidden /> },
};

const identityLooks: { readonly [State in IdentityState]: Look } = {
  provisioning: { word: "Provisioning", tone: "info", icon: <LoaderCircle aria-hidden /> },
  live: { word: "Live", tone: "good", icon: <CircleCheck aria-hidden /> },
  suspended: { word: "Suspended", tone: "warn", icon: <CirclePause aria-hidden /> },
  retiring: { word: "Retiring", tone: "warn", icon: <Hourglass aria-hidden /> },
  retired: { word: "Retired", tone: "neutral", icon: <Ban aria-hidden /> },
  failed: { word: "Failed", tone: "bad", icon: <CircleX aria-hidden /> },
};

const State = ({ look }: { readonly look: Look }) => (
  <Badge tone={look.tone} icon={look.icon}>
    {look.word}
  </Badge>
);

interface RequestStatusProps {
  /** `null`: sent, and not yet taken by a worker. */
  readonly state: RequestState | "draft" | null;
  readonly kind?: RequestKind;
  /** A retirement that waits, disabled, for its hold to end. */
  readonly held?: boolean;
  /** It waits for an operator, not for the target. */
  readonly stuck?: boolean;
}

export function RequestStatus({ state, kind = "provision", held = false, stuck = false }: RequestStatusProps) {
  if (state === "draft") return <State look={{ word: "Draft", tone: "neutral", icon: <PenLine aria-hidden /> }} />;
  if (state !== "provisioning") return <State look={requestLooks[state ?? "received"]} />;
  if (stuck)
    return <State look={{ word: `${doingWords[kind]}, stuck`, tone: "bad", icon: <TriangleAlert aria-hidden /> }} />;
  return held ? (
    <State look={{ word: "Disabled, waiting", tone: "warn", icon: <CirclePause aria-hidden /> }} />
  ) : (
    <State look={{ ...requestLooks.provisioning, word: doingWords[kind] }} />
  );
}

/** A request's state whatever its kind, as a filter names it. */
export const requestStateWord = (state: RequestState): string =>
  state === "provisioning" ? "Being carried out" : requestLooks[state].word;

export const IdentityStatus = ({ state }: { readonly state: IdentityState }) => <State look={identityLooks[state]} />;

export const EnvironmentBadge = ({ environment }: { readonly environment: Environment }) => (
  <Badge tone={environment === "prod" ? "outline" : "neutral"}>{environment}</Badge>
);

/** Risk as its number with a word; the arithmetic on hover. `bare` where a heading says already that it is the risk. */
export function Risk({
  risk,
  parts,
  bare = false,
}: {
  readonly risk: number;
  readonly bare?: boolean;
  readonly parts?: readonly { readonly label: string; readonly points: number }[];
}) {
  const tone = risk >= 40 ? "bad" : risk >= 20 ? "warn" : "neutral";
  const word = risk >= 40 ? "high" : risk >= 20 ? "medium" : "low";
  const title = parts?.length ? parts.map((part) => `${part.label} ${part.points}`).join(" + ") : undefined;
  return (
    <Badge tone={tone} title={title}>
      {bare ? "" : "Risk "}
      {risk}, {word}
    </Badge>
  );
}
