/** Answers of a portal, or of what stands before it, that is away for a while. */
const away = new Set([429, 502, 503, 504]);

/** Time until it is asked again where the answer does not say, ms. */
const usual = 2_000;

/** The longest pause that an answer may ask for, ms. */
const longest = 10_000;

let isPatient = false;
/** Drawings of this page that wait to be asked for again. */
let waiting = 0;

/**
 * From now on this tab's page is drawn anew only by an answer: what comes instead, from a portal that is busy or away, would be gone
 * to, and take with it what was typed. It is asked again, each tab a little `apart`, until there is one. Whoever leaves meanwhile is led by
 * the browser, since the framework would first wait for what the page and the next one share.
 */
export function bePatient(apart: (ms: number) => number): void {
  if (isPatient) return;
  isPatient = true;
  window.addEventListener("click", leave, true);
  const ask = window.fetch;
  window.fetch = (input, init) =>
    isOfThisPage(input, init) ? answered(() => ask(input, init), apart) : ask(input, init);
}

async function answered(ask: () => Promise<Response>, apart: (ms: number) => number): Promise<Response> {
  const answer = await ask().catch(() => null);
  if (answer !== null && !away.has(answer.status)) return answer;
  const asked = Number(answer?.headers.get("retry-after")) * 1_000;
  waiting += 1;
  await new Promise((resolve) => setTimeout(resolve, apart(asked > 0 ? Math.min(asked, longest) : usual)));
  waiting -= 1;
  return answered(ask, apart);
}

function leave(event: MouseEvent): void {
  const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
  if (waiting === 0 || !isPlain || link === null || link.target !== "" || link.hasAttribute("download")) return;
  if (link.origin !== window.location.origin) return;
  event.preventDefault();
  window.location.assign(link.href);
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
