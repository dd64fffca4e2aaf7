"use client";
import { ChevronRight, CircleX, Info, LogIn } from "lucide-react";
import { waitingWords } from "#components/demo/waiting-words.ts";
import { Logo } from "#components/frame/rail.tsx";
import { Trouble } from "#components/trouble.tsx";
import { Avatar } from "#components/ui/avatar.tsx";
import { Notice } from "#components/ui/banner.tsx";
import { Button } from "#components/ui/button.tsx";
import { useAction } from "#components/use-action.ts";
import type { ExamplePerson } from "#db/read/example-people.ts";
import type { SignInPage } from "#db/read/sign-in.ts";
import type { Answer } from "#lib/web/action.ts";

/** What a demo person does here, from their roles and teams. */
function deedsOf({ roles, teams }: ExamplePerson): string {
  if (roles.includes("security") || teams.includes("Security")) return "Approves: security";
  if (roles.includes("operator") || teams.includes("Platform")) return "Operates targets: platform";
  if (roles.includes("auditor") || teams.length === 0) return "Reads and verifies: auditor";
  return `Requests and owns: ${teams.join(", ")}`;
}

export function SignIn(
  props: SignInPage & {
    readonly to: string;
    readonly issuer: string;
    readonly ended: boolean;
    readonly failed: boolean;
    readonly signIn: (input: { to: string; hint: string | null }) => Promise<Answer<unknown>>;
  },
) {
  const { run, pending, refusals, fault } = useAction(props.signIn);
  const go = (hint: string | null) => void run({ to: props.to, hint });
  return (
    <main className="mx-auto grid min-h-dvh w-full max-w-[440px] content-center gap-4 px-4 py-10">
      <div className="flex items-center gap-2.5">
        <Logo />
        <h1>Charter</h1>
      </div>
      <p className="-mt-2 text-balance text-muted">Machine identities with an owner, a purpose, a reach and an end.</p>
      <Notices refusal={props.refusal} failed={props.failed} ended={props.ended} />
      <Trouble refusals={refusals} fault={fault} />
      {props.people.length === 0 ? (
        <div className="rounded-lg border border-line bg-surface p-4">
          <Button look="primary" className="w-full" pending={pending} onClick={() => go(null)}>
            <LogIn aria-hidden />
            Sign in with {props.issuer}
          </Button>
        </div>
      ) : (
        <DemoPeople people={props.people} pending={pending} go={go} />
      )}
    </main>
  );
}

function Notices({
  refusal,
  failed,
  ended,
}: {
  readonly refusal: string | null;
  readonly failed: boolean;
  readonly ended: boolean;
}) {
  const bad = refusal ?? (failed ? "The sign-in was not finished. Try again." : null);
  return (
    <>
      {bad ? (
        <Notice tone="bad" icon={<CircleX aria-hidden />}>
          {bad}
        </Notice>
      ) : null}
      {ended ? (
        <Notice tone="info" icon={<Info aria-hidden />}>
          Your session has ended. Drafts are kept.
        </Notice>
      ) : null}
    </>
  );
}

function DemoPeople({
  people,
  pending,
  go,
}: {
  readonly people: readonly ExamplePerson[];
  readonly pending: boolean;
  readonly go: (subject: string) => void;
}) {
  return (
    <section aria-label="Demo people" className="rounded-lg border border-line bg-surface">
      <h2 className="border-b border-line px-4 py-2.5">Demo: sign in as</h2>
      <ul>
        {people.map((person) => (
          <li key={person.subject} className="border-b border-line last:border-b-0">
            <button
              type="button"
              disabled={pending}
              onClick={() => go(person.subject)}
              className="flex w-full items-center gap-3 px-4 py-2.5 text-left transition-colors duration-100 hover:bg-hover disabled:opacity-55"
            >
              <Avatar name={person.name} />
              <span className="min-w-0 flex-1">
                <bdi className="block font-[540]">{person.name}</bdi>
                <span className="block truncate text-xs text-muted">{deedsOf(person)}</span>
                <span className="block truncate text-xs">{waitingWords(person)}</span>
              </span>
              <ChevronRight aria-hidden className="size-4 text-faint" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
