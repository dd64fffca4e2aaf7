"use server";
import { z } from "zod";
import { endOverlap as endOverlapNow } from "#lib/claims/asks/end-overlap.ts";
import { askForMany as askMany } from "#lib/claims/many/ask.ts";
import { foreseeMany as foresee } from "#lib/claims/many/foresee.ts";
import { matchMany as match } from "#lib/claims/many/match.ts";
import { askForChange } from "#lib/claims/requests/change.ts";
import { changeAccess as changeAccessClaim } from "#lib/claims/requests/change-access.ts";
import { previewAccess as previewAccessClaim } from "#lib/claims/requests/preview-access.ts";
import { keepView as keep } from "#lib/claims/views/keep.ts";
import type { WantedAccess } from "#lib/domain/access.ts";
import { manyCap } from "#lib/domain/many.ts";
import { action } from "#lib/web/action.ts";
import { inventoryFilter } from "#lib/web/address.ts";
import { gesture as assertion } from "#lib/web/proof.ts";

const on = { id: z.uuid(), identity: z.uuid() };
const about = { ...on, assertion };
const renewal = z.strictObject({ ...about, endsAt: z.iso.datetime(), exceptionEndsAt: z.iso.datetime().optional() });
const handover = z.strictObject({ ...about, to: z.uuid() });
const reasoned = z.strictObject({ ...about, reason: z.string().max(1_000) });

/** Exact fields are read inside the claim by the domain's own reader, which names each field that it refuses. */
const access = {
  ...{ ...on, reason: z.string().max(1_000) },
  wanted: z.custom<WantedAccess>((value) => typeof value === "object" && value !== null),
};
const shown = z.string().regex(/^[0-9a-f]{64}$/);
const changed = z.strictObject({ ...access, planDigest: shown, assertion });

export const previewAccess = action("request.preview-access", z.strictObject(access), previewAccessClaim);
export const changeAccess = action("request.change-access", changed, changeAccessClaim);
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

const rows = z.array(z.strictObject(on)).max(manyCap);
const many = z.discriminatedUnion("verb", [
  z.strictObject({ verb: z.literal("transfer"), rows, change: z.strictObject({ to: z.uuid() }) }),
  z.strictObject({ verb: z.literal("renew"), rows, change: z.strictObject({ endsAt: z.iso.datetime() }) }),
  z.strictObject({ verb: z.literal("retire"), rows, change: z.strictObject({ reason: z.string().max(1_000) }) }),
  z.strictObject({ verb: z.literal("ask"), rows, change: z.strictObject({}) }),
]);
const view = z.strictObject({ query: z.string().max(4_000) });

export const matchMany = action("many.match", view, (context, { query }) =>
  match(context, { filter: inventoryFilter(new URLSearchParams(query)) }),
);
export const foreseeMany = action("many.foresee", many, foresee);
export const askForMany = action("many.ask", many, askMany);

const named = z.strictObject({
  id: z.uuid(),
  name: z.string().max(200),
  query: z.string().max(4_000),
  team: z.uuid().nullable(),
});

export const keepView = action("view.keep", named, keep);
