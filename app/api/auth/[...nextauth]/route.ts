export { GET } from "#lib/web/auth.ts";
