"use client";
import { LogOut, Settings } from "lucide-react";
import { Avatar } from "#components/ui/avatar.tsx";
import { Menu } from "#components/ui/menu.tsx";

interface PersonMenuProps {
  readonly name: string;
  readonly what: string;
  readonly signOut: (input: Record<string, never>) => Promise<unknown>;
  /** Face alone, for a phone's top line. */
  readonly compact?: boolean;
}

/** Who is signed in: name, what they are here, settings, sign out. `signOut` is a server action. */
export function PersonMenu({ name, what, signOut, compact = false }: PersonMenuProps) {
  return (
    <Menu
      align={compact ? "end" : "start"}
      trigger={compact ? faceButton(name) : lineButton(name, what)}
      lines={[
        { kind: "label", words: `${name} · ${what}` },
        { kind: "link", href: "/settings", icon: <Settings aria-hidden />, words: "Settings" },
        { kind: "line" },
        { kind: "verb", run: () => void signOut({}), icon: <LogOut aria-hidden />, words: "Sign out" },
      ]}
    />
  );
}

// Elements, not components: the menu's trigger must be the very button.
const faceButton = (name: string) => (
  <button type="button" className="grid size-8 place-items-center rounded-md hover:bg-hover md:hidden">
    <Avatar name={name} />
    <span className="sr-only">Account: {name}</span>
  </button>
);

const lineButton = (name: string, what: string) => (
  <button
    type="button"
    className="flex w-full items-center gap-[9px] rounded-md p-2 text-left text-sm leading-[1.3] hover:bg-hover"
  >
    <Avatar name={name} />
    <span className="sr-only">Account: {name}</span>
    <span data-words aria-hidden className="min-w-0">
      <bdi className="block truncate">{name}</bdi>
      <span className="block truncate text-xs text-muted">{what}</span>
    </span>
  </button>
);
