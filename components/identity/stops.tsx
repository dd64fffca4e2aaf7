"use client";
import { sayStops, sayUse } from "#lib/domain/last-use.ts";
import { useNow } from "../ui/clock.tsx";
import { relative } from "../ui/moment.ts";

/** What is known of an identity's use when somebody is about to stop it; instants as ISO text. */
export interface StoppedUse {
  readonly answer: "used" | "not-used" | "no-signal";
  readonly lastUsedAt: string | null;
  readonly unusedSince: string | null;
  readonly knownUntil: string | null;
  readonly sources: readonly { readonly source: string; readonly lagMinutes: number }[];
  readonly suspended: boolean;
}

/** What stopping it stops, by its last use with who told so and how late. */
export function Stops({ use }: { readonly use: StoppedUse }) {
  const now = useNow();
  const last = use.lastUsedAt === null ? null : relative(Date.parse(use.lastUsedAt), now);
  const at = (text: string | null) => (text === null ? null : new Date(text));
  const [unusedSince, knownUntil] = [at(use.unusedSince), at(use.knownUntil)];
  const silent = sayUse({ answer: use.answer, unusedSince, knownUntil });
  return <p className="text-sm">{sayStops({ ...use, last, silent })}</p>;
}
