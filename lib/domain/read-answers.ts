import type { WantedAccess } from "./access.ts";
import type { Answers, Beside, Edits, GithubAnswer, NeedAnswer, WorkloadAnswer } from "./answers.ts";
import { classifications, credentialModels, environments } from "./charter.ts";
import { type Grant, mostGrants, mostInGrant } from "./permission.ts";
import { backup, datedException, retirementCondition, rotation, subject } from "./read-charter.ts";
import type { Outcome } from "./refusal.ts";
import { fields, listOf, literal, oneOf, orNull, type Reader, read, text, variant } from "./shape.ts";

const runs = variant<GithubAnswer | WorkloadAnswer>((value) =>
  value.kind === "github"
    ? fields(
        { kind: literal("github"), repository: text(200), subject: orNull(subject) },
        { ownerId: text(20), repositoryId: text(20), bothFormatsUntil: text(30) },
      )
    : fields({ kind: literal("workload"), runsOn: text(200) }, { service: text(100) }),
);

/** A reach pack's own word for a parameter; any other is refused as unknown. */
const isName = (text: string): boolean => /^[A-Za-z][A-Za-z0-9_-]{0,59}$/.test(text);

const parameters: Reader<{ readonly [name: string]: string }> = (value, at) => {
  const names = typeof value === "object" && value !== null ? Object.keys(value).filter(isName) : [];
  return fields(Object.fromEntries(names.slice(0, 20).map((name) => [name, text(500)])))(value, at);
};

const grant: Reader<Grant> = fields({
  actions: listOf(text(200), mostInGrant),
  resources: listOf(text(2_048), mostInGrant),
});

const need = variant<NeedAnswer>((value) => {
  if ("pack" in value) return fields({ pack: text(100), parameters });
  return "grants" in value ? fields({ grants: listOf(grant, mostGrants) }) : fields({ pasted: text(20_000) });
});

const edits: Reader<Edits> = fields(
  {},
  {
    name: text(100),
    target: text(100),
    service: text(100),
    team: text(100),
    owner: text(100),
    backup,
    endsIt: text(100),
    classification: oneOf(classifications),
    dataDomains: listOf(text(100)),
    credential: oneOf(credentialModels),
    rotation: orNull(rotation),
    endsAt: text(30),
    retireWhen: listOf(retirementCondition, 10),
    exception: orNull(datedException),
  },
);

const beside: Reader<Beside> = fields(
  { environment: oneOf(environments), subject: orNull(subject) },
  { target: text(100) },
);

const answers: Reader<Answers> = fields(
  {
    blueprint: text(100),
    runs: orNull(runs),
    need: orNull(need),
    purpose: text(2000),
    environment: orNull(oneOf(environments)),
    edits,
  },
  { beside: listOf(beside, environments.length), nameEndsIn: oneOf(environments) },
);

const wanted: Reader<WantedAccess> = fields({
  instead: orNull(text(20_000)),
  drop: listOf(text(300), 1000),
  add: orNull(need),
});

/** What somebody wants of an identity's access, from a browser: the exact fields, nothing else. */
export const readWantedAccess = (value: unknown): Outcome<WantedAccess> => read(wanted, value);

/** Answers from a draft's content or from a browser: the exact fields, nothing else. */
export const readAnswers = (value: unknown): Outcome<Answers> => read(answers, value);
