import * as iamCommands from "@aws-sdk/client-iam";
import { type CreateAccessKeyCommandOutput, IAMClient } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { type Installed, install } from "#test/system/installation.ts";
import { ask, portalOf, ready, role, three, until, user } from "./asking.ts";
import type { Ground } from "./ground.ts";
import { type Line, median, timed } from "./measure.ts";
import { type Recorded, type Recorder, record } from "./recorder.ts";

const users = 50;
const roles = 50;
/** What a worker runs side by side, and so do the scripts. */
const runners = 4;
const gate = { maxRunning: 8, rate: 10_000, burst: 10_000, reserve: 2 };

/**
 * 100 governed identities (users with a key in the vault, and roles; inline policy, reading back, audit) on moto and OpenBao,
 * from the moment their intents stand to *live*, beside two scripts: one that makes exactly the calls the worker was seen to
 * make, by the same SDK and side by side as the worker does, and one of four calls that nobody should use. Bound: 1.2 times the
 * first. Needs Python with moto and OpenBao.
 */
export async function benchProvision({ server }: Ground, rounds: number): Promise<readonly Line[]> {
  const recorders: Recorder[] = [];
  const through = async (url: string) => {
    const recorder = await record(url);
    recorders.push(recorder);
    return recorder.url;
  };
  const at = await install({
    cluster: server,
    through,
    gate,
    caps: { mintsPerHour: 100_000, disablesPerHour: 100_000 },
  });
  try {
    const seen = () => recorders.flatMap((recorder) => recorder.take());
    const times = { governed: [] as number[], script: [] as number[], naive: [] as number[] };
    let calls = 0;
    await ready(at);
    const as = await openScript(at);
    for (let round = -1; round < rounds; round += 1) {
      const names = await approved(at, `r${round + 1}`);
      seen();
      const governed = await timed(() => allLive(at, names));
      const sequences = byIdentity(seen(), names);
      const script = await timed(() => sideBySide(sequences, (one) => replay(as, one, "p")));
      const naive = await timed(() => sideBySide(sequences, (one) => replay(as, { ...one, calls: four(one) }, "q")));
      if (round < 0) continue;
      times.governed.push(governed);
      times.script.push(script);
      times.naive.push(naive);
      calls = sequences.reduce((sum, one) => sum + one.calls.length, 0);
    }
    const of = (name: keyof typeof times) => median(times[name]);
    const peer = { name: "same-calls-by-sdk-ms", value: of("script") };
    return [
      {
        ...{ name: `provision-${users + roles}`, value: of("governed"), unit: "ms", peer },
        also: { "naive-four-calls-ms": of("naive"), calls, "side-by-side": runners },
      },
    ];
  } finally {
    await at.stop();
    await Promise.all(recorders.map((recorder) => recorder.close()));
  }
}

/** Asks for all of them while no gate is open; their names, once every intent stands. */
async function approved(at: Installed, suffix: string): Promise<readonly string[]> {
  const { admin } = at.database;
  await admin`update charter.gates set open = false`;
  const [reports] = await admin`select id from charter.services where slug = 'reports'`;
  const [priya, jonas] = [await portalOf(at, "priya.shah"), await portalOf(at, "jonas.kern")];
  const names = { users: named("bench-u", users, suffix), roles: named("bench-r", roles, suffix) };
  for (const name of names.users) await ask(priya, user(name, String(reports?.id)));
  for (const name of names.roles) await ask(jonas, role(name));
  const all = [...names.users, ...names.roles];
  await until(async () => {
    const [row] =
      await admin`select count(*)::int as n from charter.intents i join charter.identities d on d.id = i.identity
      where d.name = any(${all})`;
    return row?.n === all.length;
  });
  return all;
}

const named = (stem: string, count: number, suffix: string): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${stem}-${three(i)}-${suffix}`);

async function allLive(at: Installed, names: readonly string[]): Promise<void> {
  const { admin } = at.database;
  await admin`update charter.gates set open = true`;
  await until(async () => {
    const [row] =
      await admin`select count(*)::int as n from charter.identities where name = any(${[...names]}) and state = 'live'`;
    return row?.n === names.length;
  }, 20);
}

/** What a script is given: the same places by the same way, and its own login. */
interface Script {
  readonly aws: string;
  readonly iam: IAMClient;
  readonly vault: string;
  readonly token: string;
}

async function openScript({ reached, bao }: Installed): Promise<Script> {
  const { writerRoleId: role_id, writerSecretId: secret_id } = bao.credentials;
  const body = JSON.stringify({ role_id, secret_id });
  const answer = await fetch(`${reached.vault}/v1/auth/approle/login`, { method: "POST", body });
  const { auth } = (await answer.json()) as { readonly auth: { readonly client_token: string } };
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const iam = new IAMClient({ region: "us-east-1", endpoint: reached.aws, credentials, maxAttempts: 1 });
  return { ...reached, iam, token: auth.client_token };
}

interface Sequence {
  readonly name: string;
  readonly calls: readonly Recorded[];
}

/** What was sent for each identity, in order: what names it, and what its own key signed. */
function byIdentity(seen: readonly Recorded[], names: readonly string[]): readonly Sequence[] {
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
const actionOf = ({ body }: Recorded): string | null => new URLSearchParams(body).get("Action");

/** Of a sequence what a script without care makes: the object, its policy, its key and the secret put away. */
function four({ calls }: Sequence): readonly Recorded[] {
  const wanted = ["CreateUser", "CreateRole", "PutUserPolicy", "PutRolePolicy", "CreateAccessKey"];
  return calls.filter(
    (call) => wanted.includes(actionOf(call) ?? "") || (call.path.includes("/data/") && call.method !== "GET"),
  );
}

async function sideBySide<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const rest = [...all];
  const runner = async () => {
    for (let one = rest.shift(); one !== undefined; one = rest.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: runners }, runner));
}

/** The same calls for an identity of another name, by the vendor's SDK. */
async function replay(script: Script, { name, calls }: Sequence, mark: string): Promise<void> {
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
    if (error instanceof Error && error.name.startsWith("NoSuchEntity")) return {};
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
