import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { InVault } from "#components/identity/last-use.tsx";
import type { IdentityPage } from "#db/read/identity.ts";

const at = (text: string) => new Date(`${text}T10:00:00.000Z`);
const slot: NonNullable<IdentityPage["slot"]> = {
  ...{ tenant: "main", identity: "i", vault: "vault-main", version: 3 },
  ...{ writtenAt: at("2026-01-02"), observedAt: at("2026-01-03"), readAt: null, since: null, logReadAt: null },
};
const drawn = (one: IdentityPage["slot"]): string =>
  renderToStaticMarkup(createElement(InVault, { vault: "vault-main", slot: one })).replace(/<[^>]*>/g, "");

const written = "Its secret: version 3 written 2 Jan 2026, says the metadata of vault-main. ";
const untold =
  "Reads of it: no signal. vault-main does not tell who reads; what it records of them lies in its own audit log.";

it("says of a secret what its vault tells, with who tells it, and no more", () => {
  expect(drawn(null)).toBe(untold);
  expect(drawn(slot)).toBe(written + untold);
  expect(drawn({ ...slot, readAt: at("2026-01-04"), since: at("2026-01-01"), logReadAt: at("2026-01-05") })).toBe(
    `${written}Last read 4 Jan 2026, says its audit log, up to 15 min late.`,
  );
  expect(drawn({ ...slot, since: at("2026-01-01"), logReadAt: at("2026-01-05") })).toBe(
    `${written}No read seen since 1 Jan 2026 in its audit log, last looked at 5 Jan 2026.`,
  );
});
