import {
  type Backup,
  type Binding,
  type Charter,
  classifications,
  credentialModels,
  type DatedException,
  environments,
  type Origin,
  type Origins,
  type RetirementCondition,
  subjectFormats,
} from "./charter.ts";
import type { Outcome } from "./refusal.ts";
import {
  fields,
  jsonObject,
  listOf,
  literal,
  oneOf,
  orNull,
  type Reader,
  read,
  text,
  variant,
  wholeNumber,
  yesOrNo,
} from "./shape.ts";

const reference = text(100);
const instant = text(30);

export const backup: Reader<Backup> = variant<Backup>((value) =>
  "person" in value ? fields({ person: reference }) : fields({ team: reference }),
);

export const retirementCondition: Reader<RetirementCondition> = variant<RetirementCondition>((value) => {
  if (value.kind === "unused") return fields({ kind: literal("unused"), days: wholeNumber(1, 3660) });
  if (value.kind === "repository-archived") return fields({ kind: literal("repository-archived") });
  if (value.kind === "service-decommissioned") return fields({ kind: literal("service-decommissioned") });
  return fields({ kind: literal("owner-gone") });
});

export const datedException: Reader<DatedException> = fields({ reason: text(), endsAt: instant, owner: reference });
export const rotation = fields({ everyDays: wholeNumber(1, 3660), riskAnalysis: text(200) });

export const subject = variant<{ readonly environment: string } | { readonly branch: string }>((value) =>
  "environment" in value ? fields({ environment: text(255) }) : fields({ branch: text(255) }),
);

const binding: Reader<Binding> = variant<Binding>((value) =>
  value.kind === "github"
    ? fields(
        {
          kind: literal("github"),
          repository: text(200),
          ownerId: text(20),
          repositoryId: text(20),
          subject,
          formats: listOf(oneOf(subjectFormats), 2),
          verified: yesOrNo,
        },
        { formatsUntil: instant },
      )
    : fields({ kind: literal("workload"), runsOn: text(200) }),
);

const charter: Reader<Charter> = fields({
  name: text(100),
  blueprint: text(100),
  target: text(100),
  environment: oneOf(environments),
  purpose: text(2000),
  service: reference,
  team: reference,
  owner: reference,
  backup,
  endsIt: reference,
  classification: oneOf(classifications),
  dataDomains: listOf(text(100)),
  binding,
  credential: oneOf(credentialModels),
  rotation: orNull(rotation),
  endsAt: instant,
  retireWhen: listOf(retirementCondition, 10),
  exception: orNull(datedException),
  spec: jsonObject,
});

const origin: Reader<Origin> = variant<Origin>((value) => {
  if (value.how === "typed") return fields({ how: literal("typed") });
  if (value.how === "inferred") return fields({ how: literal("inferred"), from: text(200) });
  return fields({ how: literal("default"), of: text(200), version: text(100) });
});

/** A charter from JSON nobody has checked: the exact fields, nothing else. Its meaning is `validateCharter`'s. */
export const readCharter = (value: unknown): Outcome<Charter> => read(charter, value);

/** Origins from JSON nobody has checked: one for each field of the charter, and for nothing else. */
export const readOrigins = (value: unknown, of: Charter): Outcome<Origins> =>
  read(fields(Object.fromEntries(Object.keys(of).map((field) => [field, origin]))), value);
