import { attestationDownload } from "#lib/web/attestation-download.ts";
import { route } from "#lib/web/route.ts";

export const dynamic = "force-dynamic";

export const GET = route("attestations.export", attestationDownload);
