import type { TeamDefaults } from "./form-facts.ts";
import { backup } from "./read-charter.ts";
import type { Outcome } from "./refusal.ts";
import { fields, listOf, type Reader, read, text, wholeNumber } from "./shape.ts";

const teamDefaults: Reader<TeamDefaults> = fields(
  {},
  {
    owner: text(100),
    backup,
    endsIt: text(100),
    unusedDays: wholeNumber(1, 3660),
    riskAnalysis: text(200),
    dataDomains: listOf(text(100)),
  },
);

/** A team's template from `teams.defaults` or a directory import: the exact fields, nothing else. */
export const readTeamDefaults = (value: unknown): Outcome<TeamDefaults> => read(teamDefaults, value);
