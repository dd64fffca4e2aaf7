import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { Kept } from "#components/identity/access/kept.tsx";
import { asItIs } from "#lib/domain/access.ts";
import type { ActionUse } from "#lib/domain/access-use.ts";
import type { AccessPage } from "#lib/web/access-page.ts";

const used: Readonly<Record<string, ActionUse | null>> = {
  "s3:GetBucketAcl": { said: "used", at: "2026-01-01T10:00:00.000Z" },
  "s3:GetObject": { said: "service-used", at: "2026-01-01T10:00:00.000Z" },
  "s3:DeleteBucket": { said: "not-seen", days: 30 },
  "sqs:SendMessage": { said: "not-seen", days: 1 },
  "iam:PassRole": { said: "not-told" },
  "sns:Publish": { said: "too-soon" },
};
const told = { source: "AWS: last accessed information", lagMinutes: 240, observedAt: "2026-01-02T10:00:00.000Z" };

function drawn(of: Partial<AccessPage>, drop: readonly string[] = []): string {
  const actions = Object.keys(used).map((action) => ({
    ...{ action, level: null, on: ["*"] },
    used: of.told === null ? null : (used[action] ?? null),
  }));
  const page: AccessPage = {
    request: "00000000-0000-4000-8000-000000000001",
    identity: { id: "i", name: "uploader", environment: "dev" },
    refused: null,
    held: [{ service: "all", actions }],
    tellsAccess: true,
    told,
    text: null,
    blueprint: "b",
    packs: [],
    paste: null,
    help: null,
    use: { answer: "no-signal", lastUsedAt: null, unusedSince: null, knownUntil: null },
    asked: null,
    ...of,
  };
  const kept = createElement(Kept, { page, wanted: { ...asItIs, drop }, change: () => undefined, error: null });
  return renderToStaticMarkup(kept)
    .replace(/<[^>]*>/g, "")
    .replace(/\s+/g, " ");
}

describe("what an identity may do now, with what is known of its use", () => {
  it("says of each action whether it was used, not seen or not told, with source and lag, and offers what was not seen", () => {
    const text = drawn({});
    expect(text).toContain("Which of these it uses: AWS: last accessed information, asked 2 Jan 2026, up to 4 h late");
    expect(text).toMatch(/s3:GetBucketAcl\S*( Not known|Not known)?.*?used 1 Jan 2026 \(≤ 4 h late\)/);
    expect(text).toContain("not told for this action; its service was used 1 Jan 2026");
    expect(text).toContain("not seen in 30 days of tracking");
    expect(text).toContain("not seen in one day of tracking");
    expect(text).toContain("not told for this service or action");
    expect(text).toContain("not seen, tracked for less than a day");
    expect(text).toContain("Take away the 2 not seen");
    expect(text).toContain("keeps 6 of 6");
  });

  it("no longer offers what is taken away already", () => {
    expect(drawn({}, ["s3:DeleteBucket"])).toContain("Take away the one not seen");
    expect(drawn({}, ["s3:DeleteBucket", "sqs:SendMessage"])).not.toContain("not seen</");
    expect(drawn({}, ["s3:DeleteBucket", "sqs:SendMessage"])).not.toContain("Take away the");
  });

  it("offers nothing where nothing was told, and says whether the target could tell", () => {
    expect(drawn({ told: null })).toContain("Which of these it uses is not told: its target was not asked yet");
    expect(drawn({ told: null })).not.toMatch(/Take away the|not seen/);
    expect(drawn({ told: null, tellsAccess: false })).toContain("Its target does not tell which of these it uses.");
  });
});
