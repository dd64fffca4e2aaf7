import { z } from "zod";
import { atDesk } from "./desk.ts";

const skipped = z.object({ days: z.number(), swept: z.boolean() });
const killed = z.object({ armed: z.boolean() });
const checked = z.object({
  sound: z.boolean(),
  said: z.string(),
  changed: z.object({ line: z.number(), before: z.string(), after: z.string() }),
  found: z.boolean(),
  saidThen: z.string(),
});

/** What came of exporting the log, verifying it, and verifying a copy in which one byte is another. */
export type AuditChecked = z.output<typeof checked>;

/** Sets the installation's clock ahead; `swept` says whether the worker has looked at everything since. */
export const skipDays = atDesk((at, input: { readonly days: number }) => at.ask("clock/skip", input, skipped));

/** Ends the worker by SIGKILL: at once, or when its next call to a simulated target was carried out and is not answered yet. */
export const killWorker = atDesk((at, input: { readonly at: "now" | "next-call" }) =>
  at.ask("worker/kill", input, killed),
);

/** Exports the audit log, verifies it, and verifies a copy with one byte changed, by the commands an auditor has. */
export const checkAudit = atDesk((at, _: Record<string, never>) => at.ask("audit/check", {}, checked));
