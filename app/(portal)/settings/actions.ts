"use server";
import { z } from "zod";
import { enrol } from "#lib/claims/passkeys/enrol.ts";
import { revoke } from "#lib/claims/passkeys/revoke.ts";
import { confirm, invite, signForHost as signHost } from "#lib/claims/passkeys/vouch.ts";
import { chooseNotices as choose } from "#lib/claims/preferences/choose-notices.ts";
import { forgetView as forget } from "#lib/claims/views/forget.ts";
import { openWith as open } from "#lib/claims/views/open-with.ts";
import { noticeKinds, waysToTell } from "#lib/domain/notice.ts";
import { action } from "#lib/web/action.ts";
import { gesture as assertion, newKey } from "#lib/web/proof.ts";

const choice = z.strictObject({ choice: z.partialRecord(z.enum(noticeKinds), z.enum(waysToTell)) });

const passkey = z.uuid();
const made = z.strictObject({ name: z.string().max(60), code: z.string().max(60), registration: newKey.optional() });
const host = z.strictObject({
  kind: z.enum(["bundle", "link"]),
  content: z.string().regex(/^[0-9a-f]{64}$/),
  assertion,
});
const confirmation = z.strictObject({ passkey, assertion });
const invitation = z.strictObject({ person: z.uuid(), assertion });

export const enrolKey = action("passkey.enrol", made, enrol);
export const revokeKey = action("passkey.revoke", z.strictObject({ passkey }), revoke);
export const confirmKey = action("passkey.confirm", confirmation, confirm);
export const inviteToKey = action("passkey.invite", invitation, invite);
export const signForHost = action("passkey.sign-for-host", host, signHost);
export const chooseNotices = action("preference.notices", choice, choose);
export const openWith = action("view.open-with", z.strictObject({ view: z.uuid().nullable() }), open);
export const forgetView = action("view.forget", z.strictObject({ id: z.uuid() }), forget);
