"use client";
import { useId } from "react";
import { backupId, credentialWords } from "#components/charter/words.ts";
import { Combobox } from "#components/ui/combobox.tsx";
import { DateInput } from "#components/ui/date-input.tsx";
import { Input } from "#components/ui/input.tsx";
import { startOf } from "#components/ui/moment.ts";
import { Select } from "#components/ui/select.tsx";
import { type Charter, classifications, credentialModels } from "#lib/domain/charter.ts";
import type { EditorProps } from "./props.ts";
import { DomainsEditor, ExceptionEditor, RetirementEditor, RotationEditor } from "./term-editors.tsx";

/** The control that changes one filled field, in its line's place. */
export function Editor(props: EditorProps) {
  const { field } = props.line;
  if (field === "name") return <NameEditor {...props} />;
  if (field === "endsAt") return <EndEditor {...props} />;
  if (field === "dataDomains") return <DomainsEditor {...props} />;
  if (field === "retireWhen") return <RetirementEditor {...props} />;
  if (field === "rotation") return <RotationEditor {...props} />;
  if (field === "exception") return <ExceptionEditor {...props} />;
  if (field === "owner" || field === "backup" || field === "endsIt") return <PersonEditor {...props} />;
  return <ListEditor {...props} />;
}

const NameEditor = ({ line, preview, edit, done }: EditorProps) => (
  <Input
    autoFocus
    aria-label={line.label}
    mono
    maxLength={100}
    defaultValue={preview?.filled.name ?? ""}
    onKeyDown={(event) => (event.key === "Enter" || event.key === "Escape") && done()}
    onChange={(event) => edit({ name: event.target.value })}
  />
);

const EndEditor = ({ line, preview, answers, edit, done }: EditorProps) => (
  <DateInput
    autoFocus
    aria-label={line.label}
    value={(answers.edits.endsAt ?? preview?.filled.endsAt ?? "").slice(0, 10)}
    onKeyDown={(event) => (event.key === "Enter" || event.key === "Escape") && done()}
    onChange={(day) => day && edit({ endsAt: startOf(day) })}
  />
);

function listOf({ line, choices }: EditorProps): readonly { readonly value: string; readonly label: string }[] {
  if (line.field === "target") return choices.targets.map(({ name, title }) => ({ value: name, label: title }));
  if (line.field === "service") return choices.services.map(({ id, name }) => ({ value: id, label: name }));
  if (line.field === "team") return choices.teams.map(({ id, name }) => ({ value: id, label: name }));
  if (line.field === "classification") return classifications.map((value) => ({ value, label: value }));
  return credentialModels.map((value) => ({ value, label: credentialWords[value] }));
}

function ListEditor(props: EditorProps) {
  const { field, label } = props.line;
  const value = props.preview?.filled[field as "target" | "service" | "team" | "classification" | "credential"] ?? "";
  return (
    <Select
      autoFocus
      aria-label={label}
      choices={listOf(props)}
      value={value}
      onChange={(event) => {
        props.edit({ [field]: event.target.value });
        props.done();
      }}
    />
  );
}

function PersonEditor(props: EditorProps) {
  const { line, preview, choices, edit, done } = props;
  const id = useId();
  const { backup, owner, endsIt } = preview?.filled ?? ({} as Partial<Charter>);
  const value =
    line.field === "backup" ? (backup ? backupId(backup) : "") : ((line.field === "owner" ? owner : endsIt) ?? "");
  const people = choices.people.map((person) => ({ value: person.id, label: person.name, detail: person.email }));
  const teams =
    line.field === "backup" ? choices.teams.map((team) => ({ value: team.id, label: team.name, detail: "team" })) : [];
  const take = (chosen: string) => {
    const isTeam = choices.teams.some((team) => team.id === chosen);
    if (line.field === "backup") edit({ backup: isTeam ? { team: chosen } : { person: chosen } });
    else edit(line.field === "owner" ? { owner: chosen } : { endsIt: chosen });
    done();
  };
  return (
    <Combobox
      control={{ id, "aria-describedby": undefined, "aria-invalid": undefined }}
      label={line.label}
      autoFocus
      value={value}
      options={[...teams, ...people]}
      onChange={take}
    />
  );
}
