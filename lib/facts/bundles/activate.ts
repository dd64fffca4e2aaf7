import { readActiveBundle } from "#db/read/planning-facts.ts";
import { insertBundle, lockPublishing } from "#db/store/configuration.ts";
import { readKnownPeople, readLogins } from "#db/store/people.ts";
import { asRefusals, type Refusal, refuse } from "#lib/domain/refusal.ts";
import { bundleContent } from "#lib/judgement/signed.ts";
import { whyNotSigned } from "../passkeys/host-signatures.ts";
import type { Command, Work } from "../run.ts";

export interface Activation {
  readonly digest: string;
  readonly files: { readonly [file: string]: string };
  /** The two people named by the operator of the host, by issuer and subject. */
  readonly by: readonly { readonly issuer: string; readonly subject: string }[];
  /** Whether both must hold security: not at the very first start, when nobody could have signed in yet. */
  readonly mustHoldSecurity: boolean;
}

/** Puts a policy bundle in force in the names of two known, active, distinct people of security, who sign it once keys are enrolled. */
export const activateBundle: Command<Activation, { readonly activation: number }> = async (work, input) => {
  await lockPublishing(work.tx);
  const current = await readActiveBundle(work.tx);
  if (current?.digest === input.digest)
    return refuse({ code: "conflict", sentence: "This bundle is in force already." });
  if (current !== null && !input.mustHoldSecurity) {
    return refuse({ code: "conflict", sentence: "A bundle is in force; two people of security activate the next." });
  }
  const people = await whoActivates(work, input);
  if ("refusals" in people) return people;
  const activation = (current?.activation ?? 0) + 1;
  const { digest, files, mustHoldSecurity } = input;
  const content = bundleContent({ digest, activation });
  const act = { kind: "bundle", content, counts: (person: string) => people.ok.includes(person) } as const;
  const unsigned = mustHoldSecurity ? await whyNotSigned(work, act) : null;
  if (unsigned !== null) return { refusals: unsigned };
  await insertBundle(work.tx, { activation, digest, files, activatedBy: people.ok, activatedAt: work.now });
  const detail = {
    digest,
    replaces: current?.digest ?? null,
    activatedBy: people.ok,
    named: "by the operator of the host",
  };
  return {
    ok: await work.record(
      { activation },
      { noun: "bundle", id: String(activation), version: 1, action: "bundle.activated", detail },
    ),
  };
};

async function whoActivates(work: Work, { by, mustHoldSecurity }: Activation) {
  const found: string[] = [];
  const refusals: Refusal[] = [];
  for (const { issuer, subject } of by) {
    const [login] = await readLogins(work.tx, issuer, [subject]);
    const person = login === undefined ? undefined : (await readKnownPeople(work.tx, [login.id])).get(login.id);
    const why = whyNot(person, mustHoldSecurity);
    if (why !== null) refusals.push({ code: "forbidden", sentence: `${subject} ${why}` });
    else if (person !== undefined) found.push(person.person);
  }
  const refused = asRefusals(refusals);
  if (refused !== null) return { refusals: refused };
  if (new Set(found).size !== 2) return refuse({ code: "invalid", sentence: "Name two different people." });
  return { ok: found };
}

type Known = ReturnType<Awaited<ReturnType<typeof readKnownPeople>>["get"]>;

function whyNot(person: Known, mustHoldSecurity: boolean): string | null {
  if (person === undefined) return "is nobody the directory knows.";
  if (!person.active) return "is no longer active.";
  const holds = person.roles.some(({ role, held }) => role === "security" && held);
  return mustHoldSecurity && !holds ? "does not hold the role security." : null;
}
