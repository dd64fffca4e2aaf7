import type { Queries } from "#db/client.ts";
import { type EvidenceRow, readEvidenceRows } from "#db/read/attestation-evidence.ts";
import { digest } from "#lib/digest/digest.ts";
import { changedSince, comparable, type Evidence } from "#lib/domain/attestation-evidence.ts";
import { levels } from "#lib/domain/reach.ts";

/** A card's evidence, the digest an answer binds, and what alike identities share. */
export interface Gathered {
  readonly evidence: Evidence;
  readonly digest: string;
  /** Equal exactly where the evidence is the same apart from names. */
  readonly sameness: string;
}

/** The evidence as it stands, by identity; the same for the web that shows it and the worker that checks it. */
export async function gatherEvidence(
  db: Queries,
  identities: readonly string[],
): Promise<ReadonlyMap<string, Gathered>> {
  const rows = await readEvidenceRows(db, identities);
  return new Map(rows.map((row) => [row.identity, gathered(row)]));
}

function gathered({ reach, last, ...facts }: EvidenceRow): Gathered {
  const now = {
    ...facts,
    reach: {
      phrase: reach.phrase,
      services: reach.services.map((one) => ({
        title: one.title,
        levels: levels.filter((level) => one.levels[level].length > 0),
      })),
      resources: [...reach.resources].sort(),
      escalations: reach.escalations.map(({ sentence }) => sentence),
    },
  };
  const evidence: Evidence = { ...now, last: last === null ? null : told(last, now) };
  return { evidence, digest: digest(evidence), sameness: digest(comparable(evidence)) };
}

function told({ shown, ...said }: NonNullable<EvidenceRow["last"]>, now: Omit<Evidence, "last">): Evidence["last"] {
  return { ...said, changed: changedSince(shown, now) };
}
