"use server";
import { z } from "zod";
import { endOverlap as endOverlapNow } from "#lib/claims/asks/end-overlap.ts";
import { askForChange } from "#lib/claims/requests/change.ts";
import { action } from "#lib/web/action.ts";

const about = { id: z.uuid(), identity: z.uuid() };
const renewal = z.strictObject({ ...about, endsAt: z.iso.datetime(), exceptionEndsAt: z.iso.datetime().optional() });
const handover = z.strictObject({ ...about, to: z.uuid() });
const reasoned = z.strictObject({ ...about, reason: z.string().max(1_000) });

export const renew = action("request.renew", renewal, (context, { id, identity, endsAt, exceptionEndsAt }) =>
  askForChange(context, {
    ...{ id, identity, kind: "renew" },
    change: { endsAt, ...(exceptionEndsAt === undefined ? {} : { exceptionEndsAt }) },
  }),
);
export const transfer = action("request.transfer", handover, (context, { id, identity, to }) =>
  askForChange(context, { id, identity, kind: "transfer", change: { to } }),
);
export const suspend = action("request.suspend", reasoned, (context, { id, identity, reason }) =>
  askForChange(context, { id, identity, kind: "suspend", change: { reason } }),
);
export const resume = action("request.resume", reasoned, (context, { id, identity, reason }) =>
  askForChange(context, { id, identity, kind: "resume", change: { reason } }),
);
export const rotate = action("request.rotate", reasoned, (context, { id, identity, reason }) =>
  askForChange(context, { id, identity, kind: "rotate", change: { reason } }),
);
export const endOverlap = action("identity.end-overlap", z.strictObject({ identity: z.uuid() }), endOverlapNow);
export const retire = action("request.retire", reasoned, (context, { id, identity, reason }) =>
  askForChange(context, { id, identity, kind: "retire", change: { reason } }),
);
