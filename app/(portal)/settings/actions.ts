"use server";
import { z } from "zod";
import { chooseNotices as choose } from "#lib/claims/preferences/choose-notices.ts";
import { forgetView as forget } from "#lib/claims/views/forget.ts";
import { openWith as open } from "#lib/claims/views/open-with.ts";
import { noticeKinds, waysToTell } from "#lib/domain/notice.ts";
import { action } from "#lib/web/action.ts";

const choice = z.strictObject({ choice: z.partialRecord(z.enum(noticeKinds), z.enum(waysToTell)) });

export const chooseNotices = action("preference.notices", choice, choose);
export const openWith = action("view.open-with", z.strictObject({ view: z.uuid().nullable() }), open);
export const forgetView = action("view.forget", z.strictObject({ id: z.uuid() }), forget);
