"use client";
import { noAnswers } from "#lib/domain/answers.ts";
import { ReachQuestion } from "../../requests/form/reach-question.tsx";
import { Card } from "../../ui/card.tsx";
import type { AccessPartProps } from "./kept.tsx";

/** What it must do beside that: the same question as at birth. */
export const Added = ({ page, wanted, change, error }: AccessPartProps) => (
  <Card title="What it must do beside that" aside="nothing, unless you choose">
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
      help={null}
      preview={null}
      error={error}
    />
    {wanted.add === null ? null : (
      <button type="button" className="link mt-1 ml-3 text-[12.5px]" onClick={() => change({ add: null })}>
        Add nothing
      </button>
    )}
  </Card>
);
