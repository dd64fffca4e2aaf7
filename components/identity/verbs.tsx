"use client";
import { ChevronDown, CirclePause, CirclePlay, KeyRound, RefreshCw, Trash2, UserCheck } from "lucide-react";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { type ReactNode, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Menu } from "../ui/menu.tsx";
import { Renew, Transfer, type VerbProps } from "./verb-dialogs.tsx";
import { Reasoned } from "./verb-reasoned.tsx";

export type Verb = "renew" | "rotate" | "transfer" | "suspend" | "resume" | "retire";

const shown: { readonly [V in Verb]: { readonly word: string; readonly icon: ReactNode } } = {
  renew: { word: "Renew", icon: <RefreshCw aria-hidden /> },
  rotate: { word: "Rotate", icon: <KeyRound aria-hidden /> },
  transfer: { word: "Transfer", icon: <UserCheck aria-hidden /> },
  suspend: { word: "Suspend", icon: <CirclePause aria-hidden /> },
  resume: { word: "Resume", icon: <CirclePlay aria-hidden /> },
  retire: { word: "Retire", icon: <Trash2 aria-hidden /> },
};

/** Which verb's dialog is open: one that was pressed, or one that the address asks for (`?ask=retire`), as a finding's remedy does. */
function useOpen(allowed: readonly Verb[]) {
  const asked = useSearchParams().get("ask");
  const [path, router] = [usePathname(), useRouter()];
  const [pressed, press] = useState<Verb | null>(null);
  const open = pressed ?? allowed.find((verb) => verb === asked) ?? null;
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
        {allowed.map((verb) => (
          <Button key={verb} look={verb === "retire" ? "danger" : "plain"} onClick={() => press(verb)}>
            {shown[verb].word}
          </Button>
        ))}
      </div>
      <div className="md:hidden">
        <Menu
          trigger={
            <Button>
              Actions
              <ChevronDown aria-hidden />
            </Button>
          }
          lines={allowed.map((verb) => ({
            kind: "verb",
            icon: shown[verb].icon,
            words: shown[verb].word,
            run: () => press(verb),
          }))}
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
