import { sql } from "drizzle-orm";
import type { Queries } from "#db/client.ts";
import { isUuid } from "#lib/domain/text.ts";
import { type ExamplePerson, type RolesToCome, readExamplePeople } from "./example-people.ts";

export interface SignInPage {
  /** Why the last attempt was refused, in the worker's words. */
  readonly refusal: string | null;
  /** Empty outside the demo. */
  readonly people: readonly ExamplePerson[];
}

/** What the sign-in page shows to anyone. People are listed only when the demo's issuer is named. */
export async function readSignInPage(
  db: Queries,
  ask: {
    readonly refused: string | null;
    readonly demo: { readonly issuer: string; readonly coming: RolesToCome } | null;
  },
): Promise<SignInPage> {
  const [refusal, people] = await Promise.all([
    refusalOf(db, ask.refused),
    ask.demo === null ? [] : readExamplePeople(db, ask.demo.issuer, ask.demo.coming),
  ]);
  return { refusal, people };
}

async function refusalOf(db: Queries, refused: string | null): Promise<string | null> {
  if (refused === null) return null;
  if (refused === "unverified")
    return "No worker could verify your sign-in, and you have not been here before. Try again in a minute.";
  if (!isUuid(refused)) return "The sign-in provider sent no identity. Try again.";
  const [row] = await db.execute<{ refusal: string | null }>(sql`
    select refusal from charter.sign_in_results where tenant = 'main' and sign_in = ${refused} and at > charter.clock() - interval '10 minutes'`);
  return row?.refusal ?? "The sign-in was refused.";
}
