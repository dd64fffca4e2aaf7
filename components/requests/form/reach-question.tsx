"use client";
import { PackageOpen } from "lucide-react";
import { useId } from "react";
import { Combobox } from "#components/ui/combobox.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input, Textarea } from "#components/ui/input.tsx";
import type { FormPack, FormQuestion } from "./contract.ts";
import type { QuestionProps } from "./props.ts";

type Props = QuestionProps<Extract<FormQuestion, { kind: "reach" }>>;

/** A reach pack with its parameters, or pasted text that is explained back. */
export function ReachQuestion(props: Props) {
  const { question, answers, change, packs, preview, error } = props;
  const pasted = answers.need !== null && "pasted" in answers.need;
  const pack = answers.need !== null && "pack" in answers.need ? answers.need : null;
  const chosen = packs.find(({ id }) => id === pack?.pack);
  const help = pasted ? (
    (question.paste ?? question.help)
  ) : chosen ? (
    <PackLine pack={chosen} phrase={preview?.reach?.phrase} />
  ) : (
    question.help
  );
  return (
    <div>
      <Field id={useId()} label={question.label} help={help} error={error}>
        {(control) =>
          answers.need !== null && "pasted" in answers.need ? (
            <Textarea
              {...control}
              mono
              className="min-h-32"
              value={answers.need.pasted}
              maxLength={20_000}
              onChange={(event) => change({ need: { pasted: event.target.value } })}
            />
          ) : (
            <div className="flex flex-wrap gap-2 sm:flex-nowrap">
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
              {chosen ? <Parameters pack={chosen} answers={answers} change={change} /> : null}
            </div>
          )
        }
      </Field>
      {question.paste === null ? null : (
        <button
          type="button"
          className="link mt-1 text-[12.5px]"
          onClick={() => change({ need: pasted ? null : { pasted: "" } })}
        >
          {pasted ? "Choose from the list instead" : "Paste a policy instead"}
        </button>
      )}
    </div>
  );
}

const PackLine = ({ pack, phrase }: { readonly pack: FormPack; readonly phrase: string | undefined }) => (
  <>
    {phrase ? `${phrase}. ` : ""}
    {pack.actions.length} {pack.actions.length === 1 ? "action" : "actions"}: {pack.actions.join(", ")}
  </>
);

function Parameters({ pack, answers, change }: { readonly pack: FormPack } & Pick<Props, "answers" | "change">) {
  const given = answers.need !== null && "pack" in answers.need ? answers.need.parameters : {};
  return pack.parameters.map((parameter) => (
    <Input
      key={parameter.name}
      aria-label={parameter.label}
      title={parameter.label}
      mono
      className="min-w-0 flex-1"
      placeholder={parameter.placeholder}
      value={given[parameter.name] ?? ""}
      maxLength={500}
      onChange={(event) =>
        change({ need: { pack: pack.id, parameters: { ...given, [parameter.name]: event.target.value } } })
      }
    />
  ));
}
