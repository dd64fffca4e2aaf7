"use client";
import { Copy } from "lucide-react";
import Link from "next/link";
import { Notice } from "#components/ui/banner.tsx";
import { Button } from "#components/ui/button.tsx";
import type { FormStart } from "#lib/web/form-start.ts";

/** What a form took over from another identity, and line by line what it did not and why. The purpose is there to be taken, not given. */
export function LikeNotice({
  like,
  purpose,
  takePurpose,
}: {
  readonly like: NonNullable<FormStart["like"]>;
  readonly purpose: string;
  readonly takePurpose: (words: string) => void;
}) {
  return (
    <div className="mb-4" role="note" aria-label="What was copied">
      <Notice tone="info" icon={<Copy aria-hidden />}>
        <p>
          As{" "}
          <Link className="font-[560] underline" href={like.href}>
            {like.name}
          </Link>{" "}
          was asked for, by today's policy and defaults. Approvals, exceptions and ends are never copied.
        </p>
        {like.left.length > 0 ? (
          <ul className="mt-1 list-disc pl-4.5">
            {like.left.map(({ field, sentence }) => (
              <li key={`${field} ${sentence}`}>{sentence}</li>
            ))}
          </ul>
        ) : null}
        <p className="mt-1.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-text">
          <span className="text-muted">Why it exists:</span>
          <q dir="auto" className="min-w-0 break-words">
            {like.purpose}
          </q>
          <Button size="sm" disabled={purpose === like.purpose} onClick={() => takePurpose(like.purpose)}>
            Say the same
          </Button>
        </p>
      </Notice>
    </div>
  );
}
