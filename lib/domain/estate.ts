import { daysUnused, knownUse, sayUse, type UseSignal, type WatchedSubject } from "./last-use.ts";

const dayMs = 86_400_000;

/** A stored secret of an identity that is not yet governed: its age and use, never the secret. */
export interface EstateKey {
  readonly active: boolean;
  readonly createdAt: Date | null;
  readonly signal: UseSignal | null;
}

/** One identity as it is found in an account, made here or not. */
export interface EstateIdentity {
  /** The target's word for it: role, user. */
  readonly kind: string;
  readonly name: string;
  readonly externalId: string;
  readonly createdAt: Date | null;
  /** Its labels there (AWS: tags). */
  readonly labels: Readonly<Record<string, string>>;
  /** Made and used by the vendor itself: nobody's to own. */
  readonly vendors: boolean;
  /** What the target tells of the identity's own use; null where only its keys tell. */
  readonly signal: UseSignal | null;
  readonly keys: readonly EstateKey[];
  /** Why more than one known party may become it: a sentence each. */
  readonly openTo: readonly string[];
}

/** What a look goes by. */
export interface LookingFor {
  readonly now: Date;
  /** Days after which a key is old and an identity without use is stale. */
  readonly days: number;
  /** Labels that name an owner, compared without regard to case. */
  readonly ownerLabels: readonly string[];
}

export const estateFlaws = ["open-trust", "old-key", "unused-key", "stale", "never-used", "unowned"] as const;
export type EstateFlaw = (typeof estateFlaws)[number];

/** One identity with what is wrong with it. */
export interface Looked {
  readonly identity: EstateIdentity;
  readonly owner: string | null;
  readonly ageDays: number | null;
  /** What is known of its use: "not used in 120 days", "no signal". */
  readonly use: string;
  readonly lastUsedAt: Date | null;
  readonly daysUnused: number | null;
  /** Whole days since its oldest active key was made; null without one. */
  readonly oldestKeyDays: number | null;
  readonly activeKeys: number;
  readonly flaws: ReadonlySet<EstateFlaw>;
}

/** Judges one identity. An identity without any signal is never stale and never *never used*; the vendor's own are only counted. */
export function lookAt(identity: EstateIdentity, by: LookingFor): Looked {
  const owner = ownerOf(identity, by.ownerLabels);
  const active = identity.keys.filter((key) => key.active);
  const known = knownUse(waysIn(identity, active));
  const unused = daysUnused(known);
  const ages = active.map(({ createdAt }) => daysSince(createdAt, by.now)).filter((age) => age !== null);
  const oldestKeyDays = ages.length === 0 ? null : Math.max(...ages);
  const flaws = new Set<EstateFlaw>();
  const flaw = (name: EstateFlaw, holds: boolean) => {
    if (holds && !identity.vendors) flaws.add(name);
  };
  flaw("open-trust", identity.openTo.length > 0);
  flaw("old-key", oldestKeyDays !== null && oldestKeyDays > by.days);
  flaw(
    "unused-key",
    active.some((key) => isUnused(key, by)),
  );
  flaw("stale", unused !== null && unused >= by.days);
  flaw("never-used", known.answer === "not-used" && unused !== null && unused >= by.days);
  flaw("unowned", owner === null);
  return {
    ...{ identity, owner, oldestKeyDays, flaws },
    ageDays: daysSince(identity.createdAt, by.now),
    use: sayUse(known),
    lastUsedAt: known.lastUsedAt,
    daysUnused: unused,
    activeKeys: active.length,
  };
}

function ownerOf({ labels }: EstateIdentity, ownerLabels: readonly string[]): string | null {
  const wanted = new Set(ownerLabels.map((label) => label.toLowerCase()));
  const found = Object.entries(labels).find(([label, value]) => wanted.has(label.toLowerCase()) && value.trim() !== "");
  return found?.[1] ?? null;
}

const waysIn = (identity: EstateIdentity, active: readonly EstateKey[]): readonly WatchedSubject[] =>
  [...(identity.signal === null ? [] : [{ createdAt: identity.createdAt, signal: identity.signal }]), ...active].map(
    ({ createdAt, signal }) => ({ since: createdAt ?? new Date(0), ownTryUntil: null, signal }),
  );

const isUnused = ({ createdAt, signal }: EstateKey, { days }: LookingFor): boolean => {
  const unused = daysUnused(knownUse([{ since: createdAt ?? new Date(0), ownTryUntil: null, signal }]));
  return unused !== null && unused >= days;
};

const daysSince = (date: Date | null, now: Date): number | null =>
  date === null ? null : Math.max(0, Math.floor((now.getTime() - date.getTime()) / dayMs));

/** What a whole account comes to; counted while it is read, so that its size does not matter. */
export interface EstateCount {
  readonly identities: ReadonlyMap<string, number>;
  readonly vendors: number;
  readonly activeKeys: number;
  readonly flaws: ReadonlyMap<EstateFlaw, number>;
  /** The worst few of each flaw, worst first. */
  readonly worst: ReadonlyMap<EstateFlaw, readonly Looked[]>;
}

/** Counts one identity after the other and keeps the worst `keep` of each flaw. */
export function estateCounter(keep: number): { add(looked: Looked): void; count(): EstateCount } {
  const identities = new Map<string, number>();
  const flaws = new Map<EstateFlaw, number>();
  const worst = new Map<EstateFlaw, Looked[]>();
  let vendors = 0;
  let activeKeys = 0;
  return {
    add(looked) {
      const { kind } = looked.identity;
      identities.set(kind, (identities.get(kind) ?? 0) + 1);
      vendors += looked.identity.vendors ? 1 : 0;
      activeKeys += looked.activeKeys;
      for (const flaw of looked.flaws) {
        flaws.set(flaw, (flaws.get(flaw) ?? 0) + 1);
        worst.set(flaw, kept(worst.get(flaw) ?? [], { looked, flaw, keep }));
      }
    },
    count: () => ({ identities, vendors, activeKeys, flaws, worst }),
  };
}

function kept(list: Looked[], { looked, flaw, keep }: { looked: Looked; flaw: EstateFlaw; keep: number }): Looked[] {
  const last = list.at(-1);
  if (list.length >= keep && last !== undefined && weight(last, flaw) >= weight(looked, flaw)) return list;
  return [...list, looked].sort((a, b) => weight(b, flaw) - weight(a, flaw)).slice(0, keep);
}

/** How bad, in days: a key by its age, silence by its length, all else by the identity's age. */
function weight(looked: Looked, flaw: EstateFlaw): number {
  if (flaw === "old-key" || flaw === "unused-key") return looked.oldestKeyDays ?? 0;
  if (flaw === "stale" || flaw === "never-used") return looked.daysUnused ?? 0;
  return looked.ageDays ?? 0;
}
