import type { z } from "zod";
import type { Covers, Permission } from "#lib/domain/access.ts";
import type { AccessTold } from "#lib/domain/access-use.ts";
import type { Charter, CredentialModel, RequestKind } from "#lib/domain/charter.ts";
import type { EstateIdentity } from "#lib/domain/estate.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { UseSignal } from "#lib/domain/last-use.ts";
import type { DenialRead, Explained, Found, Grant } from "#lib/domain/permission.ts";
import type { Plan, PlannedObject, StorageSlot } from "#lib/domain/plan.ts";
import type { HeldAttempt } from "#lib/domain/provisioning/client-chosen-secret.ts";
import type { Reach } from "#lib/domain/reach.ts";
import type { Outcome } from "#lib/domain/refusal.ts";
import type { Secret } from "#lib/domain/secret.ts";
import type { Calls, Check, Mark } from "#lib/domain/target.ts";
import { plainLine } from "#lib/domain/text.ts";
import type { ReachPack } from "./blueprint.ts";

/**
 * What not every target type can do; plans, sweeps and screens ask for a capability, never for a kind. `rotate`: replaces a
 * stored credential; `last-used`: tells of use; `federate`: trusts tokens of an identity provider.
 */
export type Capability = "rotate" | "last-used" | "access-used" | "federate";

/** `issue` is the only kind that may touch a secret; `disable`, `revoke` and `remove` run in lane 0. */
export type StepKind = "create" | "issue" | "empower" | "disable" | "revoke" | "remove" | "read";
/** Kinds that only take away: they never wait behind provisioning work. */
export const laneOf = (kind: StepKind): 0 | 1 => (kind === "disable" || kind === "revoke" || kind === "remove" ? 0 : 1);

export interface FlowStep {
  /** Unique within a flow; key of `Target.steps` (except `issue`, which the worker runs from `Target.credential`). */
  readonly name: string;
  readonly kind: StepKind;
  /** What a person reads while it runs: "Create the role, without permissions". */
  readonly title: string;
  /** Runs only once the hold of a retirement has passed. */
  readonly afterHold?: true;
}

/** What a plan is drawn from. `settings` is the target's public entry: the web reads it from `targets`, the worker from its file. */
export interface PlanAsk<Settings, Spec> {
  readonly kind: RequestKind;
  readonly charter: Charter;
  readonly spec: Spec;
  readonly settings: Settings;
  /** Deterministic public name of the main object. */
  readonly name: string;
  readonly storage: StorageSlot | null;
  /** The target's own ids of the stored credentials that the identity has, oldest first; none at its birth. */
  readonly held: readonly string[];
  /** Labels that every object carries where the target allows: team and service slugs, owner, portal address. */
  readonly labels: Labels;
}

export interface Labels {
  readonly installation: string;
  readonly identity: string;
  readonly portal: string;
  readonly team: string;
  readonly service: string;
  readonly owner: string;
}

