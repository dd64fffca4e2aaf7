/** A JSON value, as stored in jsonb, sealed in digests and sent over the wire. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };
