import { randomUUID } from "node:crypto";
import { preview } from "#lib/claims/requests/preview.ts";
import { submit } from "#lib/claims/requests/submit.ts";
import type { ClaimContext } from "#lib/claims/run.ts";
import { type Answers, noAnswers } from "#lib/domain/answers.ts";
import type { Installed } from "#test/system/installation.ts";

/** Signed in, the first policy in force, every place looked at. */
export async function ready(at: Installed): Promise<void> {
  await at.signIn("jonas.kern");
  await at.signIn("priya.shah");
  const rows = at.database.admin;
  await until(async () => (await rows`select 1 from charter.bundles`).length > 0);
  await until(async () => (await rows`select 1 from charter.targets where checked_at is null`).length === 0);
}

export async function until(holds: () => Promise<boolean>, everyMs = 200): Promise<void> {
  for (let waited = 0; waited < 600_000; waited += everyMs) {
    if (await holds()) return;
    await new Promise((wake) => setTimeout(wake, everyMs));
  }
  throw new Error("Ten minutes were not enough.");
}

/** 7 as 007, so that no name begins another. */
export const three = (i: number): string => String(i).padStart(3, "0");

/** Narrow and short: both pass by themselves. */
export const user = (name: string, service: string): Answers => ({
  ...noAnswers("aws-user-access-key"),
  runs: { kind: "workload", runsOn: "report job on batch-07", service },
  need: { pack: "write-bucket", parameters: { bucket: "reports" } },
  ...{ purpose: "Uploads the night's reports.", environment: "staging", edits: { name } },
});
export const role = (name: string): Answers => ({
  ...noAnswers("aws-role-ci-pipeline"),
  runs: { kind: "github", repository: "acme/billing", subject: { environment: "staging" } },
  need: { pack: "write-bucket", parameters: { bucket: "billing-archive" } },
  ...{ purpose: "Archives each month's invoices after the release.", edits: { name } },
});

/** This person at the portal, by the web's role. */
export async function portalOf(at: Installed, person: string): Promise<ClaimContext> {
  const [known] = await at.database.admin`select id from charter.people where email = ${`${person}@acme.example`}`;
  const id = String(known?.id);
  const teams = await at.database.admin`select team from charter.team_members where person = ${id} and member`;
  const actor = {
    ...{ id, name: person, roles: [], teams: teams.map(({ team }) => String(team)) },
    ...{ session: "s", readOnly: false },
  };
  return { db: at.database.web, now: new Date(), newId: randomUUID, actor };
}

/** Looks at what would be made, then asks for it; the request's id. */
export async function ask(context: ClaimContext, answers: Answers): Promise<string> {
  const id = randomUUID();
  const shown = await preview(context, { id, answers });
  if ("refusals" in shown) throw new Error(shown.refusals[0].sentence);
  const sent = await submit(context, { id, answers, planDigest: shown.ok.planDigest ?? "" });
  if ("refusals" in sent) throw new Error(sent.refusals[0].sentence);
  return id;
}
