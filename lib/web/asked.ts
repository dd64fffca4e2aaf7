/** Tells the pages which address was asked for; `proxy.ts` sets it on every request, over whatever a client sent. */
export const askedHeader = "x-charter-asked";
