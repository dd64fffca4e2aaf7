"use client";
import { Check, Ellipsis, MessageCircleQuestion, Scissors, X } from "lucide-react";
import { Button, IconButton } from "../ui/button.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { Menu } from "../ui/menu.tsx";

export type Choice = "approve" | "deny" | "ask" | "less";

/** The four verbs in a row, the likely one first; on a phone the last two behind *More*. */
export function Choices({ red, choose }: { readonly red: boolean; readonly choose: (verb: Choice) => void }) {
  const less = { verb: "less", words: "Ask for less", icon: <Scissors aria-hidden />, key: "s" } as const;
  const approve = {
    verb: "approve",
    words: red ? "Approve anyway…" : "Approve",
    icon: <Check aria-hidden />,
    key: "a",
  } as const;
  const deny = { verb: "deny", words: "Deny", icon: <X aria-hidden />, key: "d" } as const;
  const ask = { verb: "ask", words: "Ask", icon: <MessageCircleQuestion aria-hidden />, key: "?" } as const;
  const [first, last] = red ? [less, approve] : [approve, less];
  const button = ({ verb, words, icon, key }: typeof less | typeof approve | typeof deny | typeof ask) => (
    <Button
      key={verb}
      look={verb === first.verb ? "primary" : verb === "deny" ? "danger" : "plain"}
      className={verb === first.verb ? "max-md:flex-1" : verb === "deny" ? "" : "max-md:hidden"}
      onClick={() => choose(verb)}
    >
      {icon} {words}
      <span className="hidden lg:inline">
        <Kbd>{key}</Kbd>
      </span>
    </Button>
  );
  return (
    <>
      {[first, deny, ask, last].map(button)}
      <Menu
        align="end"
        trigger={
          <IconButton label="More ways to decide" className="border border-line-strong md:hidden">
            <Ellipsis aria-hidden />
          </IconButton>
        }
        lines={[ask, last].map(({ verb, words, icon }) => ({ kind: "verb", icon, words, run: () => choose(verb) }))}
      />
    </>
  );
}
