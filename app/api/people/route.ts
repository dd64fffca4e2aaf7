import { answer, route } from "#lib/web/route.ts";
import { people } from "#lib/web/search.ts";

export const dynamic = "force-dynamic";

export const GET = route("people", async () => answer(200, { people: await people() }));
