"use server";
import { z } from "zod";
import { check as checkPlace } from "#lib/claims/asks/check.ts";
import { action } from "#lib/web/action.ts";

export const check = action("target.check", z.strictObject({ name: z.string().max(40) }), checkPlace);
