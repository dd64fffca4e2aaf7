import { z } from "zod";
import type { PlanAsk } from "#lib/connectors/connector.ts";
import type { Plan, PlannedObject } from "#lib/domain/plan.ts";
import { asRefusals, type Outcome, ok, type Refusal } from "#lib/domain/refusal.ts";
import { isName, loginName, loginNumber } from "./names.ts";
import type { PostgresqlSettings } from "./settings.ts";
import { type Grant, grantSchema, type PostgresqlSpec } from "./spec.ts";

export type PostgresqlAsk = PlanAsk<PostgresqlSettings, PostgresqlSpec>;

const kinds = { role: "role", login: "login", grants: "grants" } as const;

/** A role without sign-in that owns the grants, a login that is its member, and the grants in each database. */
export function plan(ask: PostgresqlAsk): readonly PlannedObject[] {
  const databases = [...new Set(ask.spec.grants.map(({ database }) => database))];
  return [role(ask), login(ask), ...databases.map((database) => grantsIn(database, ask.spec.grants))];
}

function role({ name, charter, labels }: PostgresqlAsk): PlannedObject {
  return {
    kind: kinds.role,
    title: "Role",
    name,
    note: "holds the privileges, cannot sign in",
    details: [
      { label: "Signs in", value: "never" },
      { label: "Comment", value: `our mark, owner ${labels.owner}, service ${labels.service}` },
    ],
    desired: {
      labels: {
        ...labels,
        environment: charter.environment,
        purpose: charter.purpose,
        endsAt: charter.endsAt,
      },
    },
  };
}

/** The login whose password the vault holds once the request is done: a rotation's is a new one. */
function login({ kind, name, charter, storage, held }: PostgresqlAsk): PlannedObject {
  const newest = Math.max(0, ...held.map((id) => loginNumber(name, id) ?? 0));
  const beside = kind === "rotate" ? [] : held.filter((id) => loginNumber(name, id) !== newest);
  const place = storage === null ? "not decided" : `${storage.vault}: ${storage.mount}/${storage.path}`;
  return {
    kind: kinds.login,
    title: "Login",
    name: loginName(name, kind === "rotate" ? newest + 1 : Math.max(newest, 1)),
    note:
      kind === "rotate"
        ? "takes the place of the older one; the next number, should a try be given up"
        : "may sign in only once its password is stored",
    details: [
      { label: "Acts as", value: name, mono: true },
      ...(kind === "rotate" ? [{ label: "Replaces", value: held.join(", "), mono: true }] : []),
      ...(beside.length > 0 ? [{ label: "Older login", value: beside.join(", "), mono: true }] : []),
      { label: "Password valid until", value: charter.endsAt },
      { label: "Password stored in", value: place, mono: true },
      ...(charter.binding.kind === "workload" ? [{ label: "Used by", value: charter.binding.runsOn }] : []),
    ],
    desired: {
      ...{ memberOf: name, actsAs: name, validUntil: charter.endsAt },
      ...(beside.length > 0 ? { beside } : {}),
    },
  };
}

function grantsIn(database: string, all: readonly Grant[]): PlannedObject {
  const grants = all.filter((grant) => grant.database === database);
  return {
    kind: kinds.grants,
    title: `Privileges in ${database}`,
    name: database,
    details: [
      { label: "Connects to", value: database, mono: true },
      ...grants.map(({ privileges, on, schema, names }) => ({
        label: privileges.join(", "),
        value: names.includes("*") ? `every ${on} in ${schema}` : names.map((name) => `${schema}.${name}`).join(", "),
        mono: true,
      })),
    ],
    desired: { grants },
  };
}

const roleDesired = z.object({ labels: z.record(z.string(), z.string()) });
const loginDesired = z.object({
  memberOf: z.string(),
  validUntil: z.string(),
  beside: z.array(z.string()).default([]),
});
const grantsDesired = z.object({ grants: z.array(grantSchema) });

/** A plan as the steps act on it. */
export interface Desired {
  readonly role: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly login: string;
  /** Logins that a rotation under way replaces and that may still sign in. */
  readonly beside: readonly string[];
  /** ISO instant. */
  readonly validUntil: string;
  readonly grants: readonly Grant[];
}

/** Reads the planned objects back; throws when one is missing, which no released plan does. */
export function desiredOf({ objects }: Pick<Plan, "objects">): Desired {
  const find = (kind: string): PlannedObject => {
    const object = objects.find((one) => one.kind === kind);
    if (object === undefined) throw new TypeError(`The plan has no ${kind}.`);
    return object;
  };
  const [owner, member] = [find(kinds.role), find(kinds.login)];
  const { validUntil, beside } = loginDesired.parse(member.desired);
  return {
    role: owner.name,
    labels: roleDesired.parse(owner.desired).labels,
    login: member.name,
    beside,
    validUntil,
    grants: objects
      .filter(({ kind }) => kind === kinds.grants)
      .flatMap(({ desired }) => grantsDesired.parse(desired).grants),
  };
}

const invalid = (field: string, sentence: string, mend: string): Refusal => ({
  code: "invalid",
  sentence,
  field,
  mend,
});

/** Refuses what PostgreSQL would cut short, or what this target is not open for. */
export function validate(ask: PostgresqlAsk): Outcome<null> {
  const { spec, settings, charter, storage, name } = ask;
  const closed = [...new Set(spec.grants.map(({ database }) => database))].filter(
    (one) => !settings.databases.includes(one),
  );
  const refusals = asRefusals([
    ...(isName(loginName(name))
      ? []
      : [invalid("name", "PostgreSQL names have at most 63 bytes.", "Choose a shorter name.")]),
    ...closed.map((database) =>
      invalid(
        "need.parameters.database",
        `This target is not open for the database ${database}.`,
        `It is open for ${settings.databases.join(", ")}.`,
      ),
    ),
    ...(charter.credential === "static"
      ? []
      : [
          invalid(
            "credential",
            "A database login is used with a static password.",
            "Choose static, with a rotation rule.",
          ),
        ]),
    ...(storage === null
      ? [
          invalid(
            "credential",
            "No approved storage fits this team, environment and classification.",
            "Ask an operator to approve a vault path.",
          ),
        ]
      : []),
    ...(charter.binding.kind === "workload"
      ? []
      : [invalid("binding", "A database login serves a workload, not a pipeline.", "Say where it runs.")]),
  ]);
  return refusals === null ? ok(null) : { refusals };
}
