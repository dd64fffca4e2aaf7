import { readFileSync } from "node:fs";
import fc from "fast-check";
import type { Assertion } from "#lib/domain/signature.ts";

/** What a taken-over web has at hand to make statements of. */
export interface Known {
  readonly requests: readonly { readonly request: string; readonly planDigest: string }[];
  readonly people: readonly string[];
  /** Gestures that people really made, for something else. */
  readonly gestures: readonly Assertion[];
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Every `table: insert (columns)` of the golden list of the web's grants. */
const insertable: readonly (readonly [string, readonly string[]])[] = readFileSync(
  new URL("web-grants.txt", import.meta.url),
  "utf8",
)
  .split("\n")
  .flatMap((line) => {
    const [, table = "", columns = ""] = /^table charter\.(\w+): .*insert \(([^)]+)\)/.exec(line) ?? [];
    return table === "" ? [] : [[table, columns.split(", ").filter((name) => name !== "tenant")] as const];
  });

/** A value for a column by its name: mostly one that fits, of things that are there, sometimes nonsense. */
function valueFor(column: string, known: Known): fc.Arbitrary<string> {
  const oneOf = (values: readonly string[]) => fc.constantFrom(...values.map(quoted));
  const json = (...values: readonly unknown[]) => oneOf(values.map((value) => JSON.stringify(value)));
  const fitting: Readonly<Record<string, fc.Arbitrary<string>>> = {
    id: fc.uuid().map(quoted),
    request: oneOf(known.requests.map(({ request }) => request)),
    identity: oneOf(known.requests.map(({ request }) => request)),
    person: oneOf(known.people),
    requester: oneOf(known.people),
    subject: oneOf([...known.people, ...known.requests.map(({ request }) => request), "0".repeat(64)]),
    plan_digest: oneOf(known.requests.map(({ planDigest }) => planDigest)),
    digest: oneOf(known.requests.map(({ planDigest }) => planDigest)),
    evidence: oneOf(["0".repeat(64)]),
    version: fc.constantFrom("1", "2"),
    round: fc.constantFrom("1", "2"),
    stage: fc.constantFrom("0", "1"),
    verdict: oneOf(["approve", "deny"]),
    answer: oneOf(["keep", "narrow", "transfer", "retire"]),
    kind: oneOf([
      ...["provision", "renew", "resume", "transfer", "change-access", "withdraw", "take-back", "retry"],
      ...["enrol-key", "invite-key", "confirm-key", "sign-bundle", "sign-link"],
    ]),
    assertion: fc.oneof(fc.constant("null"), json(...known.gestures), json({}, [], { challengeId: "a".repeat(64) })),
    detail: json({}, { reason: "x" }),
    charter: json({}, { owner: known.people[0] }),
    origins: json({}),
    change: json({}, { to: known.people[0] }),
    shown: json({}),
    proposal: fc.oneof(fc.constant("null"), json({ charter: {}, origins: {} })),
    drafted_at: fc.constant("now()"),
    batch: fc.constant("null"),
  };
  const word = oneOf(["", "Because.", "charter_worker"]);
  return fc.oneof({ weight: 12, arbitrary: fitting[column] ?? word }, fc.constantFrom("null", "''", "'[]'", "'-1'"));
}

/** Any one statement that the grants of the web's role let it say, of what it knows. */
export function anyStatement(known: Known): fc.Arbitrary<string> {
  const inserts = insertable.map(([table, columns]) =>
    fc
      .tuple(...columns.map((column) => valueFor(column, known)))
      .map((values) => `insert into charter.${table} (${columns.join(", ")}) values (${values.join(", ")})`),
  );
  return fc.oneof(
    ...inserts,
    fc
      .tuple(fc.constantFrom(...known.people), fc.uuid())
      .map(([person, id]) => `insert into charter.sessions (id, person) values (${quoted(id)}, ${quoted(person)})`),
    fc.constantFrom(
      "select charter.issue_challenge()",
      "notify claims",
      "update charter.sessions set last_seen_at = now()",
    ),
  );
}
