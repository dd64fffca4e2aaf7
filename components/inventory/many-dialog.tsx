"use client";
import { useRouter } from "next/navigation";
import { useId, useState } from "react";
import type { ManyVerb } from "#lib/domain/many.ts";
import { Trouble } from "../trouble.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { type ManyActions, type Selected, useMany, type Wanted } from "./many.ts";
import { ManyField } from "./many-field.tsx";
import { ManyCounts, ManyList } from "./many-list.tsx";
import { identitiesWord, manyWords } from "./many-words.ts";

interface ManyDialogProps {
  readonly verb: ManyVerb;
  readonly chosen: readonly Selected[];
  readonly actions: ManyActions;
  /** `asked`: at least one was. */
  readonly close: (asked: boolean) => void;
}

/** One verb for many: first its field, then what would become of each, then what became of it. */
export function ManyDialog({ verb, chosen, actions, close }: ManyDialogProps) {
  const router = useRouter();
  const [wanted, setWanted] = useState<Wanted | null>(verb === "ask" ? { verb, change: {} } : null);
  const [step, setStep] = useState<"fill" | "look" | "done">("fill");
  const [ids] = useState(() => new Map(chosen.map(({ id }) => [id, crypto.randomUUID()])));
  const many = useMany(ids, actions);
  const words = manyWords[verb];
  const possible = chosen.filter(({ id }) => many.fates.get(id)?.is === "possible");
  const sure = useSure(verb, possible);
  const busy = many.doing !== null;
  const look = async (of: Wanted) => {
    setStep("look");
    await many.foresee(of);
  };
  const send = async (of: Wanted) => {
    if (await many.ask(of)) setStep("done");
    router.refresh();
  };
  const asked = chosen.some(({ id }) => many.fates.get(id)?.is === "asked");
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => (open || busy ? undefined : close(asked))}
      title={`${words.title} ${identitiesWord(chosen.length)}`}
      sentence={words.sentence}
      foot={
        <>
          <Button disabled={busy} onClick={() => (step === "look" && !asked ? setStep("fill") : close(asked))}>
            {step === "fill" ? "Cancel" : step === "look" && !asked ? "Back" : "Close"}
          </Button>
          {step === "fill" ? (
            <Button look="primary" disabled={wanted === null} onClick={() => wanted && void look(wanted)}>
              See what happens
            </Button>
          ) : step === "look" ? (
            <Button
              look={words.look}
              pending={busy}
              disabled={possible.length === 0 || !sure.given}
              onClick={() => wanted && void send(wanted)}
            >
              {many.doing === "asking" ? "Asking…" : `${words.go} ${possible.length}`}
            </Button>
          ) : null}
        </>
      }
    >
      {step === "fill" ? (
        <ManyField verb={verb} wanted={wanted} choose={setWanted} />
      ) : (
        <div className="grid gap-3">
          <ManyCounts chosen={chosen} fates={many.fates} />
          <ManyList verb={verb} chosen={chosen} fates={many.fates} />
          {step === "look" && !busy && sure.phrase !== null ? <Sure {...sure} phrase={sure.phrase} /> : null}
        </div>
      )}
      <Trouble {...many.trouble} />
    </Dialog>
  );
}

/** What must be typed before production is touched: the verb and how many. */
function useSure(verb: ManyVerb, possible: readonly Selected[]) {
  const [typed, setTyped] = useState("");
  const production = possible.filter(({ environment }) => environment === "prod").length;
  const phrase = verb === "ask" || production === 0 ? null : `${verb} ${possible.length}`;
  return { phrase, production, typed, setTyped, given: phrase === null || typed.trim() === phrase };
}

function Sure(props: {
  readonly phrase: string;
  readonly production: number;
  readonly typed: string;
  readonly setTyped: (text: string) => void;
}) {
  const id = useId();
  const { phrase, production, typed, setTyped } = props;
  return (
    <Field
      id={id}
      label={`${production} of them ${production === 1 ? "is" : "are"} production. Type ${phrase} to go on`}
    >
      {(control) => <Input {...control} mono value={typed} onChange={(event) => setTyped(event.target.value)} />}
    </Field>
  );
}
