import { answer, route } from "#lib/web/route.ts";
import { find } from "#lib/web/search.ts";

export const dynamic = "force-dynamic";

export const GET = route("search", async (person, request) =>
  answer(200, { hits: await find(person, new URL(request.url).searchParams.get("q")) }),
);
