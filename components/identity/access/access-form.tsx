"use client";
import { Info } from "lucide-react";
import { useRouter } from "next/navigation";
import { useId, useMemo, useState } from "react";
import { asItIs, type WantedAccess } from "#lib/domain/access.ts";
import type { Refusal } from "#lib/domain/refusal.ts";
import type { Assertion } from "#lib/domain/signature.ts";
import type { AccessPage } from "#lib/web/access-page.ts";
import { EvidenceFacts } from "../../attestations/evidence.tsx";
import { AccessChange } from "../../plan/access-change.tsx";
import { PolicyCard } from "../../requests/form/panel.tsx";
import { Trouble } from "../../trouble.tsx";
import { Notice } from "../../ui/banner.tsx";
import { Button, LinkButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Field } from "../../ui/field.tsx";
import { Textarea } from "../../ui/input.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { useAction } from "../../use-action.ts";
import { useLookAgain, usePreview } from "../../use-preview.ts";
import { Added } from "./added.tsx";
import type { AccessVerbs } from "./contract.ts";
import { Kept } from "./kept.tsx";

interface Props {
  readonly page: AccessPage;
  readonly verbs: AccessVerbs;
}

/** Refusals at these fields, in a sentence; null where there is none. */
const at = (refusals: readonly Refusal[], ...fields: readonly string[]): string | null =>
  refusals
    .filter(({ field }) => fields.includes(field?.split(".")[0] ?? ""))
    .map(({ sentence, mend }) => [sentence, mend].filter(Boolean).join(" "))
    .join(" ") || null;

const nothing = "Nothing differs yet.";

/** Why no difference is shown: a refusal that is about no field, or those that are marked. */
const unseen = (refusals: readonly Refusal[]): string =>
  at(refusals, "") ?? (refusals.length > 0 ? "It shows once what is marked is mended." : nothing);

/** What may it do from now on? Left what stays and what is added, right what policy says and what differs. */
export function AccessForm({ page: drawn, verbs }: Props) {
  // A page drawn anew names another fresh id and newer evidence; this form keeps what it began with.
  const [page] = useState(drawn);
  const [wanted, setWanted] = useState<WantedAccess>(asItIs);
  const [reason, setReason] = useState("");
  const { request: id, identity, asked } = page;
  const input = useMemo(
    () => ({ id, identity: identity.id, reason: reason.trim(), wanted }),
    [id, identity.id, reason, wanted],
  );
  const { preview, trouble, fresh, again } = usePreview(input, verbs.preview);
  const refusals = preview?.refusals ?? [];
  const change = (part: Partial<WantedAccess>) => setWanted((now) => ({ ...now, ...part }));
  const touched = wanted.instead !== null || wanted.drop.length > 0 || wanted.add !== null;
  return (
    <>
      <PageHead
        title={asked === null ? `More or less access for ${identity.name}` : `Narrow ${identity.name}`}
        actions={
          <LinkButton href={asked === null ? `/identities/${identity.id}` : "/attestations"}>
            {asked === null ? "Back to the identity" : "Back to the question"}
          </LinkButton>
        }
      >
        Its name, owner, end and everything else of its charter stay as they are.
      </PageHead>
      <Refused sentence={drawn.refused} />
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)]">
        <div className="grid gap-4">
          {asked === null ? null : (
            <Card title="What you were asked" aside="sealed with your answer">
              <EvidenceFacts evidence={asked.evidence} />
            </Card>
          )}
          <Kept page={page} wanted={wanted} change={change} error={at(refusals, "drop", "instead")} />
          {asked === null ? (
            <Added
              {...{ page, wanted, change, preview }}
              readDenial={verbs.readDenial}
              error={at(refusals, "need", "pasted", "spec")}
            />
          ) : null}
          <Why reason={reason} setReason={setReason} />
        </div>
        <aside aria-label="What becomes of it" className="grid gap-4 lg:sticky lg:top-16">
          <PolicyCard
            preview={touched ? preview : null}
            trouble={trouble}
            fresh={fresh}
            waiting="Take something away or add something; policy speaks as you do."
          />
          <Card title="What changes">
            <div className="min-h-24">
              {preview?.view && touched ? (
                <AccessChange view={preview.view} />
              ) : (
                <p className="text-muted">{touched ? unseen(refusals) : nothing}</p>
              )}
            </div>
          </Card>
          <Send
            {...{ page, verbs, wanted, reason, again }}
            planDigest={touched && fresh && drawn.refused === null ? (preview?.planDigest ?? null) : null}
            marked={touched && refusals.some(({ field }) => (field ?? "") !== "")}
            refused={preview?.decision?.outcome === "refused"}
            passes={preview?.decision?.outcome === "passes"}
          />
        </aside>
      </div>
    </>
  );
}

