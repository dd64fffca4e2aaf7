"use server";
import { z } from "zod";
import { mute as muteClaim, unmute as unmuteClaim } from "#lib/claims/findings/mute.ts";
import { action } from "#lib/web/action.ts";

const finding = z.uuid();
const muting = z.strictObject({ finding, reason: z.string().max(1_000), until: z.iso.datetime() });

export const mute = action("finding.mute", muting, muteClaim);
export const unmute = action("finding.unmute", z.strictObject({ finding }), unmuteClaim);
