import { unstable_rethrow } from "next/navigation";
import type { SessionPerson } from "#db/read/session.ts";
import { fault } from "./log.ts";
import { currentSession, watchedSession } from "./session.ts";

const plain = { "content-type": "application/json", "cache-control": "no-store" };
/** A JSON answer that no cache keeps. */
export const answer = (status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), { status, headers: plain });

/**
 * Wraps a GET handler for signed-in people: 401 without a session that counts, 500 with a reference number on a fault. What a page
 * asks for by itself keeps no session from idling.
 */
export function route(
  name: string,
  handle: (person: SessionPerson, request: Request) => Promise<Response>,
  by: "a person" | "its page" = "a person",
) {
  const session = by === "a person" ? currentSession : watchedSession;
  return async (request: Request): Promise<Response> => {
    try {
      const person = await session();
      if (person === null) return answer(401, { sentence: "Sign in first." });
      return await handle(person, request);
    } catch (thrown) {
      unstable_rethrow(thrown);
      return answer(500, { reference: fault(name, thrown) });
    }
  };
}
