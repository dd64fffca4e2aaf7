/** Answers of a portal, or of what stands before it, that is away for a while. */
const away = new Set([429, 502, 503, 504]);

/** Time until it is asked again where the answer does not say, ms. */
const usual = 2_000;

let isPatient = false;

/**
 * From now on this tab's page is drawn anew only by an answer: what comes instead, from a portal that is busy or away, would be gone
 * to, and take with it what was typed. It is asked again, each tab a little `apart`, until there is one. Leading elsewhere is left as it is.
 */
export function bePatient(apart: (ms: number) => number): void {
  if (isPatient) return;
  isPatient = true;
  const ask = window.fetch;
  window.fetch = (input, init) =>
    isOfThisPage(input, init) ? answered(() => ask(input, init), apart) : ask(input, init);
}

async function answered(ask: () => Promise<Response>, apart: (ms: number) => number): Promise<Response> {
  const answer = await ask().catch(() => null);
  if (answer !== null && !away.has(answer.status)) return answer;
  const seconds = Number(answer?.headers.get("retry-after"));
  const most = seconds > 0 && seconds <= 60 ? seconds * 1_000 : usual;
  await new Promise((resolve) => setTimeout(resolve, apart(most)));
  return answered(ask, apart);
}

/** The framework's own request for the very page that is shown. */
function isOfThisPage(input: RequestInfo | URL, init: RequestInit | undefined): boolean {
  const headers = new Headers(init?.headers);
  if (!headers.has("rsc") || headers.has("next-router-prefetch") || (init?.method ?? "GET") !== "GET") return false;
  const { pathname, searchParams } = new URL(input instanceof Request ? input.url : input, window.location.href);
  searchParams.delete("_rsc");
  const here = new URLSearchParams(window.location.search);
  return pathname === window.location.pathname && `${searchParams}` === `${here}`;
}
