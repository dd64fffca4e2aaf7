"use client";
import { LogOut, Settings } from "lucide-react";
import Link from "next/link";
import { Avatar } from "#components/ui/avatar.tsx";
import { Menu, MenuItem, MenuLabel, MenuLine } from "#components/ui/menu.tsx";

/** Who is signed in: name, what they are here, settings, sign out. `signOut` is a server action. */
export function PersonMenu({
  name,
  what,
  signOut,
  compact = false,
}: {
  readonly name: string;
  readonly what: string;
  readonly signOut: (input: Record<string, never>) => Promise<unknown>;
  readonly compact?: boolean;
}) {
  return (
    <Menu
      align={compact ? "end" : "start"}
      trigger={
        <button
          type="button"
          aria-label={`${name}: account`}
          className={
            compact
              ? "grid size-8 place-items-center rounded-md hover:bg-hover md:hidden"
              : "flex w-full items-center gap-[9px] rounded-md p-2 text-left text-sm leading-[1.3] hover:bg-hover"
          }
        >
          <Avatar name={name} />
          {compact ? null : (
            <span data-words className="min-w-0">
              <bdi className="block truncate">{name}</bdi>
              <span className="block truncate text-xs text-muted">{what}</span>
            </span>
          )}
        </button>
      }
    >
      <MenuLabel>
        {name} · {what}
      </MenuLabel>
      <MenuItem asChild>
        <Link href="/settings">
          <Settings aria-hidden />
          Settings
        </Link>
      </MenuItem>
      <MenuLine />
      <MenuItem onSelect={() => void signOut({})}>
        <LogOut aria-hidden />
        Sign out
      </MenuItem>
    </Menu>
  );
}
