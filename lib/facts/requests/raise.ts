import { createHash } from "node:crypto";
import { insertRequest, insertVersion } from "#db/store/claims.ts";
import type { IdentityRow } from "#db/store/identities.ts";
import { digest } from "#lib/digest/digest.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Installation, Reading } from "#lib/judgement/draw-plan.ts";
import { examine } from "#lib/judgement/examine.ts";

export interface Raised {
  /** Only what takes away. */
  readonly kind: "retire" | "suspend";
  readonly identity: IdentityRow;
  /** Asked once for each cause, whoever many workers see it: the request's id follows from identity and cause. */
  readonly cause: string;
  readonly change: JsonObject;
  readonly installation: Installation;
}

/** Asks as a worker: a request like any other, whose claim and entry the database makes. False when it was asked before. */
export async function raise(
  reading: Reading,
  { kind, identity, cause, change, installation }: Raised,
): Promise<boolean> {
  const { charter } = identity;
  const id = idOf(`${kind}\0${identity.id}\0${cause}`);
  const request = { id, kind, identity: identity.id, requester: null } as const;
  const examined = await examine(reading, { request, version: { version: 1, change }, charter, installation });
  const origins = Object.fromEntries(
    Object.keys(charter).map((field) => [field, { how: "inferred", from: "the identity's charter" } as const]),
  );
  await insertRequest(reading.tx, { ...request, draftedAt: reading.now });
  return insertVersion(reading.tx, {
    ...{ request: id, version: 1, charter, origins, change, person: null },
    digest: digest({ charter, origins, change }),
    planDigest: "ok" in examined ? examined.ok.planDigest : "",
  });
}

/** A UUID (version 8) out of what it stands for. */
function idOf(what: string): string {
  const hex = createHash("sha256").update(what).digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
