import type { Queries } from "#db/client.ts";
import {
  type FindingFilter,
  type FindingRow,
  readFindingChoices,
  readFindingGroups,
  readFindings,
  readFindingsOf,
} from "#db/read/findings.ts";
import { decodeCursor } from "#db/read/keyset.ts";
import { readActiveBundle } from "#db/read/planning-facts.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { standingOf } from "#lib/domain/attestation.ts";
import type { Environment, RequestKind } from "#lib/domain/charter.ts";
import {
  type FindingKind,
  levelOf,
  mayMuteAs,
  remediesOf,
  type Severity,
  type SeverityLevel,
  sayMuteEnding,
} from "#lib/domain/finding.ts";
import { mayAskAbout } from "#lib/domain/ownership.ts";
import { figuresOf } from "#lib/policy/engine.ts";

/** A finding as it is drawn, with what this viewer may do about it. */
export interface FindingView {
  readonly id: string;
  readonly kind: FindingKind;
  readonly sentence: string;
  readonly severity: Severity & { readonly level: SeverityLevel };
  readonly openedAt: string;
  readonly target: string;
  /** Null where it concerns an object that no identity stands for. */
  readonly identity: {
    readonly id: string;
    readonly name: string;
    readonly environment: Environment;
    readonly owner: { readonly id: string; readonly name: string };
  } | null;
  readonly object: string;
  readonly mute: { readonly until: string; readonly reason: string; readonly by: string } | null;
  /** A mute that ended before its day, with why; null while it is muted, and where none did. */
  readonly muteEnded: {
    readonly at: string;
    readonly why: string;
    readonly reason: string;
    readonly by: string;
  } | null;
  readonly mayMute: boolean;
  /** Whether it is this viewer's question that nobody answered. */
  readonly asksViewer: boolean;
  /** Whether it ends with an answer that this viewer is asked for. */
  readonly mayAnswer: boolean;
  /** Requests that would end it and that this viewer may raise, best first. */
  readonly remedies: readonly RequestKind[];
}

const viewOf =
  (viewer: Viewer) =>
  (row: FindingRow): FindingView => ({
    ...{ id: row.id, kind: row.kind, sentence: row.sentence, target: row.target ?? "", object: row.object ?? "" },
    severity: { level: levelOf(row.severity), points: row.severity, parts: row.severityParts },
    openedAt: row.openedAt.toISOString(),
    identity: identityOf(row),
    mute:
      row.mutedUntil === null
        ? null
        : { until: row.mutedUntil.toISOString(), reason: row.muteReason ?? "", by: row.mutedBy },
    muteEnded:
      row.muteEndedAt === null || row.muteEnding === null
        ? null
        : {
            ...{ at: row.muteEndedAt.toISOString(), why: sayMuteEnding[row.muteEnding] },
            ...{ reason: row.muteReason ?? "", by: row.mutedBy },
          },
    mayMute: "ok" in mayMuteAs(row.owner, viewer),
    asksViewer: asksViewer(viewer, row),
    mayAnswer: isAsked(viewer, row),
    remedies: remediesFor(viewer, row),
  });

const identityOf = ({ identity, name, environment, owner, ownerName }: FindingRow): FindingView["identity"] =>
  identity === null || name === null || environment === null || owner === null
    ? null
    : { id: identity, name, environment, owner: { id: owner, name: ownerName } };

const asksViewer = (viewer: Viewer, { kind, owner, backup }: FindingRow): boolean =>
  kind === "unattested" &&
  owner !== null &&
  backup !== null &&
  standingOf({ stage: "overdue", owner, ownerActive: true, backup }, viewer) !== null;

/** An overdue question is asked of the owner and of the backup. */
const isAsked = (viewer: Viewer, { kind, owner, backup }: FindingRow): boolean =>
  kind === "unattested" &&
  owner !== null &&
  backup !== null &&
  standingOf({ stage: "overdue", owner, ownerActive: true, backup }, viewer) !== null;

function remediesFor(viewer: Viewer, { kind, owner, endsIt, backup, state }: FindingRow): FindingView["remedies"] {
  if (owner === null || endsIt === null || backup === null || state === null) return [];
  const behind = { owner, endsIt, backup, state };
  return remediesOf(kind).filter((remedy) => "ok" in mayAskAbout(remedy, behind, viewer));
}

/** Longest a finding may be muted, in days; 0 while no policy is active. */
async function readMuteDays(db: Queries): Promise<number> {
  const bundle = await readActiveBundle(db);
  return bundle === null ? 0 : figuresOf(bundle).findings.muteDays;
}

/** Open findings of an identity in sight, and how long one may be muted. */
export async function findingsOf(db: Queries, viewer: Viewer, identity: string) {
  const [rows, muteDays] = await Promise.all([readFindingsOf(db, identity), readMuteDays(db)]);
  return { findings: rows.map(viewOf(viewer)), muteDays };
}

const unfiltered = { kind: "", severity: "", environment: "", target: "", team: "", owner: "", q: "" } as const;

/** Everything the findings page draws. */
export async function findingsPage(
  db: Queries,
  viewer: Viewer,
  { filter, after }: { readonly filter: FindingFilter; readonly after: string | null },
) {
  const [groups, { rows, next }, choices, muteDays, muted] = await Promise.all([
    readFindingGroups(db, viewer, filter),
    readFindings(db, viewer, { filter, cursor: decodeCursor(after ?? undefined) }),
    readFindingChoices(db, viewer, filter.owner),
    readMuteDays(db),
    readFindingGroups(db, viewer, { ...unfiltered, muted: "muted" }),
  ]);
  const mutedCount = muted.reduce((sum, { count }) => sum + count.value, 0);
  return { groups, findings: rows.map(viewOf(viewer)), next, choices, muteDays, muted: mutedCount };
}
export type FindingsView = Awaited<ReturnType<typeof findingsPage>>;
