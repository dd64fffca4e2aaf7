import { digest } from "#lib/digest/digest.ts";
import { objectName } from "#lib/digest/name.ts";
import type { AccessChange } from "#lib/domain/access.ts";
import type { Charter, Environment, RequestKind } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Plan, PlannedObject, StorageSlot } from "#lib/domain/plan.ts";
import type { Reach } from "#lib/domain/reach.ts";
import { asRefusals, type Outcome, ok, type Refusal, refuse } from "#lib/domain/refusal.ts";
import { type ApprovedStorage, pickStorage } from "#lib/domain/storage.ts";
import { accessBetween } from "./access-between.ts";
import type { Connector, Labels, PlanAsk } from "./connector.ts";
import { asFormer } from "./former.ts";
import { connectorOf } from "./registry.ts";

/** A target as published: the worker draws from its own file, the web from the `targets` row; both have the same fields. */
export interface PlanningTarget {
  readonly name: string;
  readonly kind: string;
  readonly title: string;
  readonly environments: readonly Environment[];
  readonly settings: JsonObject;
  readonly entryDigest: string;
  readonly configured: boolean;
}

export interface PlanningVault {
  readonly name: string;
  readonly entryDigest: string;
  readonly configured: boolean;
  readonly approved: readonly ApprovedStorage[];
}

/** What later requests on an identity keep from its birth. */
export interface Born {
  readonly name: string;
  readonly storage: StorageSlot | null;
}

export interface PlanningAsk {
  readonly kind: RequestKind;
  readonly request: string;
  readonly version: number;
  /** As it stands once the request is done. */
  readonly charter: Charter;
  readonly change: JsonObject;
  readonly target: PlanningTarget;
  /** In configuration order: the first approved slot wins. */
  readonly vaults: readonly PlanningVault[];
  /** Whether a secret is made and must be stored; the blueprint says it. */
  readonly stores: boolean;
  readonly labels: Labels;
  /** Null for `provision`. */
  readonly born: Born | null;
  /** Ids of the stored credentials that the identity has, oldest first. */
  readonly held: readonly string[];
  /** The objects as they stand, for a change of access; null for every other kind. */
  readonly present: readonly PlannedObject[] | null;
}

export interface Planned {
  readonly plan: Plan;
  /** sha256(JCS(plan)), hex: what approvals bind. */
  readonly planDigest: string;
  readonly reach: Reach;
  /** What a change of access differs in; null for every other kind. */
  readonly access: AccessChange | null;
}

/**
 * Draws the plan of a request: the same in both processes for the same rows. The web's is a preview, the worker's counts.
 * Refuses at `target`, `environment`, `credential` and `spec.*` what cannot be made, and a change of access that is none.
 */
export async function buildPlan(ask: PlanningAsk): Promise<Outcome<Planned>> {
  const connector = connectorOf(ask.target.kind);
  const unfit = connector === undefined ? notInstalled(ask.target) : misplaced(ask);
  if (connector === undefined || unfit !== null) return refuse(unfit ?? notInstalled(ask.target));
  if (ask.kind === "rotate" && !connector.capabilities.has("rotate"))
    return refuse({ code: "conflict", sentence: `A credential on ${ask.target.title} cannot be replaced yet.` });
  const drawn = drawing(connector, ask);
  if ("refusals" in drawn) return drawn;
  const objects = connector.plan(drawn.ok);
  const access = ask.present === null ? ok(null) : await changeBetween(connector, ask.present, objects);
  if ("refusals" in access) return access;
  const vault = ask.vaults.find(({ name }) => name === drawn.ok.storage?.vault);
  const plan: Plan = {
    v: 1,
    kind: ask.kind,
    request: ask.request,
    version: ask.version,
    identity: ask.labels.identity,
    connector: connector.kind,
    target: ask.target.name,
    name: drawn.ok.name,
    entries: { target: ask.target.entryDigest, vault: vault?.entryDigest ?? null },
    objects,
    storage: drawn.ok.storage,
    endsAt: ask.charter.endsAt,
    change: access.ok === null ? ask.change : sealedChange(ask, access.ok),
  };
  return ok({ plan, planDigest: digest(plan), reach: await connector.reach(objects), access: access.ok });
}

