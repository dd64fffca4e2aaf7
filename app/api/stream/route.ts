import type { SessionPerson } from "#db/read/session.ts";
import { route } from "#lib/web/route.ts";
import { watchedSession } from "#lib/web/session.ts";
import { openStream } from "#lib/web/stream.ts";

export const dynamic = "force-dynamic";

const headers = {
  "content-type": "text/event-stream",
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

const open = async (person: SessionPerson, request: Request) => {
  const drawn = new URL(request.url).searchParams.get("drawn");
  return new Response(openStream(person, drawn, request.signal), { headers });
};

export const GET = route("stream", open, watchedSession);
