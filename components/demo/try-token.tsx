"use client";
import { CircleCheck, CircleX } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { TokenTried } from "#lib/web/desk/try-token.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Mono } from "../ui/mono.tsx";
import { troubleOf, useAction } from "../use-action.ts";
import type { DemoActions } from "./demo-actions.ts";

/** Does what a workflow does with its token, once for the repository that is trusted and once for another. */
export function TryToken(props: {
  readonly identity: string;
  readonly act: DemoActions["tryToken"];
  readonly close: () => void;
}) {
  const router = useRouter();
  const action = useAction(props.act);
  const [tried, setTried] = useState<readonly TokenTried[]>([]);
  const trouble = troubleOf(action);
  const run = async () => {
    const done = await action.run({ identity: props.identity });
    if (done === null) return;
    setTried(done.ok);
    router.refresh();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : props.close())}
      wide
      title="Exchange a workflow's token"
      sentence="The demo signs two tokens as GitHub would: one of the repository that the identity trusts, one of another. Each is handed to the simulated account, which decides by the trust that Charter wrote. The credentials it gives are thrown away."
      foot={
        <>
          <Button onClick={props.close}>Close</Button>
          <Button look="primary" pending={action.pending} onClick={run}>
            Exchange both
          </Button>
        </>
      }
    >
      {trouble ? <p className="text-bad">{trouble}</p> : null}
      <ul className="grid gap-3" aria-live="polite">
        {tried.map((one) => (
          <Tried key={one.sub} one={one} trusted={tried[0]?.sub ?? ""} />
        ))}
      </ul>
    </Dialog>
  );
}

/** `trusted`: the subject that the identity trusts; a token that was turned away says another. */
const Tried = ({ one, trusted }: { readonly one: TokenTried; readonly trusted: string }) => (
  <li className="grid gap-1 rounded-md border border-line px-3 py-2.5">
    <span className={`flex items-center gap-2 font-[540] ${one.why === null ? "text-good" : "text-bad"}`}>
      {one.why === null ? <CircleCheck aria-hidden className="size-4" /> : <CircleX aria-hidden className="size-4" />}
      {one.repository}: {one.why === null ? "admitted" : "turned away"}
    </span>
    {one.why === null ? (
      <Mono tail={24}>{one.as ?? ""}</Mono>
    ) : (
      <>
        <span className="text-sm break-words">{one.why}</span>
        <span className="text-sm wrap-anywhere">
          sub: the token says {one.sub}, the role trusts {trusted}.
        </span>
      </>
    )}
  </li>
);
