import { Buffer } from "node:buffer";
import type { Operation } from "./holders.ts";
import { seconds } from "./holders.ts";
import { wireError } from "./protocol.ts";
import type { Account, Key, User } from "./state.ts";

/** AWS writes a new report at most once in four hours. */
const freshMs = 4 * 3_600_000;

const head =
  "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active," +
  "access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
  "access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service," +
  "cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

const keyCells = (key: Key | undefined): readonly string[] =>
  key === undefined
    ? ["false", "N/A", "N/A", "N/A", "N/A"]
    : [
        String(key.active),
        key.createdAt,
        key.lastUsed?.at ?? "N/A",
        key.lastUsed?.region ?? "N/A",
        key.lastUsed?.service ?? "N/A",
      ];

function line(account: Account, { name, arn, createdAt }: User): string {
  const [first, second] = Object.values(account.keys).filter(({ user }) => user === name);
  const person = ["false", "N/A", "N/A", "N/A", "false"];
  const cells = [name, arn, createdAt, ...person, ...keyCells(first), ...keyCells(second)];
  return [...cells, "false", "N/A", "false", "N/A"].map((cell) => (cell.includes(",") ? `"${cell}"` : cell)).join(",");
}

const written = (account: Account): string =>
  [head, ...Object.values(account.users).map((user) => line(account, user))].join("\n");

/** The account's credential report: asked for, then there, and the same one for four hours. */
export const reportOperations: Readonly<Record<string, Operation>> = {
  GenerateCredentialReport: ({ account, now }) => {
    const fresh = account.report !== undefined && now.getTime() - Date.parse(account.report.at) < freshMs;
    if (fresh) return { State: "COMPLETE" };
    account.report = { at: seconds(now), csv: written(account) };
    return { State: "STARTED", Description: "No report exists. Starting a new report generation task" };
  },
  GetCredentialReport: ({ account }) => {
    const { report } = account;
    if (report === undefined) throw wireError("ReportNotPresent", "No report exists.");
    const Content = Buffer.from(report.csv).toString("base64");
    return { Content, ReportFormat: "text/csv", GeneratedTime: report.at };
  },
};
