import { findPermissions } from "#lib/web/find-permissions.ts";
import { answer, route } from "#lib/web/route.ts";

export const dynamic = "force-dynamic";

export const GET = route("permissions", async (_person, request) =>
  answer(200, { found: await findPermissions(new URL(request.url).searchParams) }),
);