/** The objects say what is wanted; the change says why, what they replace, and how much is added and taken away. */
function sealedChange({ change, present }: PlanningAsk, { added, takenAway }: AccessChange): JsonObject {
  const { spec: _, ...rest } = change;
  return { ...rest, former: asFormer(present ?? []), added: added.length, takenAway: takenAway.length };
}

/** Refuses what would leave everything as it is, and what would leave nothing. */
async function changeBetween(
  connector: Connector<unknown, unknown>,
  present: readonly PlannedObject[],
  objects: readonly PlannedObject[],
): Promise<Outcome<AccessChange>> {
  const change = await accessBetween(connector, present, objects);
  const say = (sentence: string, mend: string) => refuse({ code: "conflict", sentence, mend });
  if ((await connector.access(objects)).length === 0)
    return say("Nothing would be left of its access.", "Retire it instead.");
  return change.added.length + change.takenAway.length > 0
    ? ok(change)
    : say("This is exactly what it may do now.", "Take something away, or add something.");
}

type Drawing = PlanAsk<unknown, unknown>;

function drawing(connector: Connector<unknown, unknown>, ask: PlanningAsk): Outcome<Drawing> {
  const settings = connector.settings.safeParse(ask.target.settings);
  if (!settings.success) return refuse(unreadable(ask.target));
  const spec = connector.spec.safeParse(ask.charter.spec);
  if (!spec.success) return refuse(...specRefusals(spec.error.issues));
  const storage = slotFor(ask);
  if ("refusals" in storage) return storage;
  const drawn: Drawing = {
    kind: ask.kind,
    charter: ask.charter,
    spec: spec.data,
    settings: settings.data,
    name: nameFor(ask),
    storage: storage.ok,
    held: ask.held,
    labels: ask.labels,
  };
  const decides = ask.kind === "provision" || ask.kind === "change-access";
  const valid = decides ? connector.validate(drawn) : ok(null);
  return "refusals" in valid ? valid : ok(drawn);
}

const nameFor = (ask: PlanningAsk): string =>
  ask.born?.name ??
  objectName({
    installation: ask.labels.installation,
    environment: ask.charter.environment,
    slug: ask.charter.name,
    request: ask.request,
    version: ask.version,
  });

/** The slot carries the object's own name, so that two identities of one charter name never meet in a vault. */
function slotFor(ask: PlanningAsk): Outcome<StorageSlot | null> {
  if (ask.born !== null) return ok(ask.born.storage);
  if (!ask.stores) return ok(null);
  const { environment, classification } = ask.charter;
  const { team, service } = ask.labels;
  const slot = pickStorage(
    ask.vaults.filter(({ configured }) => configured),
    { team, environment, classification, service, name: nameFor(ask) },
  );
  if (slot !== null) return ok(slot);
  return refuse({
    code: "invalid",
    field: "credential",
    sentence: `No vault is approved for ${classification} secrets of ${team} in ${environment}.`,
    mend: "Ask an operator to approve a path for it in the worker's configuration, or choose a credential without a secret.",
  });
}

function misplaced({ target, charter }: PlanningAsk): Refusal | null {
  if (!target.configured) {
    return {
      code: "invalid",
      field: "target",
      sentence: `${target.title} is no longer configured.`,
      mend: "Choose another target.",
    };
  }
  if (!target.environments.includes(charter.environment)) {
    return {
      code: "invalid",
      field: "environment",
      sentence: `${target.title} is not a target for ${charter.environment}.`,
      mend: `It takes ${target.environments.join(", ")}.`,
    };
  }
  return null;
}

const notInstalled = (target: PlanningTarget): Refusal => ({
  code: "invalid",
  field: "target",
  sentence: `${target.title} is of a target type that this installation has no code for.`,
});

/** A row that another version of the worker published. */
const unreadable = (target: PlanningTarget): Refusal => ({
  code: "invalid",
  field: "target",
  sentence: `${target.title} is configured in a way that this version cannot read.`,
  mend: "Choose another target, or ask an operator to start a worker of this version.",
});

function specRefusals(issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]) {
  const list = issues.map(
    ({ path, message }): Refusal => ({
      code: "invalid",
      field: ["spec", ...path].map(String).join("."),
      sentence: message,
    }),
  );
  return asRefusals(list) ?? ([{ code: "invalid", field: "spec", sentence: "What it must do is missing." }] as const);
}
