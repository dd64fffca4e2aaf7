import { health } from "#lib/web/health.ts";
import { answer } from "#lib/web/route.ts";

export const dynamic = "force-dynamic";

export async function GET(): Promise<Response> {
  const state = await health();
  return answer(state.fit ? 200 : 503, state);
}