/** A kind of target, as both processes know it. Must not import, even dynamically, its `target.ts` or a vendor's SDK. */
export interface Connector<Settings, Spec> {
  readonly kind: string;
  readonly title: string;
  readonly capabilities: ReadonlySet<Capability>;
  /** Credential models it can make, best first, for the ladder. */
  readonly credentials: readonly CredentialModel[];
  /** Guards this target's entry in the worker's configuration file. References to secrets, never secrets. */
  readonly settings: z.ZodType<Settings>;
  /** An entry that a newcomer can paste and fill in, and the least-privilege policy to create at the target. */
  readonly example: { readonly settings: JsonObject; readonly credentials: JsonObject; readonly policy: string };
  /** The word by which `npm run look` reaches this kind of target with what the shell has, and settings that suffice for it. */
  readonly firstLook?: { readonly word: string; readonly settings: JsonObject };
  /** What a requester supplies beyond the charter. Error messages are sentences for people; paths are field names. */
  readonly spec: z.ZodType<Spec>;
  /** Makes the spec from a chosen reach pack with parameters, from composed grants or from pasted text; refusals name the field. */
  specFrom(need: Need): Outcome<Spec>;
  /** The spec without these actions (names as `reach` gives them), for *ask for less*; refuses when nothing would be left. */
  narrow(spec: Spec, drop: readonly string[]): Promise<Outcome<Spec>>;
  /** Hard limits the plan must keep (name lengths, document sizes, principals), as refusals at their fields. */
  validate(ask: PlanAsk<Settings, Spec>): Outcome<null>;
  plan(ask: PlanAsk<Settings, Spec>): readonly PlannedObject[];
  flow(kind: RequestKind, plan: Plan): readonly FlowStep[];
  /** What is left of a spec (`beside`) or nothing of it (`instead`), with all that another says; what the spec makes stays the same. */
  amend(spec: Spec, more: Spec, how: "beside" | "instead"): Spec;
  /** Text that, pasted, comes to this spec again; absent where nothing can be pasted. */
  asText?(spec: Spec): string;
  /** Every permission that the planned objects give, named as `reach` names it: what changes of access are compared by. */
  access(objects: readonly PlannedObject[]): Promise<readonly Permission[]>;
  /** What wildcards among actions stand for beyond what is known today: added where the same was not there before. */
  later?(objects: readonly PlannedObject[]): Promise<readonly Permission[]>;
  /** Whether one resource of a permission certainly names all of another. */
  readonly covers: Covers;
  /** Everything the planned objects allow, expanded. Asynchronous only because vendors' action data is loaded lazily. */
  reach(objects: readonly PlannedObject[]): Promise<Reach>;
  /** Copy-and-paste texts for this very identity. `facts` are what its steps committed (ARN, vault path). */
  use(plan: Plan, facts: JsonObject): readonly Usage[];
  /** Help with saying what it must do; absent where permissions cannot be composed. */
  readonly permissions?: PermissionHelp<Settings, Spec>;
}

/**
 * Search, explanation and check of permissions, and the reading of error messages: from the vendor's own reference, loaded on
 * the server. Settings are those of the target, null while none is chosen. Everything that is read was written by others.
 */
export interface PermissionHelp<Settings, Spec> {
  /** Words of the composer: how a resource is called and written, and what an error message of this target type looks like. */
  readonly words: { readonly resource: string; readonly example: string; readonly denial: string };
  /** Services and actions that fit what is typed, best first; `within` looks into one service alone. At most 40. */
  search(wanted: { readonly text: string; readonly within: string | null }): Promise<readonly Found[]>;
  /** Explains grants back and checks them. A remark that is `bad` is a refusal at its field. */
  explain(grants: readonly Grant[], settings: Settings | null): Promise<Explained>;
  /** Reads an error message; refuses at `denial` text that names nothing denied. */
  denied(text: string): Promise<Outcome<DenialRead>>;
  /** A spec as grants, from which `specFrom` makes the same spec; as text to paste where it says more than grants can. */
  needOf(spec: Spec): { readonly grants: readonly Grant[] } | { readonly pasted: string };
}

export type Need =
  | { readonly pack: ReachPack; readonly parameters: Readonly<Record<string, string>>; readonly blueprint: JsonObject }
  | { readonly grants: readonly Grant[]; readonly blueprint: JsonObject }
  | { readonly pasted: string; readonly blueprint: JsonObject };

export interface Usage {
  readonly title: string;
  readonly language: "yaml" | "hcl" | "bash" | "text";
  readonly text: string;
}

/** The committed decision to change a target. `mark` is that of the intent that created the identity's objects. */
export interface Intent {
  readonly id: string;
  readonly kind: RequestKind;
  readonly identity: string;
  readonly target: string;
  readonly name: string;
  readonly plan: Plan;
  readonly planDigest: string;
  readonly mark: Mark;
  /** When the creating intent was committed; ISO instant. An older object under our name is a squatter. */
  readonly markedAt: string;
}

/** What a step is given. Nothing in it outlives the step. */
export interface StepWork {
  readonly intent: Intent;
  readonly plan: Plan;
  /** Facts committed so far by this intent's steps, this one's checkpoints included, over those of the identity's earlier intents. */
  readonly facts: JsonObject;
  /** Fenced commit of more facts; throws when this worker no longer owns the step. Never contains a secret. */
  checkpoint(facts: JsonObject): Promise<void>;
  readonly calls: Calls;
}

