"use client";
import { useNow } from "./clock.tsx";
import { dateOf, exactly, relative } from "./moment.ts";

/** An instant (ISO): relative by default, `date` for ends far away. Exact with zone on hover. */
export function Time({
  at,
  as = "relative",
  className,
}: {
  readonly at: string;
  readonly as?: "relative" | "date" | "exact";
  readonly className?: string;
}) {
  const now = useNow();
  const instant = Date.parse(at);
  const text = as === "date" ? dateOf(instant) : as === "exact" ? exactly(instant) : relative(instant, now);
  return (
    <time dateTime={at} title={exactly(instant)} className={className ?? "whitespace-nowrap"}>
      {text}
    </time>
  );
}

/** Time left until a deadline; amber under a day, red under three hours or past. */
export function Deadline({ at }: { readonly at: string }) {
  const now = useNow();
  const instant = Date.parse(at);
  const left = instant - now;
  const tone = left < 3 * 3_600_000 ? "text-bad" : left < 24 * 3_600_000 ? "text-warn" : "text-muted";
  return (
    <time dateTime={at} title={exactly(instant)} className={`whitespace-nowrap ${tone}`}>
      {left <= 0 ? "deadline passed" : `${relative(instant, now).replace(/^in /, "")} left`}
    </time>
  );
}
