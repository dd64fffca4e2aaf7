import type { Viewer } from "#lib/domain/actor.ts";

export type MenuIcon =
  | "work"
  | "requests"
  | "approvals"
  | "attestations"
  | "inventory"
  | "findings"
  | "targets"
  | "policies"
  | "audit"
  | "settings";

export interface MenuEntry {
  readonly href: string;
  readonly title: string;
  readonly icon: MenuIcon;
  readonly count?: number;
}
export interface MenuGroup {
  readonly title: string | null;
  readonly entries: readonly MenuEntry[];
}
export interface MenuCounts {
  readonly approvals: number;
  readonly attestations: number;
}

/** The pages that exist and that this person may use. What is absent here is absent from the rail, never grey. */
export function menuOf(viewer: Viewer, counts: MenuCounts): readonly MenuGroup[] {
  const has = (...roles: readonly Viewer["roles"][number][]) => roles.some((role) => viewer.roles.includes(role));
  const mine: MenuEntry[] = [
    { href: "/", title: "My work", icon: "work" },
    { href: "/requests", title: "Requests", icon: "requests" },
  ];
  if (has("security"))
    mine.push({ href: "/approvals", title: "Approvals", icon: "approvals", count: counts.approvals });
  mine.push({ href: "/attestations", title: "Attestations", icon: "attestations", count: counts.attestations });
  const govern: MenuEntry[] = [];
  if (has("security", "operator", "auditor")) govern.push({ href: "/targets", title: "Targets", icon: "targets" });
  govern.push({ href: "/policies", title: "Policies", icon: "policies" });
  if (has("security", "auditor")) govern.push({ href: "/audit", title: "Audit", icon: "audit" });
  govern.push({ href: "/settings", title: "Settings", icon: "settings" });
  return [
    { title: null, entries: mine },
    {
      title: "Know",
      entries: [
        { href: "/identities", title: "Inventory", icon: "inventory" },
        { href: "/findings", title: "Findings", icon: "findings" },
      ],
    },
    { title: "Govern", entries: govern },
  ];
}