/** One idempotent action under the intent's mark. Faults are thrown as `TargetFault`. */
export interface Step {
  run(work: StepWork): Promise<StepDone>;
  /** Takes back what `run` did; idempotent; called in reverse order while the identity has no power. */
  undo?(work: StepWork): Promise<void>;
}
export interface StepDone {
  readonly facts: JsonObject;
  /** One sentence of what was seen, for the step's line on screen: "Read back: trust and path as planned." */
  readonly evidence: string;
  /** Objects and their state after the step, for the inventory. */
  readonly objects?: readonly ObjectState[];
  /** Credentials that it disabled or removed one by one; what is done to all of an identity's follows from the request. */
  readonly ended?: readonly EndedCredential[];
}
export interface EndedCredential {
  readonly externalId: string;
  readonly state: "disabled" | "removed";
}
export interface ObjectState {
  readonly kind: string;
  readonly name: string;
  /** The target's own id: ARN, role oid. */
  readonly externalId: string;
  readonly state: "powerless" | "live" | "disabled" | "removed";
}

/** Thrown by a step that meets an object which is not ours, or differs from the plan: the saga stops, alarms, touches nothing. */
export class Squatter extends Error {
  readonly object: string;
  constructor(object: string, why: string) {
    super(plainLine(`${object}: ${why}`, 1_000));
    this.name = "Squatter";
    this.object = object;
  }
}

export type Observed =
  | { readonly state: "absent" }
  | {
      readonly state: "ours";
      readonly externalId: string;
      readonly enabled: boolean;
      readonly differences: readonly string[];
    }
  | { readonly state: "not-ours"; readonly why: string }
  | { readonly state: "unknown-yet" };

/** An identity seen at a target by `discover`, ours or not. */
export interface ObservedObject {
  readonly kind: string;
  readonly name: string;
  readonly externalId: string;
  readonly createdAt: string | null;
  /** The mark it carries, verified by the caller; null when it carries none. */
  readonly mark: Mark | null;
  readonly enabled: boolean;
  readonly credentials: readonly { readonly id: string; readonly active: boolean; readonly createdAt: string | null }[];
}

/** A target's objects as one reading showed them. It may be older than a call made now: what it says is gone or differs is asked again. */
export interface Whole {
  readonly objects: readonly ObservedObject[];
  /** As `observe`, without a call; null when it holds nothing under the intent's name. */
  observe(intent: Intent): Promise<Observed | null>;
}

/** What `connect(entry)` in a connector's `target.ts` is given: one target of the worker's configuration file, references resolved. */
export interface ConnectEntry<Settings = unknown> {
  /** The target's name. */
  readonly name: string;
  /** Parsed by the connector's own schema. */
  readonly settings: Settings;
  /** Secrets by their name in the entry; held in memory for as long as the target is connected. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Consistency windows in milliseconds that replace the connector's defaults. */
  readonly windows: Readonly<Record<string, number>>;
  readonly installation: string;
  /** `system_identifier` of the portal's own PostgreSQL, which a database target must not be. */
  readonly portalSystemIdentifier?: string;
  /** True when this worker's mark key made `mark` for exactly this object. */
  markVerify(mark: Mark, of: MarkedObject): boolean;
}
export interface MarkedObject {
  readonly target: string;
  readonly name: string;
  readonly intent: string;
  readonly planDigest: string;
}

/** Worker only; made by a connector's `connect(entry)` in its `target.ts`. */
export interface Target {
  /** Reachable? Exactly which rights are missing? Proves removal on a throwaway object where that costs something. */
  check(calls: Calls): Promise<readonly Check[]>;
  readonly steps: Readonly<Record<string, Step>>;
  /** Primitives of the credential protocol its `issue` step follows; absent when it never issues one. */
  readonly credential?: ServerChosenCredential | ClientChosenCredential;
  observe(intent: Intent, calls: Calls): Promise<Observed>;
  discover(calls: Calls): AsyncIterable<ObservedObject>;
  /**
   * Reads at once what `discover` lists and what `observe` compares, in as few calls as the target allows. Credentials are listed
   * and plans compared of the objects in `of` alone, by their names: a call each. Absent where it has no such reading; null where
   * the worker lacks the right to it. A reading that breaks off is a fault, never a shorter list.
   */
  readWhole?(calls: Calls, of: ReadonlySet<string>): Promise<Whole | null>;
  /** Reads the whole target, whoever made what lies there, for a first look; absent where that cannot be done. */
  survey?(calls: Calls): Promise<Survey>;
  /** What it tells of use; absent when it tells nothing. */
  readonly lastUse?: LastUse;
  /** Which services and actions an object used; absent where it does not tell. */
  readonly accessUse?: AccessUse;
  close(): Promise<void>;
}

