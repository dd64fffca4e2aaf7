import type { Actor } from "./actor.ts";
import type { LaterKind } from "./change.ts";
import type { Backup } from "./charter.ts";
import type { IdentityState } from "./identity.ts";
import { type Outcome, ok, refuse } from "./refusal.ts";

/** Who stands behind an identity; ids are canonical. */
export interface Behind {
  readonly owner: string;
  readonly backup: Backup;
  readonly endsIt: string;
  readonly state: IdentityState;
}

type Asker = Pick<Actor, "id" | "roles" | "teams">;

const isBackup = ({ backup }: Behind, asker: Asker): boolean =>
  "person" in backup ? backup.person === asker.id : asker.teams.includes(backup.team);

/** What whoever ends an identity may ask beside its owner, backup and security: only what takes away. */
const endersMay: readonly LaterKind[] = ["suspend", "retire"];

/** Owner, backup (or a member of the backup team) and security; *ends it* may suspend and retire. */
export function mayAskAbout(kind: LaterKind, of: Behind, asker: Asker): Outcome<null> {
  const stands = of.owner === asker.id || isBackup(of, asker) || asker.roles.includes("security");
  if (!stands && !(endersMay.includes(kind) && of.endsIt === asker.id))
    return refuse({ code: "forbidden", sentence: `Only the owner, the backup or security may ${verbOf(kind)} it.` });
  return mayAskInState(kind, of.state);
}

const verbOf = (kind: LaterKind): string => (kind === "change-access" ? "change" : kind);

/** `renew` during the hold enables it again, so it is allowed while retiring. */
const possibleIn: { readonly [K in LaterKind]: readonly IdentityState[] } = {
  "change-access": ["live"],
  renew: ["live", "suspended", "retiring"],
  transfer: ["live", "suspended"],
  suspend: ["live"],
  resume: ["suspended"],
  rotate: ["live"],
  retire: ["live", "suspended"],
};

/** Whether there is anything to ask of an identity in this state, whoever asks. */
export function mayAskInState(kind: LaterKind, state: IdentityState): Outcome<null> {
  if (possibleIn[kind].includes(state)) return ok(null);
  return refuse({ code: "conflict", sentence: `It is ${state}; there is nothing to ${verbOf(kind)}.` });
}

/** Only a stored credential is replaced, and one at a time: there are never more than two. */
export function mayRotate(held: readonly { readonly keptUntil: Date | null }[]): Outcome<null> {
  if (held.length === 0)
    return refuse({ code: "conflict", sentence: "It has no stored credential, so there is nothing to replace." });
  return held.length === 1 && held[0]?.keptUntil === null
    ? ok(null)
    : refuse({
        code: "conflict",
        sentence: "Its credential is being replaced already.",
        mend: "Wait until the older one has ended, or end it now.",
      });
}

/** A replaced credential is ended early by who could have asked for its rotation. */
export function mayEndOverlap(of: {
  readonly behind: Behind;
  readonly asker: Asker;
  /** Whether one is kept beside its successor now. */
  readonly kept: boolean;
}): Outcome<null> {
  const may = mayAskAbout("rotate", { ...of.behind, state: "live" }, of.asker);
  if ("refusals" in may || of.kept) return may;
  return refuse({ code: "conflict", sentence: "No older credential is kept beside its successor." });
}

export interface AcceptanceAsk {
  /** Whose acceptance is awaited, and by whom it is given; canonical ids. */
  readonly accepter: string | null;
  readonly person: string;
  readonly active: boolean;
  /** Of the request as it stands, and as the person saw it. */
  readonly now: { readonly version: number; readonly planDigest: string };
  readonly seen: { readonly version: number; readonly planDigest: string };
}

/** Only the named owner (of a transfer: the successor) accepts, and only what they saw. */
export function mayAccept({ accepter, person, active, now, seen }: AcceptanceAsk): Outcome<null> {
  if (accepter === null) return refuse({ code: "conflict", sentence: "Nobody's acceptance is awaited." });
  if (accepter !== person) return refuse({ code: "forbidden", sentence: "Only the person who would own it accepts." });
  if (!active) return refuse({ code: "forbidden", sentence: "You are no longer active here." });
  if (now.version !== seen.version || now.planDigest !== seen.planDigest)
    return refuse({ code: "conflict", sentence: "It has changed since you looked.", mend: "Look at it again." });
  return ok(null);
}

/** A transfer goes to another active person; that person must accept before it counts. */
export function maySucceed(
  of: Pick<Behind, "owner">,
  successor: { readonly id: string; readonly active: boolean } | null | undefined,
): Outcome<null> {
  const why =
    successor == null
      ? "The new owner is nobody the directory knows."
      : !successor.active
        ? "The new owner is no longer active."
        : successor.id === of.owner
          ? "This person owns it already."
          : null;
  return why === null
    ? ok(null)
    : refuse({ code: "invalid", field: "owner", sentence: why, mend: "Choose someone else." });
}
