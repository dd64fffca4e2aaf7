import type { PlanAsk } from "#lib/connectors/connector.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { PlannedObject } from "#lib/domain/plan.ts";
import { permissionsDocument, permissionsName, placed } from "./permissions.ts";
import { type AwsSettings, roleArn, userArn } from "./settings.ts";
import type { AwsSpec } from "./spec.ts";
import { describingTags } from "./tags.ts";
import { audience, subjectOf, trustDocument } from "./trust.ts";

export type AwsAsk = PlanAsk<AwsSettings, AwsSpec>;

/** Kinds of objects this connector plans. */
export const kinds = { role: "role", user: "user", policy: "inline-policy", key: "access-key" } as const;

/** Longest session a role gives, in seconds. */
const sessionSeconds = 3600;

/** The exact objects: role or user, its permissions, and for a user its one access key. Tags leave out the mark, which only the worker can make. */
export function plan(ask: AwsAsk): readonly PlannedObject[] {
  return ask.spec.object === "role" ? [role(ask), policy(ask)] : [user(ask), policy(ask), key(ask)];
}

function role({ charter, settings, name, labels }: AwsAsk): PlannedObject {
  const { binding } = charter;
  const provider = settings.githubProviderArn ?? "";
  const trust: JsonObject = binding.kind === "github" ? trustDocument(binding, provider, charter.endsAt) : {};
  const trusted = binding.kind === "github" ? binding.formats.map((format) => subjectOf(binding, format)) : [];
  return {
    kind: kinds.role,
    title: "IAM role",
    name,
    note: "created without permissions",
    details: [
      { label: "ARN", value: roleArn(settings, name), mono: true },
      ...trusted.map((value) => ({ label: "Trusts", value, mono: true })),
      { label: "Audience", value: audience, mono: true },
      { label: "Trusted until", value: charter.endsAt },
      { label: "Ceiling", value: settings.boundaryArn ?? "none", mono: true },
      { label: "Session", value: "at most 1 hour" },
    ],
    desired: {
      path: settings.path,
      boundary: settings.boundaryArn,
      tags: describingTags(charter, labels),
      trust,
      sessionSeconds,
    },
  };
}

function user({ charter, settings, name, labels }: AwsAsk): PlannedObject {
  return {
    kind: kinds.user,
    title: "IAM user",
    name,
    note: "created without permissions",
    details: [
      { label: "ARN", value: userArn(settings, name), mono: true },
      ...(charter.binding.kind === "workload" ? [{ label: "Used by", value: charter.binding.runsOn }] : []),
      { label: "Ceiling", value: settings.boundaryArn ?? "none", mono: true },
      { label: "Console sign-in", value: "none" },
    ],
    desired: { path: settings.path, boundary: settings.boundaryArn, tags: describingTags(charter, labels) },
  };
}

function policy({ charter, settings, spec }: AwsAsk): PlannedObject {
  return {
    kind: kinds.policy,
    title: "Permissions",
    name: permissionsName,
    note: "attached last",
    details: [
      ...spec.statements.map(({ actions, resources }) => ({
        label: "Allows",
        value: `${actions.join(", ")} on ${resources.map((one) => placed(one, settings)).join(", ")}`,
        mono: true,
      })),
      { label: "Denies all from", value: charter.endsAt },
    ],
    desired: { document: permissionsDocument(spec.statements, settings, charter.endsAt) },
  };
}

function key({ name, storage }: AwsAsk): PlannedObject {
  const place = storage === null ? "not decided" : `${storage.vault}: ${storage.mount}/${storage.path}`;
  return {
    kind: kinds.key,
    title: "Access key",
    name,
    note: "one, stored before anything is allowed",
    details: [{ label: "Stored in", value: place, mono: true }],
    desired: { fields: ["access_key_id", "secret_access_key"] },
  };
}
