"use client";
import { CircleHelp } from "lucide-react";
import { useId, useState } from "react";
import { credentialWords } from "#components/charter/words.ts";
import { Badge } from "#components/ui/badge.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { type Choice, Select } from "#components/ui/select.tsx";
import { type Candidate, propose, whyThisRung } from "./propose.ts";

const tokens: readonly Choice[] = [
  { value: "yes", label: "Yes: it runs in GitHub Actions" },
  { value: "no", label: "No, or I do not know" },
];

/** *Not sure?*: three questions, then the blueprint with the best credential model they allow. */
export default function NotSure(props: {
  readonly blueprints: readonly Candidate[];
  readonly groups: readonly Choice[];
  readonly places: readonly Choice[];
}) {
  const id = useId();
  const [group, setGroup] = useState("");
  const [connector, setConnector] = useState("");
  const [token, setToken] = useState("");
  const questions = [
    { label: "What will use it?", choices: props.groups, value: group, set: setGroup },
    { label: "Where must it get in?", choices: props.places, value: connector, set: setConnector },
    { label: "Does its platform give it a token of its own?", choices: tokens, value: token, set: setToken },
  ];
  const answered = group && connector && token ? { group, connector, token: token === "yes" } : null;
  return (
    <Card title="Not sure?" className="mb-6">
      <div className="grid gap-x-4 md:grid-cols-3">
        {questions.map(({ label, choices, value, set }) => (
          <Field key={label} id={`${id}-${label}`} label={label}>
            {(control) => (
              <Select
                {...control}
                placeholder="Choose"
                choices={choices}
                value={value}
                onChange={(event) => set(event.target.value)}
              />
            )}
          </Field>
        ))}
      </div>
      <div aria-live="polite" className="min-h-12">
        {answered === null ? (
          <p className="flex items-center gap-2 text-muted">
            <CircleHelp aria-hidden className="size-4" /> Three answers, one proposal.
          </p>
        ) : (
          <Proposal blueprint={propose(props.blueprints, answered)} answered={answered} />
        )}
      </div>
    </Card>
  );
}

function Proposal({
  blueprint,
  answered,
}: {
  readonly blueprint: Candidate | null;
  readonly answered: Parameters<typeof propose>[1];
}) {
  if (blueprint === null) return <p>No blueprint fits. Ask an operator which target should get one.</p>;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <div className="min-w-0 flex-1 basis-72">
        <p className="flex flex-wrap items-center gap-2">
          <b className="font-[560]">{blueprint.title}</b> <Badge>{credentialWords[blueprint.credential]}</Badge>
        </p>
        <p className="text-[13px] text-muted">{whyThisRung(blueprint, answered)}</p>
      </div>
      <LinkButton look="primary" href={`/requests/new?blueprint=${blueprint.id}`}>
        Go on with it
      </LinkButton>
    </div>
  );
}
