"use server";
import { redirect } from "next/navigation";
import { z } from "zod";
import { endOwnSession } from "#lib/claims/sessions/end.ts";
import { action, openAction } from "#lib/web/action.ts";
import { beginSignIn } from "#lib/web/auth.ts";
import { leave } from "#lib/web/session.ts";

const nothing = z.strictObject({});
const begin = z.strictObject({ to: z.string().max(2_000), hint: z.string().max(200).nullable() });
const session = z.strictObject({ id: z.string().regex(/^[0-9a-f]{64}$/) });

export const endSession = action("session.end", session, endOwnSession);
export const signIn = openAction("session.begin", begin, ({ to, hint }): Promise<never> => beginSignIn(to, hint));
export const signOut = openAction("session.leave", nothing, async () => {
  await leave();
  return redirect("/sign-in");
});
