import postgres from "postgres";
import { certificateTrouble } from "#lib/domain/certificate.ts";
import { TargetFault } from "#lib/domain/fault.ts";

/** Where a transaction stood when it failed. */
export interface Progress {
  /** COMMIT may have reached the server. */
  committing: boolean;
}

type Meaning = readonly [kind: TargetFault["kind"], sentence: string];

/** SQLSTATE → what it means for us. Source: PostgreSQL's appendix A. */
const meanings: Readonly<Record<string, Meaning>> = {
  "42710": ["conflict", "A role of this name is already there."],
  "2BP01": ["conflict", "Something in the cluster still depends on the role."],
  "28P01": ["denied", "PostgreSQL does not accept the portal's role and password."],
  "28000": ["denied", "PostgreSQL does not let the portal's role sign in from here."],
  "42501": ["denied", "The portal's role lacks a right for this statement."],
  "0LP01": ["denied", "The portal's role may not grant this."],
  "3D000": ["invalid", "There is no database of this name."],
  "3F000": ["invalid", "There is no schema of this name."],
  "42P01": ["invalid", "There is no table of this name."],
  "42883": ["invalid", "There is no function of this name."],
  "42725": ["invalid", "Several functions have this name."],
  "42704": ["not-found", "There is no role of this name."],
  "53300": ["throttled", "The server has no connection left."],
  "55P03": ["unavailable", "Another transaction holds the role."],
  "40001": ["unavailable", "Another transaction changed the role at the same time."],
  "40P01": ["unavailable", "Another transaction holds the role."],
  "57014": ["unavailable", "The statement took too long and was cancelled."],
  "25006": ["unavailable", "This server is read-only: a standby, or being maintained."],
  XX000: ["unavailable", "Another transaction changed the role at the same time."],
};

/** A lost connection or a server going down leaves only COMMIT in doubt; before it everything is rolled back. */
export function toFault(error: unknown, { committing }: Progress): TargetFault {
  if (error instanceof TargetFault) return error;
  const code = codeOf(error);
  const serverSpoke = error instanceof postgres.PostgresError && !code.startsWith("57P");
  if (!serverSpoke && committing)
    return new TargetFault("ambiguous", code, "The connection ended while the transaction was being committed.");
  if (!serverSpoke) return new TargetFault("unavailable", code, unheard(code));
  const known = meanings[code];
  if (known !== undefined) return new TargetFault(known[0], code, known[1]);
  if (code.startsWith("53")) return new TargetFault("quota", code, "The server is out of a resource.");
  return new TargetFault("invalid", code, "PostgreSQL refused the statement.");
}

function unheard(code: string): string {
  const certificate = certificateTrouble(code);
  return certificate === null
    ? "PostgreSQL cannot be reached, or went away."
    : `The certificate of PostgreSQL ${certificate}.`;
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && code !== "" ? code : "no-answer";
}
