"use server";
import { z } from "zod";
import { chooseNotices as choose } from "#lib/claims/preferences/choose-notices.ts";
import { noticeKinds, waysToTell } from "#lib/domain/notice.ts";
import { action } from "#lib/web/action.ts";

const choice = z.strictObject({ choice: z.partialRecord(z.enum(noticeKinds), z.enum(waysToTell)) });

export const chooseNotices = action("preference.notices", choice, choose);
