/** Names and attributes of our cookies: over TLS with the `__Host-` prefix, which pins host and path. */
export const cookieName = (publicUrl: URL, name: string): string =>
  publicUrl.protocol === "https:" ? `__Host-charter-${name}` : `charter-${name}`;

export const cookieOptions = (publicUrl: URL) =>
  ({ httpOnly: true, sameSite: "lax", path: "/", secure: publicUrl.protocol === "https:" }) as const;
