import { describe, expect, test } from "vitest";
import { seesEverything } from "#lib/domain/actor.ts";
import { mayAskEarly, type Stage } from "#lib/domain/attestation.ts";
import { githubBinding, whyNotBinding } from "#lib/domain/binding.ts";
import { mostDrafts, mostRemarksAnHour, whyTooManyDrafts, whyTooManyRemarks } from "#lib/domain/caps.ts";
import { certificateTrouble } from "#lib/domain/certificate.ts";
import type { GithubBinding } from "#lib/domain/charter.ts";
import { asCoverage, coverages, coverageWords } from "#lib/domain/coverage.ts";
import type { IdentityState } from "#lib/domain/identity.ts";
import { days, now, pipelineFacts } from "./forms.ts";

test("who holds a role sees everything, and nobody else does", () => {
  expect(seesEverything({ id: "a", teams: ["t"], roles: [] })).toBe(false);
  expect(seesEverything({ id: "a", teams: [], roles: ["auditor"] })).toBe(true);
});

test("a person keeps so many drafts and says so many things, and not one more", () => {
  expect([mostDrafts, mostRemarksAnHour]).toEqual([50, 30]);
  expect([whyTooManyDrafts(50), whyTooManyRemarks(30)]).toEqual([null, null]);
  expect(whyTooManyDrafts(51)).toEqual({
    refusals: [{ code: "conflict", sentence: "You keep 50 drafts already.", mend: "Submit or discard one first." }],
  });
  expect(whyTooManyRemarks(31)).toEqual({
    refusals: [
      {
        code: "conflict",
        sentence: "You have said 30 things here within the hour.",
        mend: "Wait a while, then say it in one.",
      },
    ],
  });
});

test("how far a question is has its words, and is known by its name", () => {
  expect(coverages.map((one) => [asCoverage(one), coverageWords[one]])).toEqual([
    ["overdue", "Overdue"],
    ["asked", "Asked now"],
    ["attested", "Attested"],
    ["never", "Not asked yet"],
    ["not-due", "Not due"],
  ]);
  expect([asCoverage(""), asCoverage("toString")]).toEqual([null, null]);
});

test("what is wrong with a certificate is said, and of nothing else anything", () => {
  expect(certificateTrouble("CERT_UNTRUSTED")).toBe("is signed by an authority that is not trusted here");
  expect(certificateTrouble("CERT_HAS_EXPIRED")).toBe("is not valid at this time");
  expect(certificateTrouble("CERT_REVOKED")).toBe("is revoked");
  expect(certificateTrouble("HOSTNAME_MISMATCH")).toBe("names another host");
  for (const code of ["ECONNREFUSED", "toString", ""]) expect(certificateTrouble(code)).toBeNull();
});

describe("an owner is asked early", () => {
  const may = (of: { state?: IdentityState; stage?: Stage | null; asker?: string; security?: boolean }) => {
    const { state = "live", stage = "waiting", asker = "amara", security = false } = of;
    const outcome = mayAskEarly({
      behind: { owner: "amara", backup: { person: "jonas" }, endsIt: "rosa", state },
      asker: { id: asker, teams: [], roles: security ? ["security"] : [] },
      stage,
    });
    return "refusals" in outcome ? outcome.refusals[0] : null;
  };
  test("on the word of owner, backup or security", () => {
    expect([may({}), may({ asker: "jonas" }), may({ asker: "x", security: true })]).toEqual([null, null, null]);
    for (const asker of ["x", "rosa"])
      expect(may({ asker })).toEqual({
        ...{ code: "forbidden", sentence: "Only the owner, the backup or security may have its owner asked." },
      });
  });
  test("of what lives, where policy asks, and not twice", () => {
    expect(may({ state: "retired" })).toEqual({ code: "conflict", sentence: "It is retired; nothing is asked of it." });
    expect(may({ stage: null })).toEqual({ code: "conflict", sentence: "Policy asks no owner about it." });
    for (const stage of ["asked", "reminded", "backup-asked", "overdue"] as const)
      expect(may({ stage })).toEqual({
        ...{ code: "conflict", sentence: "Its owner is asked already.", mend: "Wait for the answer." },
      });
  });
});

