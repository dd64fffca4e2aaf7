"use client";
import type { AccessPreview } from "#lib/claims/requests/preview-access.ts";
import { noAnswers } from "#lib/domain/answers.ts";
import { ReachQuestion } from "../../requests/form/reach-question.tsx";
import { Card } from "../../ui/card.tsx";
import type { AccessVerbs } from "./contract.ts";
import type { AccessPartProps } from "./kept.tsx";

interface AddedProps extends AccessPartProps {
  readonly preview: Pick<AccessPreview, "refusals" | "explained"> | null;
  readonly readDenial: AccessVerbs["readDenial"];
}

/** What it must also do: the same question as at birth. */
export const Added = ({ page, wanted, change, error, preview, readDenial }: AddedProps) => (
  <Card title="What it must also do" aside="nothing, unless you choose">
    <ReachQuestion
      question={{
        kind: "reach",
        label: "Add",
        help: "It may do this as well. Policy judges all of it together.",
        paste: page.paste,
      }}
      answers={{ ...noAnswers(page.blueprint), need: wanted.add }}
      change={({ need = null }) => change({ add: need })}
      packs={page.packs}
      help={page.help === null ? null : { blueprint: page.blueprint, words: page.help, readDenial }}
      preview={preview === null ? null : { ...preview, reach: null }}
      error={error}
    />
    {wanted.add === null ? null : (
      <button type="button" className="link mt-1 block text-[12.5px]" onClick={() => change({ add: null })}>
        Add nothing
      </button>
    )}
  </Card>
);
