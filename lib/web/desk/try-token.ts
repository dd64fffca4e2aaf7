import { z } from "zod";
import { readIdentityInSight } from "#db/read/identity-sight.ts";
import { readNeighbour } from "#db/read/neighbour.ts";
import type { GithubBinding } from "#lib/domain/charter.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { githubSubjects } from "#lib/domain/subject.ts";
import { atDesk } from "./desk.ts";

/** What the target said to one token. */
export interface TokenTried {
  readonly repository: string;
  readonly sub: string;
  /** The name it was admitted under; null when it was turned away. */
  readonly as: string | null;
  /** Why it was turned away, in the target's words. */
  readonly why: string | null;
}

const answer = z.object({
  admitted: z.boolean(),
  as: z.string().nullish(),
  code: z.string().nullish(),
  why: z.string().nullish(),
});

/** Exchanges two workflow tokens for this identity's credentials: one of the repository it trusts, one of another repository. */
export const tryToken = atDesk(async (at, { identity }: { readonly identity: string }, { db, actor }) => {
  const row = await readIdentityInSight(db, actor, identity);
  if (row === null) return refuse({ code: "not-found", sentence: "There is no such identity." });
  const { binding } = row.charter;
  const role = row.facts.arn;
  if (binding.kind !== "github" || typeof role !== "string")
    return refuse({ code: "conflict", sentence: "It is not assumed with a workflow's token." });
  const neighbour = await readNeighbour(db, binding.repository);
  if (neighbour === null) return refuse({ code: "conflict", sentence: "The directory knows no other repository." });
  const tried: TokenTried[] = [];
  for (const bearer of [binding, { ...binding, ...neighbour }]) {
    const claims = claimsOf(bearer);
    if ("refusals" in claims) return claims;
    const told = await at.ask("token/exchange", { target: row.target, role, claims: claims.ok }, answer);
    if ("refusals" in told) return told;
    const { admitted, as, why, code } = told.ok;
    tried.push({
      ...{ repository: bearer.repository, sub: claims.ok.sub },
      ...(admitted ? { as: as ?? "", why: null } : { as: null, why: why ?? code ?? "It was turned away." }),
    });
  }
  return ok(tried);
});

/** The claims that GitHub puts in a workflow's token, as far as a trust may ask for them. */
function claimsOf(binding: GithubBinding): Outcome<{ readonly sub: string } & Record<string, string>> {
  const subjects = githubSubjects(binding);
  if ("refusals" in subjects) return subjects;
  const [{ sub } = { sub: "" }] = subjects.ok;
  const { repository, repositoryId, ownerId, subject } = binding;
  return ok({
    ...{ sub, repository, repository_id: repositoryId, repository_owner_id: ownerId },
    repository_owner: repository.split("/")[0] ?? "",
    ...("environment" in subject ? { environment: subject.environment } : { ref: `refs/heads/${subject.branch}` }),
  });
}
