import * as iamCommands from "@aws-sdk/client-iam";
import { type CreateAccessKeyCommandOutput, IAMClient } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { Installed } from "#test/system/installation.ts";
import type { Recorded } from "./recorder.ts";

/** What a worker runs side by side, and so do the scripts. */
export const runners = 8;

/** What a script is given: the same places by the same way, and its own login. */
export interface Script {
  readonly aws: string;
  readonly iam: IAMClient;
  readonly vault: string;
  readonly token: string;
}

export async function openScript({ reached, bao }: Installed): Promise<Script> {
  const { writerRoleId: role_id, writerSecretId: secret_id } = bao.credentials;
  const body = JSON.stringify({ role_id, secret_id });
  const answer = await fetch(`${reached.vault}/v1/auth/approle/login`, { method: "POST", body });
  const { auth } = (await answer.json()) as { readonly auth: { readonly client_token: string } };
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  // Tries again as the SDK does by itself: moto answers 500 now and then.
  const iam = new IAMClient({ region: "us-east-1", endpoint: reached.aws, credentials });
  return { ...reached, iam, token: auth.client_token };
}

export interface Sequence {
  readonly name: string;
  readonly calls: readonly Recorded[];
}

/** What was sent for each identity, in order: what names it, and what its own key signed. */
export function byIdentity(seen: readonly Recorded[], names: readonly string[]): readonly Sequence[] {
  return names.map((name) => {
    const keys = seen.filter(({ body, answer }) => body.includes(name) && answer.includes("<AccessKeyId>")).map(keyIn);
    const calls = seen.filter(
      ({ path, body, signedBy }) => path.includes(name) || body.includes(name) || keys.includes(signedBy ?? ""),
    );
    if (calls.length < 4) throw new Error(`Only ${calls.length} calls were seen for ${name}.`);
    return { name, calls };
  });
}

const keyIn = ({ answer }: { readonly answer: string }): string => /<AccessKeyId>([^<]+)/.exec(answer)?.[1] ?? "";
export const actionOf = ({ body }: Recorded): string | null => new URLSearchParams(body).get("Action");

export async function sideBySide<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const rest = [...all];
  const runner = async () => {
    for (let one = rest.shift(); one !== undefined; one = rest.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: runners }, runner));
}

/** The same calls for an identity of another name, by the vendor's SDK. */
export async function replay(script: Script, { name, calls }: Sequence, mark: string): Promise<void> {
  const renamed = (text: string) => text.replaceAll(name, `${name}${mark}`);
  let key: { readonly accessKeyId: string; readonly secretAccessKey: string } | null = null;
  for (const call of calls) {
    const action = actionOf(call);
    if (action === null) await toVault(script, { ...call, path: renamed(call.path), body: renamed(call.body) });
    else if (action === "GetCallerIdentity") await whoAmI(script.aws, key);
    else key = (await byCommand(script.iam, renamed(call.body))) ?? key;
  }
}

async function whoAmI(endpoint: string, credentials: Parameters<typeof keyed>[0]): Promise<void> {
  const sts = new STSClient({ region: "us-east-1", endpoint, ...keyed(credentials) });
  await sts.send(new GetCallerIdentityCommand({}));
  sts.destroy();
}
const keyed = (credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | null) =>
  credentials === null ? {} : { credentials };

/** Sends a form that the SDK once wrote by the SDK's own command again; the key that it made, if it made one. */
async function byCommand(iam: IAMClient, form: string) {
  const { Action, Version: _, ...input } = nested(form);
  const Command = Reflect.get(iamCommands, `${String(Action)}Command`);
  const answer: Partial<CreateAccessKeyCommandOutput> = await iam.send(new Command(input)).catch((error: unknown) => {
    // What the worker was answered, too, and went on from; or a call that moto made and answered 500.
    if (error instanceof Error && /^(NoSuchEntity|EntityAlreadyExists)/.test(error.name)) return {};
    throw error;
  });
  const { AccessKeyId, SecretAccessKey } = answer.AccessKey ?? {};
  return AccessKeyId === undefined || SecretAccessKey === undefined
    ? null
    : { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
}

/** `Tags.member.1.Key=k` as `{Tags: [{Key: "k"}]}`. */
function nested(form: string): Readonly<Record<string, unknown>> {
  const flat: Record<string, string> = {};
  const lists: Record<string, Record<string, string>[]> = {};
  for (const [path, value] of new URLSearchParams(form)) {
    const [list = "", member, index, field = ""] = path.split(".");
    if (member !== "member") flat[path] = value;
    else {
      const members = lists[list] ?? [];
      const place = Number(index) - 1;
      members[place] = { ...members[place], [field]: value };
      lists[list] = members;
    }
  }
  return { ...flat, ...lists };
}

async function toVault({ vault, token }: Script, { method, path, body }: Recorded): Promise<void> {
  const answer = await fetch(`${vault}${path}`, {
    method,
    headers: { "x-vault-token": token, "content-type": "application/json" },
    ...(body === "" ? {} : { body }),
  });
  await answer.arrayBuffer();
  if (!answer.ok && answer.status !== 404) throw new Error(`${method} ${path} was answered ${answer.status}.`);
}
