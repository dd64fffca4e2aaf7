import { readFileSync } from "node:fs";
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  IAMClient,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { sql } from "drizzle-orm";
import type { Charter } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { githubSubjects } from "#lib/domain/subject.ts";
import { granted, Refused, type Stage } from "./stage.ts";
import type { Deed } from "./story.ts";

/** Where the demo's simulated systems keep their worlds and credentials. */
export interface World {
  readonly folder: string;
  /** Where the clusters lie that stand for databases. */
  readonly clusters: string;
}

interface Row extends Record<string, unknown> {
  readonly name: string;
  readonly target: string;
  readonly charter: Charter;
  readonly facts: JsonObject;
}
const nowhere = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
});
const more = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }],
});

/** The account as its administrators reach it, past the portal. */
function accountOf({ folder }: World, target: string) {
  const credential = (name: string) => readFileSync(`${folder}/${target}.${name}`, "utf8");
  const config = JSON.parse(readFileSync(`${folder}/worker.json`, "utf8")) as {
    targets: { name: string; settings: { endpoint?: string } }[];
  };
  const endpoint = config.targets.find(({ name }) => name === target)?.settings.endpoint ?? "";
  const credentials = { accessKeyId: credential("accessKeyId"), secretAccessKey: credential("secretAccessKey") };
  return { endpoint, iam: new IAMClient({ region: "eu-central-1", endpoint, credentials }) };
}

/** Somebody changes an object at its target and tells nobody. */
export async function outside(stage: Stage, world: World, deed: Extract<Deed, { do: "outside" }>): Promise<void> {
  const { name, target } = await objectOf(stage, deed.name);
  const { iam } = accountOf(world, target);
  const role = { RoleName: name };
  switch (deed.what) {
    case "take-name":
      await iam.send(new CreateRoleCommand({ ...role, AssumeRolePolicyDocument: nowhere }));
      return;
    case "copy-mark": {
      const { Role } = await iam.send(new GetRoleCommand(role));
      const copy = {
        RoleName: `${deed.name}-copy`,
        AssumeRolePolicyDocument: nowhere,
        Path: Role?.Path,
        Tags: Role?.Tags ?? [],
      };
      await iam.send(new CreateRoleCommand(copy));
      return;
    }
    case "widen": {
      const { PolicyNames: [PolicyName = "more"] = [] } = await iam.send(new ListRolePoliciesCommand(role));
      await iam.send(new PutRolePolicyCommand({ ...role, PolicyName, PolicyDocument: more }));
      return;
    }
    case "delete": {
      const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand(role));
      for (const PolicyName of PolicyNames) await iam.send(new DeleteRolePolicyCommand({ ...role, PolicyName }));
      await iam.send(new DeleteRoleCommand(role));
    }
  }
}

/** The object's own name: that of the plan, which exists before the object does. */
export async function objectOf(
  { db, born }: Stage,
  name: string,
): Promise<{ readonly name: string; readonly target: string }> {
  const [row] = await db.execute<{ name: string; target: string }>(sql`
    select s.plan ->> 'name' as name, s.plan ->> 'target' as target from charter.request_states s where s.request::text = ${born.get(name) ?? ""}`);
  if (row === undefined) throw new Refused(`${name} has no plan.`);
  return row;
}

/** Nothing while it was not asked for, or does not live. A workflow exchanges its token, a job signs a call with the key it has from the vault. */
export async function use(stage: Stage, world: World, name: string): Promise<void> {
  const id = stage.born.get(name);
  if (id === undefined) return;
  const [row] = await stage.db.execute<Row>(sql`
    select object_name as name, target, charter, facts from charter.identities where id = ${id}::uuid and state = 'live'`);
  if (row === undefined) return;
  const { binding } = row.charter;
  if (binding.kind === "github") {
    const [subject] = granted(name, githubSubjects(binding));
    const { repository, repositoryId, ownerId } = binding;
    const claims = { sub: subject?.sub, repository, repository_id: repositoryId, repository_owner_id: ownerId };
    await stage.act("token/exchange", { target: row.target, role: row.facts.arn, claims });
    return;
  }
  const secret = await storedFor(stage, world, name);
  if (secret === null) return;
  const credentials = { accessKeyId: secret.access_key_id, secretAccessKey: secret.secret_access_key };
  const { endpoint } = accountOf(world, row.target);
  await new STSClient({ region: "eu-central-1", endpoint, credentials }).send(new GetCallerIdentityCommand({}));
}

interface AccessKey {
  readonly access_key_id: string;
  readonly secret_access_key: string;
}
interface Vault {
  readonly mounts: Record<
    string,
    Record<string, { readonly current: number; readonly versions: Record<string, { readonly data: AccessKey | null }> }>
  >;
}

/** What the workload's own access to the vault would give it; the simulated vault keeps it in its world's file. */
async function storedFor({ db, born }: Stage, { folder }: World, name: string): Promise<AccessKey | null> {
  const [place] = await db.execute<{ vault: string; mount: string; path: string }>(sql`
    select vault, mount, path from charter.credentials where identity::text = ${born.get(name) ?? ""} and state = 'active' order by issued_at desc limit 1`);
  if (place === undefined) return null;
  const world = JSON.parse(readFileSync(`${folder}/${place.vault}.world.json`, "utf8")) as Vault;
  const stored = world.mounts[place.mount]?.[place.path];
  return stored?.versions[stored.current]?.data ?? null;
}
