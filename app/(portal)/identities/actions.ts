"use server";
import { z } from "zod";
import { endOverlap as endOverlapNow } from "#lib/claims/asks/end-overlap.ts";
import { askForChange } from "#lib/claims/requests/change.ts";
import { action } from "#lib/web/action.ts";
import { gesture as assertion } from "#lib/web/proof.ts";

const about = { id: z.uuid(), identity: z.uuid(), assertion };
const renewal = z.strictObject({ ...about, endsAt: z.iso.datetime(), exceptionEndsAt: z.iso.datetime().optional() });
const handover = z.strictObject({ ...about, to: z.uuid() });
const reasoned = z.strictObject({ ...about, reason: z.string().max(1_000) });

export const renew = action("request.renew", renewal, (context, { endsAt, exceptionEndsAt, ...of }) =>
  askForChange(context, {
    ...{ ...of, kind: "renew" },
    change: { endsAt, ...(exceptionEndsAt === undefined ? {} : { exceptionEndsAt }) },
  }),
);
export const transfer = action("request.transfer", handover, (context, { to, ...of }) =>
  askForChange(context, { ...of, kind: "transfer", change: { to } }),
);
export const suspend = action("request.suspend", reasoned, (context, { reason, ...of }) =>
  askForChange(context, { ...of, kind: "suspend", change: { reason } }),
);
export const resume = action("request.resume", reasoned, (context, { reason, ...of }) =>
  askForChange(context, { ...of, kind: "resume", change: { reason } }),
);
export const rotate = action("request.rotate", reasoned, (context, { reason, ...of }) =>
  askForChange(context, { ...of, kind: "rotate", change: { reason } }),
);
export const endOverlap = action("identity.end-overlap", z.strictObject({ identity: z.uuid() }), endOverlapNow);
export const retire = action("request.retire", reasoned, (context, { reason, ...of }) =>
  askForChange(context, { ...of, kind: "retire", change: { reason } }),
);
