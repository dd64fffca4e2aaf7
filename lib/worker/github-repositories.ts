import { z } from "zod";
import { type SeenRepository, subjectFormatOf } from "#lib/domain/repository.ts";
import { type Github, GithubUnavailable } from "./github.ts";

const perPage = 100;

const listed = z.array(
  z.object({
    id: z.number().int(),
    full_name: z.string(),
    owner: z.object({ id: z.number().int() }),
    archived: z.boolean().default(false),
    created_at: z.string().nullish(),
  }),
);
const environments = z.object({ environments: z.array(z.object({ name: z.string() })).default([]) });
const customization = z.object({
  use_default: z.boolean(),
  include_claim_keys: z.array(z.string()).optional(),
  use_immutable_subject: z.boolean().optional(),
  sub_claim_prefix: z.string().optional(),
});

/** Repositories of one owner, page by page, each with its environments and how its workflows' tokens name it. Throws `GithubUnavailable`. */
export async function* readRepositories(github: Github, owner: string): AsyncIterable<readonly SeenRepository[]> {
  const kind = (await github.read(`/orgs/${encodeURIComponent(owner)}`, z.object({}))) === null ? "users" : "orgs";
  for (let page = 1; ; page += 1) {
    const path = `/${kind}/${encodeURIComponent(owner)}/repos?sort=full_name&per_page=${perPage}&page=${page}`;
    const found = await github.read(path, listed);
    if (found === null) throw new GithubUnavailable(`GitHub shows no owner ${owner} to the configured token.`);
    const seen: SeenRepository[] = [];
    for (const one of found) seen.push(await withDetails(github, one));
    if (seen.length > 0) yield seen;
    if (found.length < perPage) return;
  }
}

async function withDetails(github: Github, one: z.infer<typeof listed>[number]): Promise<SeenRepository> {
  const base = `/repos/${one.full_name.split("/").map(encodeURIComponent).join("/")}`;
  const rule = await github.read(`${base}/actions/oidc/customization/sub`, customization);
  const names = await readEnvironments(github, base);
  return {
    name: one.full_name,
    ownerId: String(one.owner.id),
    repositoryId: String(one.id),
    archived: one.archived,
    environments: names,
    subjectFormat: subjectFormatOf({
      createdAt: one.created_at ?? null,
      custom: rule !== null && !rule.use_default && (rule.include_claim_keys ?? []).length > 0,
      immutable: rule?.use_immutable_subject ?? null,
      prefix: rule?.sub_claim_prefix ?? null,
      name: one.full_name,
    }),
  };
}

/** Null when the token may not read them. */
async function readEnvironments(github: Github, base: string): Promise<readonly string[] | null> {
  const names: string[] = [];
  for (let page = 1; ; page += 1) {
    const found = await github.read(`${base}/environments?per_page=${perPage}&page=${page}`, environments);
    if (found === null) return page === 1 ? null : names;
    names.push(...found.environments.map(({ name }) => name));
    if (found.environments.length < perPage) return names;
  }
}
