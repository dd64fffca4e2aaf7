import { setTimeout as wait } from "node:timers/promises";
import { GenerateCredentialReportCommand, GetCredentialReportCommand } from "@aws-sdk/client-iam";
import { parse } from "csv-parse/sync";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Calls } from "#lib/domain/target.ts";
import type { Aws } from "./client.ts";

/** One of the two keys a user may have. The report does not tell its id. */
export interface ReportedKey {
  readonly active: boolean;
  /** When it was made. */
  readonly createdAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** An account's credentials at one moment. */
export interface CredentialReport {
  /** AWS makes a new report at most once every four hours. */
  readonly generatedAt: Date;
  /** ARN of a user → its keys. */
  readonly keys: ReadonlyMap<string, readonly ReportedKey[]>;
}

const triesToGenerate = 60;

/** Asks for the account's credential report and reads it: two calls however many users there are. Faults are `TargetFault`. */
export async function credentialReport(aws: Aws, calls: Calls): Promise<CredentialReport> {
  await generated(aws, calls);
  const { Content, GeneratedTime } = await aws.read(calls, "iam:GetCredentialReport", (options) =>
    aws.iam.send(new GetCredentialReportCommand({}), options),
  );
  const rows: Row[] = parse(new TextDecoder().decode(Content), { columns: true, skip_empty_lines: true });
  return { generatedAt: GeneratedTime ?? new Date(0), keys: new Map(rows.map((row) => [row.arn ?? "", keysOf(row)])) };
}

async function generated(aws: Aws, calls: Calls): Promise<void> {
  for (let tried = 0; tried < triesToGenerate; tried++) {
    const { State } = await aws.read(calls, "iam:GenerateCredentialReport", (options) =>
      aws.iam.send(new GenerateCredentialReportCommand({}), options),
    );
    if (State === "COMPLETE") return;
    await wait(1000);
  }
  throw new TargetFault(
    "unavailable",
    "CredentialReportNotReady",
    "AWS did not finish the credential report within a minute.",
  );
}

type Row = Readonly<Record<string, string | undefined>>;

/** A key that was never made is neither active nor dated. */
const keysOf = (row: Row): readonly ReportedKey[] =>
  [1, 2]
    .map((number) => ({
      active: row[`access_key_${number}_active`] === "true",
      createdAt: dated(row[`access_key_${number}_last_rotated`]),
      lastUsedAt: dated(row[`access_key_${number}_last_used_date`]),
    }))
    .filter(({ active, createdAt }) => active || createdAt !== null);

/** `N/A`, `no_information` and the like are no date. */
function dated(cell: string | undefined): Date | null {
  const at = Date.parse(cell ?? "");
  return Number.isNaN(at) ? null : new Date(at);
}
