import type { Answers } from "./answers.ts";
import { slugOf } from "./text.ts";

/**
 * A name from what runs it and what it is for: repository + first parameter of the need (`acme/ledger` writing to
 * `ledger-cold` is `ledger-cold`, to `cold` it is `ledger-cold` too); made unique among `taken` by a number. Null while
 * nothing names it.
 */
export function inferName(answers: Answers, taken: readonly string[]): string | null {
  const { runs, need } = answers;
  const place =
    runs === null
      ? ""
      : wholeWords(slugOf(runs.kind === "github" ? (runs.repository.split("/")[1] ?? "") : runs.runsOn, 200), 24);
  const use = need !== null && "pack" in need ? slugOf(Object.values(need.parameters)[0] ?? "", 38) : "";
  if (place === "") return null;
  const plain = use === "" || use === place ? place : use.startsWith(`${place}-`) ? use : `${place}-${use}`;
  const end = answers.nameEndsIn === undefined ? "" : `-${answers.nameEndsIn}`;
  const base = `${wholeWords(plain, 37 - end.length)}${end}`;
  return base.length < 2 ? null : unique(base, taken);
}

/** A slug shortened to `max` characters, after a whole word where that leaves at least half of them. */
function wholeWords(slug: string, max: number): string {
  if (slug.length <= max) return slug;
  const end = slug.lastIndexOf("-", max);
  return slugOf(slug, end >= max / 2 ? end : max);
}

function unique(base: string, taken: readonly string[]): string {
  if (!taken.includes(base)) return base;
  let number = 2;
  while (taken.includes(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}
