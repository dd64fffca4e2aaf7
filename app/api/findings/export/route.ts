import { findingDownload } from "#lib/web/finding-download.ts";
import { route } from "#lib/web/route.ts";

export const dynamic = "force-dynamic";

export const GET = route("findings.export", findingDownload);
