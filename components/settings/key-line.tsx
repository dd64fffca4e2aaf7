"use client";
import { KeyRound } from "lucide-react";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import { Trouble } from "#components/trouble.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Time } from "#components/ui/time.tsx";
import { useAction } from "#components/use-action.ts";
import type { KeyLine } from "#db/read/passkeys.ts";
import type { ToMake } from "#lib/claims/passkeys/enrol.ts";
import type { ToSign } from "#lib/claims/signing.ts";
import type { Registration } from "#lib/domain/signature.ts";
import type { Answer } from "#lib/web/action.ts";

export interface KeyActions {
  readonly enrolKey: (input: {
    name: string;
    code: string;
    registration?: Omit<Registration, "transports"> & { transports: string[] };
  }) => Promise<Answer<null | ToMake>>;
  readonly revokeKey: (input: { passkey: string }) => Promise<Answer<null>>;
  readonly confirmKey: (input: { passkey: string }) => Promise<Answer<null | ToSign>>;
  readonly inviteToKey: (input: { person: string }) => Promise<Answer<null | ToSign>>;
  readonly signForHost: (input: { kind: "bundle" | "link"; content: string }) => Promise<Answer<null | ToSign>>;
}

/** One key in a line: its name, what it may do, when it was used last. */
export function Line({ line, children }: { readonly line: KeyLine; readonly children: ReactNode }) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-4 py-2.5 last:border-b-0">
      <KeyRound aria-hidden className="size-4 shrink-0 text-muted" />
      <span className="min-w-0 flex-1 basis-48">
        <span className="flex flex-wrap items-center gap-x-2">
          <bdi className="truncate">{line.name}</bdi>
          {line.state === "usable" ? null : <Badge>{line.state === "waits" ? "not usable yet" : "revoked"}</Badge>}
        </span>
        <span className="block text-xs text-muted">
          enrolled <Time at={line.enrolledAt} />
          {line.state === "waits" ? (
            <>
              , usable <Time at={line.usableFrom} /> or once somebody signs over it
            </>
          ) : line.lastUsedAt === null ? (
            ", never used"
          ) : (
            <>
              , last used <Time at={line.lastUsedAt} />
            </>
          )}
        </span>
      </span>
      {children}
    </li>
  );
}

/** A second signature over a key that waits. */
export function Confirm({ line, confirm }: { readonly line: KeyLine; readonly confirm: KeyActions["confirmKey"] }) {
  const router = useRouter();
  const { run, pending, refusals, fault } = useAction(confirm);
  const press = async () => {
    if ((await run({ passkey: line.id })) !== null) router.refresh();
  };
  return (
    <>
      <Button size="sm" pending={pending} onClick={() => void press()}>
        Sign for it<span className="sr-only">: {line.name}</span>
      </Button>
      <Trouble refusals={refusals} fault={fault} />
    </>
  );
}
