import type { SeenRepository } from "#lib/domain/repository.ts";
import { newsAmong, takeOverRepositories } from "#lib/facts/repositories/take-over.ts";
import { runFact, system } from "#lib/facts/run.ts";
import { GithubUnavailable, type Kept, openGithub } from "../github.ts";
import { readRepositories } from "../github-repositories.ts";
import { resolveReference } from "../references.ts";
import type { Worker } from "../worker.ts";

/** What this process read before, so that unchanged answers cost no call. */
const kept: Kept = new Map();

/** Reads the repositories of every configured owner from GitHub and takes over what changed; how many rows. Nothing without `github`. */
export async function readGithub(worker: Worker): Promise<number> {
  const { github } = worker.config;
  if (github === null) return 0;
  const client = openGithub({ api: github.api, token: await resolveReference(github.token) }, kept);
  let changed = 0;
  for (const owner of github.owners) {
    try {
      for await (const seen of readRepositories(client, owner)) changed += await takeOver(worker, owner, seen);
    } catch (error) {
      if (!(error instanceof GithubUnavailable)) throw error;
      worker.log.info("repositories", { owner, sentence: error.message });
    }
  }
  if (changed > 0) worker.changed();
  return changed;
}

async function takeOver({ db, newId, log }: Worker, owner: string, seen: readonly SeenRepository[]): Promise<number> {
  const custom = seen.filter(({ subjectFormat }) => subjectFormat === null).map(({ name }) => name);
  if (custom.length > 0)
    log.info("repositories", { owner, sentence: "Tokens of these follow a template of their own.", custom });
  const news = await newsAmong(db, seen);
  if (news.length === 0) return 0;
  const context = { db, newId, actor: system, subject: { noun: "audit", id: "directory" } } as const;
  const done = await runFact(context, takeOverRepositories, { owner, seen: news });
  return "ok" in done ? done.ok.changed : 0;
}
