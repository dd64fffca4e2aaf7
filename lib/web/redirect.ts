/**
 * Where to go after sign-in: only a path on this very origin. Anything else (another origin, a scheme, a backslash, a
 * control character, an encoded slash that a proxy might undo) becomes "/".
 */
export function localPath(wanted: string | null | undefined, origin: string): string {
  if (!wanted || wanted.length > 2_000) return "/";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: browsers drop these from addresses, so a check that keeps them sees another address.
  if (/[\u0000-\u0020\u007f\\]/.test(wanted) || /%(2f|5c|0[0-9a-f]|1[0-9a-f])/i.test(wanted.split(/[?#]/)[0] ?? ""))
    return "/";
  const own = wanted === origin ? "/" : wanted.startsWith(`${origin}/`) ? wanted.slice(origin.length) : wanted;
  if (!own.startsWith("/") || own.startsWith("//")) return "/";
  const url = URL.parse(own, origin);
  if (url === null || url.origin !== origin || url.pathname.startsWith("//")) return "/";
  return `${url.pathname}${url.search}${url.hash}`;
}
