"use client";
import { ChevronDown, CirclePause, CirclePlay, KeyRound, ListChecks, RefreshCw, Trash2, UserCheck } from "lucide-react";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { type ReactNode, useState } from "react";
import { Button, LinkButton } from "../ui/button.tsx";
import { Menu } from "../ui/menu.tsx";
import type { MenuLine } from "../ui/menu-lines.ts";
import { Renew, Transfer, type VerbProps } from "./verb-dialogs.tsx";
import { Reasoned } from "./verb-reasoned.tsx";

export type Verb = "change-access" | "renew" | "rotate" | "transfer" | "suspend" | "resume" | "retire";

const shown: { readonly [V in Verb]: { readonly word: string; readonly icon: ReactNode } } = {
  "change-access": { word: "Request more or less access", icon: <ListChecks aria-hidden /> },
  renew: { word: "Renew", icon: <RefreshCw aria-hidden /> },
  rotate: { word: "Rotate", icon: <KeyRound aria-hidden /> },
  transfer: { word: "Transfer", icon: <UserCheck aria-hidden /> },
  suspend: { word: "Suspend", icon: <CirclePause aria-hidden /> },
  resume: { word: "Resume", icon: <CirclePlay aria-hidden /> },
  retire: { word: "Retire", icon: <Trash2 aria-hidden /> },
};

/** A page of its own: what changes is compared there. */
const accessOf = (identity: string): string => `/identities/${identity}/access`;

/** Which verb's dialog is open: one that was pressed, or one that was allowed when the address came to ask for it (`?ask=retire`), as a finding's remedy does. */
function useOpen(allowed: readonly Verb[]) {
  const asked = useSearchParams().get("ask");
  const [path, router] = [usePathname(), useRouter()];
  const [open, press] = useState<Verb | null>(null);
  const [heard, hear] = useState<string | null>(null);
  if (heard !== asked) {
    hear(asked);
    press(allowed.find((verb) => verb === asked) ?? (open === heard ? null : open));
  }
  const close = () => {
    press(null);
    if (asked !== null) router.replace(path, { scroll: false });
  };
  return { open, press, close };
}

/** What this person may do with it, as buttons, or as a menu where there is little room; each raises a request and leads to its page. */
export function Verbs({ allowed, ...of }: VerbProps & { readonly allowed: readonly Verb[] }) {
  const { open, press, close } = useOpen(allowed);
  if (allowed.length === 0) return null;
  return (
    <>
      <div className="hidden flex-wrap gap-2 md:flex">
        {allowed.map((verb) =>
          verb === "change-access" ? (
            <LinkButton key={verb} href={accessOf(of.identity.id)}>
              {shown[verb].word}
            </LinkButton>
          ) : (
            <Button key={verb} look={verb === "retire" ? "danger" : "plain"} onClick={() => press(verb)}>
              {shown[verb].word}
            </Button>
          ),
        )}
      </div>
      <div className="md:hidden">
        <Menu
          trigger={
            <Button>
              Actions
              <ChevronDown aria-hidden />
            </Button>
          }
          lines={allowed.map((verb): MenuLine => {
            const { icon, word: words } = shown[verb];
            return verb === "change-access"
              ? { kind: "link", icon, words, href: accessOf(of.identity.id) }
              : { kind: "verb", icon, words, run: () => press(verb) };
          })}
        />
      </div>
      {open === "renew" ? <Renew {...of} close={close} /> : null}
      {open === "transfer" ? <Transfer {...of} close={close} /> : null}
      {open === "rotate" || open === "suspend" || open === "resume" || open === "retire" ? (
        <Reasoned {...of} verb={open} close={close} />
      ) : null}
    </>
  );
}
