import { linkPeople } from "#lib/facts/people/link.ts";
import { runFact } from "#lib/facts/run.ts";
import { complain, type Host, onHost, refusedWith, say } from "./host.ts";

/** Makes a login count as the person of another one, by their subjects. */
export async function link(
  { db, config, newId, actor }: Host,
  of: { readonly subject: string; readonly to: string },
): Promise<number> {
  const context = { db, newId, actor, subject: { noun: "person", id: of.subject } } as const;
  const outcome = await runFact(context, linkPeople, { issuer: config.signIn.issuer, ...of });
  if ("refusals" in outcome) return refusedWith(outcome);
  say(`${of.subject} now counts as the person of ${of.to}.`);
  return 0;
}

if (import.meta.main) {
  const [subject, to] = process.argv.slice(2);
  if (subject === undefined || to === undefined) {
    complain("Usage: npm run people:link -- SUBJECT SUBJECT-IT-COUNTS-AS");
    process.exitCode = 2;
  } else process.exitCode = await onHost((host) => link(host, { subject, to }));
}
