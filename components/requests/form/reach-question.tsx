"use client";
import { PackageOpen } from "lucide-react";
import { useId } from "react";
import { Combobox } from "#components/ui/combobox.tsx";
import { cx } from "#components/ui/cx.ts";
import { Field } from "#components/ui/field.tsx";
import { InItsPlace } from "#components/ui/in-its-place.tsx";
import { Input, Textarea } from "#components/ui/input.tsx";
import { onDemand } from "#components/ui/on-demand.ts";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { Preview } from "#lib/claims/requests/preview.ts";
import type { ComposerProps } from "./composer/composer.tsx";
import type { FormPack, FormQuestion } from "./contract.ts";
import type { QuestionProps } from "./props.ts";
import { ReachWays, wayOf } from "./reach-ways.tsx";

interface Props extends Omit<QuestionProps<Extract<FormQuestion, { kind: "reach" }>>, "choices" | "preview"> {
  readonly preview: Pick<Preview, "refusals" | "explained" | "reach"> | null;
}

/** A reach pack with its parameters, grants composed one by one, or pasted text; each is explained back. */
export function ReachQuestion(props: Props) {
  const { question, answers, change, packs, preview, error } = props;
  const pasted = answers.need !== null && "pasted" in answers.need;
  const pack = answers.need !== null && "pack" in answers.need ? answers.need : null;
  const chosen = packs.find(({ id }) => id === pack?.pack);
  const composed = wayOf(answers) === "composed";
  const help = composed ? (
    (preview?.reach?.phrase ?? "Search for what it must do; then write on what.")
  ) : pasted ? (
    (question.paste ?? question.help)
  ) : chosen ? (
    <PackLine pack={chosen} phrase={preview?.reach?.phrase} />
  ) : (
    question.help
  );
  return (
    <div>
      <Field id={useId()} label={question.label} help={help} error={composed ? null : error}>
        {(control) =>
          answers.need !== null && "grants" in answers.need && props.help !== null ? (
            <ComposerInItsPlace
              control={control}
              help={props.help}
              grants={answers.need.grants}
              set={(grants) => change({ need: { grants } })}
              preview={preview}
            />
          ) : answers.need !== null && "pasted" in answers.need ? (
            <Textarea
              {...control}
              mono
              className="min-h-32"
              value={answers.need.pasted}
              maxLength={20_000}
              onChange={(event) => change({ need: { pasted: event.target.value } })}
            />
          ) : (
            <div className={cx("flex flex-wrap gap-2", chosen?.parameters.length === 1 && "sm:flex-nowrap")}>
              <div className="min-w-0 basis-full sm:flex-1 sm:basis-0">
                <Combobox
                  control={control}
                  icon={<PackageOpen aria-hidden />}
                  value={pack?.pack ?? ""}
                  placeholder="Choose what fits"
                  options={packs.map(({ id, title, summary }) => ({ value: id, label: title, detail: summary }))}
                  onChange={(id) => change({ need: { pack: id, parameters: {} } })}
                />
              </div>
              {chosen?.parameters.length === 1 ? <Parameters pack={chosen} answers={answers} change={change} /> : null}
              {chosen && chosen.parameters.length > 1 ? (
                <div className="grid basis-full gap-2 sm:auto-cols-fr sm:grid-flow-col">
                  <Parameters pack={chosen} answers={answers} change={change} named />
                </div>
              ) : null}
            </div>
          )
        }
      </Field>
      <ReachWays answers={answers} change={change} help={props.help} paste={question.paste !== null} />
    </div>
  );
}

const composer = onDemand(async () => (await import("./composer/composer.tsx")).default);

const ComposerInItsPlace = (props: ComposerProps) => (
  <InItsPlace
    of={composer}
    waiting={<Skeleton className="h-[34px]" />}
    missing="The composer could not be shown. What you typed is kept: try again, or load the page anew."
  >
    {(Composer) => <Composer {...props} />}
  </InItsPlace>
);

const PackLine = ({ pack, phrase }: { readonly pack: FormPack; readonly phrase: string | undefined }) => (
  <>
    {phrase ? `${phrase}. ` : ""}
    {pack.actions.length} {pack.actions.length === 1 ? "action" : "actions"}: {pack.actions.join(", ")}
  </>
);

interface ParametersProps extends Pick<Props, "answers" | "change"> {
  readonly pack: FormPack;
  /** Where several stand side by side, each shows its name. */
  readonly named?: boolean;
}

function Parameters({ pack, answers, change, named = false }: ParametersProps) {
  const given = answers.need !== null && "pack" in answers.need ? answers.need.parameters : {};
  return pack.parameters.map((parameter) => (
    <div key={parameter.name} className="min-w-0 flex-1">
      {named ? (
        <span aria-hidden className="mb-1 block text-xs text-muted">
          {parameter.label}
        </span>
      ) : null}
      <Input
        aria-label={parameter.label}
        title={parameter.label}
        mono
        placeholder={parameter.placeholder}
        value={given[parameter.name] ?? ""}
        maxLength={500}
        onChange={(event) =>
          change({ need: { pack: pack.id, parameters: { ...given, [parameter.name]: event.target.value } } })
        }
      />
    </div>
  ));
}
