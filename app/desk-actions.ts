"use server";
import { z } from "zod";
import { action } from "#lib/web/action.ts";
import {
  checkAudit as checkAuditAct,
  killWorker as killWorkerAct,
  skipDays as skipDaysAct,
} from "#lib/web/desk/acts.ts";
import { tryToken as tryTokenAct } from "#lib/web/desk/try-token.ts";

const days = z.number("Give a number of days.").int("Give whole days.").min(1, "Skip at least one day.");

export const skipDays = action(
  "desk.skip-days",
  z.strictObject({ days: days.max(365, "Skip at most 365 days.") }),
  skipDaysAct,
);
export const killWorker = action(
  "desk.kill-worker",
  z.strictObject({ at: z.enum(["now", "next-call"]) }),
  killWorkerAct,
);
export const tryToken = action("desk.try-token", z.strictObject({ identity: z.uuid() }), tryTokenAct);
export const checkAudit = action("desk.check-audit", z.strictObject({}), checkAuditAct);