/** Why nothing can be asked for now, though it could when the form was begun. */
const Refused = ({ sentence }: { readonly sentence: string | null }) => (
  <div aria-live="polite" className="not-empty:mb-5">
    {sentence === null ? null : (
      <Notice tone="warn" icon={<Info aria-hidden />}>
        {sentence} What you have filled in stays here.
      </Notice>
    )}
  </div>
);

const Why = ({ reason, setReason }: { readonly reason: string; readonly setReason: (text: string) => void }) => (
  <Card label="Why">
    <Field id={useId()} label="Why" help="A sentence that a stranger understands; it is kept with the request.">
      {(control) => (
        <Textarea
          {...control}
          rows={2}
          dir="auto"
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      )}
    </Field>
  </Card>
);

/** The plan that is sent, and the gesture over it once one is asked for. */
interface Sending {
  readonly planDigest: string;
  readonly assertion?: Assertion | undefined;
}

interface SendProps extends Props {
  readonly wanted: WantedAccess;
  readonly reason: string;
  /** Of the plan that is shown; null while there is none to send. */
  readonly planDigest: string | null;
  /** Something is refused at its field, so that there is nothing to send. */
  readonly marked: boolean;
  readonly refused: boolean;
  readonly passes: boolean;
  /** Looks at what becomes of it again. */
  readonly again: () => void;
}

/** Asks for exactly what is shown; answering a question, the answer goes with it. */
function Send({ page, verbs, wanted, reason, again, planDigest, marked, refused, passes }: SendProps) {
  const router = useRouter();
  const { request: id, identity, asked } = page;
  const action = useAction(async ({ planDigest: digest, ...signed }: Sending) => {
    const given = { reason: reason.trim(), wanted, planDigest: digest, ...signed };
    if (asked === null) return verbs.change({ id, identity: identity.id, ...given });
    return verbs.answer({
      cards: [{ identity: identity.id, round: asked.round, shown: asked.evidence }],
      ...{ answer: "narrow", reason: given.reason, request: id, to: null },
      narrowed: { wanted, planDigest: digest },
    });
  });
  useLookAgain(action.refusals, again);
  const send = async () => {
    if (planDigest !== null && !refused && (await action.run({ planDigest })) !== null) router.push(`/requests/${id}`);
  };
  return (
    <div className="sticky bottom-14 grid gap-2 rounded-lg border border-line bg-surface px-4 py-3 md:bottom-3">
      <div className="flex flex-wrap items-center gap-2.5">
        <Button look="primary" pending={action.pending} disabled={planDigest === null || refused} onClick={send}>
          {asked === null ? (passes ? "Submit" : "Submit for approval") : "Answer: narrow"}
        </Button>
        <span className="text-sm text-muted">
          {marked
            ? "Mend what is marked first"
            : refused
              ? "Policy refuses it as it stands"
              : reason.trim().length < 3
                ? "Say why"
                : ""}
        </span>
      </div>
      <Trouble refusals={action.refusals} fault={action.fault} />
    </div>
  );
}
