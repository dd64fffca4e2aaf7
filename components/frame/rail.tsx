"use client";
import {
  BadgeCheck,
  Ellipsis,
  FilePlus2,
  Fingerprint,
  Inbox,
  ListChecks,
  PanelLeftClose,
  PanelLeftOpen,
  Plug,
  Scale,
  ScrollText,
  Settings,
  TriangleAlert,
} from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { type ReactNode, useState } from "react";
import { IconButton } from "#components/ui/button.tsx";
import { cx } from "#components/ui/cx.ts";
import { Menu } from "#components/ui/menu.tsx";
import type { MenuEntry, MenuGroup, MenuIcon } from "./menu.ts";

const icons: { readonly [I in MenuIcon]: ReactNode } = {
  work: <Inbox aria-hidden />,
  requests: <FilePlus2 aria-hidden />,
  approvals: <ListChecks aria-hidden />,
  attestations: <BadgeCheck aria-hidden />,
  inventory: <Fingerprint aria-hidden />,
  findings: <TriangleAlert aria-hidden />,
  targets: <Plug aria-hidden />,
  policies: <Scale aria-hidden />,
  audit: <ScrollText aria-hidden />,
  settings: <Settings aria-hidden />,
};

const isOn = (pathname: string, href: string): boolean =>
  href === "/" ? pathname === "/" : pathname === href || pathname.startsWith(`${href}/`);

/** Left rail, collapsible; a bar at the bottom under 700 px, whose fifth place is *More*. */
export function Rail({ groups, person, collapsed: initially }: RailProps) {
  const pathname = usePathname();
  const [collapsed, setCollapsed] = useState(initially);
  const fold = () => {
    // biome-ignore lint/suspicious/noDocumentCookie: a preference of this browser; the server reads it so that the first paint is right.
    document.cookie = `charter-rail=${collapsed ? "open" : "folded"}; path=/; max-age=31536000; samesite=lax`;
    setCollapsed(!collapsed);
  };
  return (
    <>
      <nav
        aria-label="Main"
        data-chrome
        className={cx(
          "sticky top-0 hidden h-dvh shrink-0 flex-col gap-px border-r border-line px-2.5 py-3.5 md:flex",
          collapsed ? "w-[58px]" : "w-[216px]",
        )}
      >
        <Brand collapsed={collapsed} fold={fold} />
        {groups.map((group) => (
          <Group key={group.title ?? "mine"} group={group} pathname={pathname} collapsed={collapsed} />
        ))}
        <div className={cx("mt-auto", collapsed && "[&_[data-words]]:hidden")}>{person}</div>
      </nav>
      <BottomBar entries={groups.flatMap((group) => group.entries)} pathname={pathname} />
    </>
  );
}

interface RailProps {
  readonly groups: readonly MenuGroup[];
  readonly person: ReactNode;
  readonly collapsed: boolean;
}

const Brand = ({ collapsed, fold }: { readonly collapsed: boolean; readonly fold: () => void }) => (
  <div className={cx("flex items-center pb-3", collapsed ? "justify-center" : "pl-2")}>
    <Link
      href="/"
      className={cx("flex items-center gap-[9px] text-md font-[650] tracking-[-0.01em]", collapsed && "sr-only")}
    >
      <Logo />
      Charter
    </Link>
    <IconButton
      label={collapsed ? "Unfold the menu" : "Fold the menu"}
      aria-expanded={!collapsed}
      onClick={fold}
      className={collapsed ? "" : "ml-auto size-7"}
    >
      {collapsed ? <PanelLeftOpen aria-hidden /> : <PanelLeftClose aria-hidden />}
    </IconButton>
  </div>
);

interface GroupProps {
  readonly group: MenuGroup;
  readonly pathname: string;
  readonly collapsed: boolean;
}

const Group = ({ group, pathname, collapsed }: GroupProps) => (
  <div className="grid gap-px">
    {group.title === null ? null : (
      <span className={cx("px-2 pt-3.5 pb-1 text-2xs tracking-[0.04em] text-faint uppercase", collapsed && "sr-only")}>
        {group.title}
      </span>
    )}
    {group.entries.map((entry) => (
      <RailLink key={entry.href} entry={entry} on={isOn(pathname, entry.href)} collapsed={collapsed} />
    ))}
  </div>
);

export const Logo = () => (
  <span aria-hidden className="grid size-5 place-items-center rounded-[5px] bg-accent text-xs font-bold text-on-accent">
    C
  </span>
);

function RailLink({
  entry,
  on,
  collapsed,
}: {
  readonly entry: MenuEntry;
  readonly on: boolean;
  readonly collapsed: boolean;
}) {
  return (
    <Link
      href={entry.href}
      aria-current={on ? "page" : undefined}
      title={collapsed ? entry.title : undefined}
      className={cx(
        "flex h-[33px] items-center gap-2.5 rounded-md px-2 transition-colors duration-100 [&_svg]:size-4 [&_svg]:shrink-0",
        on ? "bg-accent-soft font-[560] text-accent-text" : "text-muted hover:bg-hover",
        collapsed && "justify-center",
      )}
    >
      {icons[entry.icon]}
      <span className={cx(collapsed && "sr-only")}>{entry.title}</span>
      {entry.count && !collapsed ? (
        <b className="ml-auto text-[11.5px] font-[560] tabular-nums">{entry.count}</b>
      ) : null}
    </Link>
  );
}

const place = "relative flex min-w-0 flex-1 flex-col items-center gap-0.5 rounded-md py-1 text-2xs [&_svg]:size-4";
const lit = (on: boolean): string => cx(place, on ? "bg-accent-soft font-[560] text-accent-text" : "text-muted");

function BottomBar({ entries, pathname }: { readonly entries: readonly MenuEntry[]; readonly pathname: string }) {
  const first = entries.filter((entry) => entry.icon !== "settings").slice(0, 4);
  const more = entries.filter((entry) => !first.includes(entry));
  const trigger = (
    <button type="button" className={lit(more.some((entry) => isOn(pathname, entry.href)))}>
      <Ellipsis aria-hidden />
      More
    </button>
  );
  return (
    <nav
      aria-label="Main, short"
      data-chrome
      className="fixed inset-x-0 bottom-0 z-30 flex h-14 items-center gap-0.5 border-t border-line bg-surface px-1 md:hidden"
    >
      {first.map((entry) => (
        <BottomLink key={entry.href} entry={entry} on={isOn(pathname, entry.href)} />
      ))}
      <Menu
        trigger={trigger}
        lines={more.map(({ href, icon, title }) => ({ kind: "link", href, icon: icons[icon], words: title }))}
      />
    </nav>
  );
}

const BottomLink = ({ entry, on }: { readonly entry: MenuEntry; readonly on: boolean }) => (
  <Link href={entry.href} aria-current={on ? "page" : undefined} className={lit(on)}>
    {icons[entry.icon]}
    <span className="max-w-full truncate">{entry.title}</span>
    {entry.count ? (
      <b className="absolute top-0 left-[calc(50%+10px)] text-2xs font-semibold tabular-nums">{entry.count}</b>
    ) : null}
  </Link>
);
