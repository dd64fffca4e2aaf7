import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { type StoppedUse, Stops } from "#components/identity/stops.tsx";
import { Clock } from "#components/ui/clock.tsx";

const use: StoppedUse = {
  answer: "used",
  lastUsedAt: "2026-01-02T07:00:00.000Z",
  unusedSince: null,
  knownUntil: null,
  sources: [{ source: "AWS: access key last used", lagMinutes: 240 }],
  suspended: false,
};
const drawn = (of: Partial<StoppedUse>): string => {
  const children = createElement(Stops, { use: { ...use, ...of } });
  const at = { at: "2026-01-02T10:00:00.000Z", ...{ children } };
  return renderToStaticMarkup(createElement(Clock, at)).replace(/<[^>]*>/g, "");
};

it.each([
  [{}, "Last used 3 h ago (AWS: access key last used, up to 4 h late), so what runs with it will stop."],
  [
    { answer: "no-signal", lastUsedAt: null, sources: [] },
    "No signal of use: should something run with it, it will stop.",
  ],
  [
    {
      answer: "not-used",
      lastUsedAt: null,
      unusedSince: "2025-12-01T00:00:00.000Z",
      knownUntil: "2026-01-01T00:00:00.000Z",
    },
    "Not used in 31 days (AWS: access key last used, up to 4 h late): should something run with it, it will stop.",
  ],
] as const)("a dialog that stops an identity with %j says: %s", (of, said) => {
  expect(drawn(of)).toBe(said);
});
