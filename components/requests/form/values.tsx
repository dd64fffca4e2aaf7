import type { ReactNode } from "react";
import { backupId, conditionWords, credentialWords } from "#components/charter/words.ts";
import { EnvironmentBadge } from "#components/status.tsx";
import { Person } from "#components/ui/avatar.tsx";
import { exactly } from "#components/ui/moment.ts";
import type { Choices } from "#db/read/new-request.ts";
import type { Charter } from "#lib/domain/charter.ts";

interface Names {
  readonly choices: Choices;
  readonly me: string;
}

const nameIn = (rows: readonly { readonly id: string; readonly name: string }[], id: string): string =>
  rows.find((row) => row.id === id)?.name ?? "someone else";

type Draw = { readonly [F in keyof Charter]?: (value: Charter[F], names: Names) => ReactNode };

const draw: Draw = {
  name: (name) => <code>{name}</code>,
  environment: (environment) => <EnvironmentBadge environment={environment} />,
  target: (name, { choices }) => choices.targets.find((target) => target.name === name)?.title ?? name,
  service: (id, { choices }) => nameIn(choices.services, id),
  team: (id, { choices }) => nameIn(choices.teams, id),
  owner: (id, { choices, me }) => (
    <Person name={nameIn(choices.people, id)} remark={id === me ? "accepts on submit" : "is asked to accept"} />
  ),
  backup: (backup, { choices }) => (
    <Person name={nameIn("team" in backup ? choices.teams : choices.people, backupId(backup))} />
  ),
  endsIt: (id, { choices }) => <Person name={nameIn(choices.people, id)} />,
  dataDomains: (domains) =>
    domains.length > 0 ? domains.join(", ") : <span className="font-normal text-muted">none</span>,
  credential: (model) => credentialWords[model],
  rotation: (rotation) => (rotation ? `every ${rotation.everyDays} days` : "never"),
  endsAt: (at) => exactly(Date.parse(at)),
  retireWhen: (conditions) => conditions.map(conditionWords).join(" · ") || "only at its end",
  exception: (exception) =>
    exception ? (
      `${exception.reason} · until ${exactly(Date.parse(exception.endsAt))}`
    ) : (
      <span className="font-normal text-muted">none</span>
    ),
};

/** A field's value as people read it; null while nothing fills it. */
export function valueIn<F extends keyof Charter>(field: F, filled: Partial<Charter>, names: Names): ReactNode {
  const value = filled[field];
  if (value === undefined) return null;
  const drawn = draw[field];
  return drawn ? drawn(value, names) : String(value);
}