/** A whole target as it is now. */
export interface Survey {
  /** What was looked at, in words: "AWS account 111122223333". */
  readonly of: string;
  /** Who the target takes us for. */
  readonly by: string;
  /** What could not be read for want of a right, a sentence each. */
  readonly unread: readonly string[];
  readonly identities: AsyncIterable<EstateIdentity>;
}

/** One way in to an identity, whose last use is asked for. */
export interface UseSubject {
  readonly identity: string;
  /** Public name of the identity's main object. */
  readonly name: string;
  readonly kind: "credential" | "object";
  /** The target's own id of it: access key id, login, ARN. */
  readonly externalId: string;
  /** Since when it could have been used. */
  readonly since: Date;
}
export interface UseTold {
  readonly subject: UseSubject;
  /** Null: the target tells nothing of this one. */
  readonly signal: Omit<UseSignal, "observedAt"> | null;
}
export interface LastUse {
  /** Asking again sooner tells nothing new. */
  readonly everyMinutes: number;
  /** One answer for each that is asked; reads only. Cheap: where the target tells of many at once, many are asked for at once. */
  tell(asked: readonly UseSubject[], calls: Calls): Promise<readonly UseTold[]>;
}

export interface AccessUse {
  /** Asking again sooner tells nothing new. */
  readonly everyMinutes: number;
  /** What one object used; null: it tells nothing of this one. Reads only; some calls each, so that few are asked for at once. */
  tell(subject: UseSubject, calls: Calls): Promise<Omit<AccessTold, "observedAt"> | null>;
}

export interface CredentialSeen {
  readonly id: string;
  readonly active: boolean;
  readonly everUsed: boolean;
}

/** AWS keys, Entra passwords: the target chooses the secret and tells it once. */
export interface ServerChosenCredential {
  readonly protocol: "server-chosen";
  /** How long an unanswered mint may still take effect after the last lease that could sign one, ms (AWS: 15 min + consistency). */
  readonly mintWindowMs: number;
  /** How long a read may lag behind a write, ms. */
  readonly consistencyMs: number;
  list(work: StepWork): Promise<readonly CredentialSeen[]>;
  /** Mints one credential, hands its secret to `sink`, returns its id. SDK retries off. */
  mint(work: StepWork, sink: (secret: Secret) => void): Promise<string>;
  deactivate(work: StepWork, id: string): Promise<void>;
  /** `deleted` only on the target's own word; `absent` proves nothing inside the window. */
  remove(work: StepWork, id: string): Promise<"deleted" | "absent">;
  /** True once the target accepts the credential; false while it does not yet. */
  probe(work: StepWork, id: string, secret: Secret): Promise<boolean>;
}

/** An attempt at one of an identity's holders (logins): `turn` counts those that one request makes, from 0. */
export interface AttemptAt {
  readonly attempt: number;
  readonly turn: number;
}

/** PostgreSQL, AppRole: we choose the secret; the target itself is the fence. */
export interface ClientChosenCredential {
  readonly protocol: "client-chosen";
  /** The holder's own name at the target, for the inventory: the login. */
  id?(work: StepWork, turn: number): string;
  /** New random secret fields for this identity, in memory only. */
  make(work: StepWork, turn: number): Secret;
  /** What the target holds: the attempt its mark names, or closed, or that it is not ours. */
  read(work: StepWork, turn: number): Promise<HeldAttempt>;
  /** One transaction: lock, require our mark with a smaller attempt, set the secret, mark + attempt. A rotation's holder is made in it, without power. */
  set(work: StepWork, at: AttemptAt, secret: Secret): Promise<"set" | "fenced">;
  /** Absent where a target cannot hold two at once, and so cannot rotate. */
  readonly beside?: BesideCredential;
}

/** What a rotation asks beyond that: the new secret works at the target before anybody can fetch it. */
export interface BesideCredential {
  /** One transaction: lock, require our mark with this very attempt, let the holder be used. */
  enable(work: StepWork, at: AttemptAt): Promise<"enabled" | "fenced">;
  /** Uses the secret as its consumer will; false when the target does not accept it. */
  probe(work: StepWork, secret: Secret): Promise<boolean>;
  /** Closes and removes every holder of the identity but those that are replaced and this one. */
  clear(work: StepWork, turn: number): Promise<void>;
  /** What is recorded once the holder's secret is stored. */
  recorded(work: StepWork, turn: number): Promise<Pick<StepDone, "facts" | "objects">>;
}
