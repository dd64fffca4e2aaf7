import { auditDownload } from "#lib/web/audit-download.ts";
import { route } from "#lib/web/route.ts";

export const dynamic = "force-dynamic";

export const GET = route("audit.export", auditDownload);
