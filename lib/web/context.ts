import { randomUUID } from "node:crypto";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import type { SessionPerson } from "#db/read/session.ts";
import type { ClaimContext } from "#lib/claims/run.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { askedHeader } from "./asked.ts";
import { database } from "./database.ts";
import { currentSession } from "./session.ts";

const session = cache(currentSession);

/** Who looks, or the way to the sign-in page and back to the page asked for. Every page and layout of the portal begins with it. */
export async function person(): Promise<SessionPerson> {
  return (await session()) ?? redirect(signInPath((await headers()).get(askedHeader)));
}

/** The sign-in page that leads on to this page; to My work when none is named. */
const signInPath = (asked: string | null): string =>
  asked === null || asked === "/" ? "/sign-in" : `/sign-in?${new URLSearchParams({ to: asked })}`;

/** What a page reads with: the database, and the viewer who scopes its rows. */
export async function reader(): Promise<{ readonly db: ReturnType<typeof database>["db"]; readonly viewer: Viewer }> {
  const { id, roles, teams } = await person();
  return { db: database().db, viewer: { id, roles, teams } };
}

/** The context a claim runs in, made once per request: the only place of the web that takes the time or makes ids. */
export function claimContext(actor: SessionPerson): ClaimContext {
  return { db: database().db, actor, now: new Date(), newId: randomUUID };
}
