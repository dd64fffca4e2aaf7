"use client";
import { Archive, ArrowLeftRight, Check, CheckCheck, Scissors } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";
import type { QuestionAnswer } from "#lib/domain/attestation.ts";
import type { QuestionCard } from "#lib/web/attestation-page.ts";
import { Button } from "../ui/button.tsx";
import { FieldError } from "../ui/field.tsx";
import { useHold } from "../ui/held.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { troubleOf, useAction } from "../use-action.ts";
import { useKeys } from "../use-keys.ts";
import { allOf, HandOver, Keep, Retire } from "./answer-dialogs.tsx";
import type { AnswerAction, Choice, Said } from "./answering.ts";
import { useSettled } from "./settling.tsx";

export interface AnswerVerbsProps {
  readonly card: QuestionCard;
  /** Other questions with the same evidence but for the names. */
  readonly alike: readonly QuestionCard[];
  /** Identities that are asked about, in order. */
  readonly queue: readonly string[];
  readonly people: readonly Choice[];
  readonly answer: AnswerAction;
  /** Where less access is asked for; null where it cannot be asked for. */
  readonly narrow: string | null;
}

type Open = "keep" | "keep-all" | "transfer" | "retire" | null;

/** Sends an answer and leads on to the next question; until that is there, no third takes its place. */
function useSay({ card, queue, answer }: Pick<AnswerVerbsProps, "card" | "queue" | "answer">, answered: () => void) {
  const router = useRouter();
  const action = useAction(answer);
  const [leaving, leave] = useTransition();
  const pending = action.pending || leaving;
  useHold(pending);
  const say = async (said: QuestionAnswer, { cards = [card], reason = "", request = null, to = null }: Said) => {
    const [first, ...rest] = cards.map(({ identity, round, evidence }) => ({ identity, round, shown: evidence }));
    if (first === undefined) return;
    const done = await action.run({ cards: [first, ...rest], answer: said, reason, request, to });
    if (done === null) return;
    answered();
    const gone = new Set(cards.map(({ identity }) => identity));
    const at = queue.indexOf(card.identity);
    const next = [...queue.slice(at + 1), ...queue.slice(0, at)].find((identity) => !gone.has(identity));
    leave(() => {
      router.replace(next === undefined ? "/attestations" : `/attestations?q=${next}`, { scroll: false });
      router.refresh();
    });
  };
  return { say, pending, trouble: troubleOf(action) };
}

/** The four answers with their keys: `k n t r`; `j` or an arrow moves on. *Keep* of what looks unused asks why first. */
export function AnswerVerbs({ card, alike, queue, people, answer, narrow }: AnswerVerbsProps) {
  const router = useRouter();
  const [open, setOpen] = useState<Open>(null);
  const settled = useSettled();
  const close = () => setOpen(null);
  const { say, pending, trouble } = useSay({ card, queue, answer }, close);
  const at = queue.indexOf(card.identity);
  const go = (to: string | undefined) => {
    if (to !== undefined) router.push(`/attestations?q=${to}`, { scroll: false });
  };
  const { looksUnused } = card.evidence.use;
  const ask = (what: Open) => () => setOpen(what);
  const keep = looksUnused ? ask("keep") : () => (settled() ? say("keep", {}) : undefined);
  const less = () => (narrow === null ? undefined : router.push(narrow));
  const next = () => go(queue[at + 1] ?? queue[0]);
  const back = () => go(queue[at - 1] ?? queue.at(-1));
  const verbs = { k: keep, t: ask("transfer"), r: ask("retire"), ...(narrow === null ? {} : { n: less }) };
  const moves = { j: next, ArrowRight: next, ArrowDown: next, ArrowLeft: back, ArrowUp: back };
  useKeys(pending ? {} : verbs, pending ? {} : moves);
  const of = { card, pending, trouble, close };
  return (
    <>
      <Button look="primary" pending={pending} onClick={keep}>
        <Check aria-hidden /> {looksUnused ? "Keep…" : "Keep"} <Kbd>k</Kbd>
      </Button>
      {alike.length === 0 ? null : (
        <Button onClick={ask("keep-all")}>
          <CheckCheck aria-hidden /> Keep {allOf(alike.length + 1)} alike…
        </Button>
      )}
      {narrow === null ? null : (
        <Button onClick={less}>
          <Scissors aria-hidden /> Narrow… <Kbd>n</Kbd>
        </Button>
      )}
      <Button onClick={ask("transfer")}>
        <ArrowLeftRight aria-hidden /> Transfer… <Kbd>t</Kbd>
      </Button>
      <Button look="danger" onClick={ask("retire")}>
        <Archive aria-hidden /> Retire… <Kbd>r</Kbd>
      </Button>
      <span className="ml-auto text-[12.5px] text-muted">
        {open === null && trouble !== null ? (
          <FieldError>{trouble}</FieldError>
        ) : looksUnused ? (
          "Keep needs a reason: it looks unused"
        ) : null}
      </span>
      {open === "keep" ? <Keep {...of} alike={[]} send={(said) => say("keep", said)} /> : null}
      {open === "keep-all" ? <Keep {...of} alike={alike} send={(said) => say("keep", said)} /> : null}
      {open === "transfer" ? <HandOver {...of} people={people} send={(said) => say("transfer", said)} /> : null}
      {open === "retire" ? <Retire {...of} send={(said) => say("retire", said)} /> : null}
    </>
  );
}