describe("the trust of a repository", () => {
  const { repositories } = pipelineFacts;
  const asked = { kind: "github", repository: "ACME/ledger", subject: { environment: "production" } } as const;
  const recorded = githubBinding(asked, repositories) ?? expect.fail("no binding");
  const said = (change: Partial<GithubBinding>, of: GithubBinding = recorded) =>
    whyNotBinding({ ...of, ...change }, repositories, now).map(({ code, ...refusal }) => {
      expect(code).toBe("invalid");
      return refusal;
    });

  test("is the record's, in its spelling, and in the format that it sends", () => {
    expect(recorded).toStrictEqual({
      ...{ kind: "github", repository: "acme/ledger", ownerId: "81", repositoryId: "5120", verified: true },
      ...{ subject: { environment: "production" }, formats: ["immutable"] },
    });
    expect(said({})).toEqual([]);
  });
  test("of one that nobody recorded has the ids that were typed, and both formats with an end", () => {
    expect(
      githubBinding({ ...asked, repository: "x/y", ownerId: "1", bothFormatsUntil: days(9) }, repositories),
    ).toEqual({
      ...{ kind: "github", repository: "x/y", ownerId: "1", repositoryId: "", verified: false },
      ...{ subject: asked.subject, formats: ["immutable", "names"], formatsUntil: days(9) },
    });
    expect(githubBinding({ ...asked, repository: "x/y" }, repositories)).toMatchObject({
      ownerId: "",
      repositoryId: "",
    });
    expect(githubBinding({ ...asked, repository: "" }, repositories)).toBeNull();
    expect(githubBinding({ ...asked, subject: null }, repositories)).toBeNull();
  });
  test("is refused in words, at its field", () => {
    const formats = (sentence: string, mend: string) => [{ field: "binding.formats", sentence, mend }];
    const repository = (sentence: string, mend = "Choose the repository again.") => [
      { field: "binding.repository", sentence, mend },
    ];
    const once = formats("Each trusted subject format is named once.", "Choose one format, or both.");
    expect(said({ formats: ["immutable", "immutable"], formatsUntil: days(1) })).toEqual(once);
    expect(said({ formats: ["immutable", "names"], formatsUntil: days(0) })).toEqual(
      formats("Trusting both subject formats needs an end date ahead.", "Say until when the older one is trusted."),
    );
    expect(said({ formatsUntil: days(1) })).toEqual(
      formats("An end date belongs to trusting both subject formats.", "Leave the date out."),
    );
    expect(said({ formats: ["immutable", "names"], formatsUntil: days(1) })).toEqual([]);
    expect(said({ formats: ["names", "immutable"], formatsUntil: days(1) })).toEqual([]);
    expect(said({ formats: ["names"] })).toEqual(
      formats("acme/ledger sends the immutable format.", "Trust that format, or both with an end date."),
    );
    const other = { ownerId: "1", repositoryId: "2", repository: "x/y", verified: false };
    expect(said(other)).toEqual([]);
    expect(said({ ...other, verified: true })).toEqual(
      repository("The directory does not know this repository.", "Type its ids, or have it imported."),
    );
    expect(said({ ...other, formats: ["names"] })).toEqual(
      formats("Only a recorded repository may be trusted by its name.", "Trust the immutable format."),
    );
    for (const change of [{ ownerId: "82" }, { repositoryId: "1" }, { repository: "Acme/ledger" }])
      expect(said(change)).toEqual(repository("The directory has other ids for acme/ledger."));
    expect(said({ verified: false })).toEqual(repository("The directory knows acme/ledger by now."));
    const archived = repositories.map((one) => ({ ...one, archived: true }));
    expect(whyNotBinding(recorded, archived, now)).toMatchObject([
      { sentence: "acme/ledger is archived; nothing runs there.", mend: "Choose one that is not." },
    ]);
    expect(said({ subject: { environment: "preview" } })).toEqual([
      {
        ...{ field: "binding.environment", sentence: "GitHub spells this environment Preview." },
        mend: "Write Preview.",
      },
    ]);
    expect(said({ subject: { environment: "other" } })).toEqual([]);
  });
});
