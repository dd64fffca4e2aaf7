import { route } from "#lib/web/route.ts";
import { openStream } from "#lib/web/stream.ts";

export const dynamic = "force-dynamic";

const headers = {
  "content-type": "text/event-stream",
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

export const GET = route(
  "stream",
  async (person, request) => {
    const drawn = new URL(request.url).searchParams.get("drawn");
    return new Response(openStream(person, drawn, request.signal), { headers });
  },
  "its page",
);
