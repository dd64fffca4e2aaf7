import { inventoryDownload } from "#lib/web/inventory-download.ts";
import { route } from "#lib/web/route.ts";

export const dynamic = "force-dynamic";

export const GET = route("identities.export", inventoryDownload);
