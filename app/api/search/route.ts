import { answer, route } from "#lib/web/route.ts";
import { commandsOn, find } from "#lib/web/search.ts";

export const dynamic = "force-dynamic";

export const GET = route("search", async (person, request) => {
  const query = new URL(request.url).searchParams;
  const [commands, hits] = await Promise.all([commandsOn(person, query.get("at")), find(person, query.get("q"))]);
  return answer(200, { commands, hits });
});
