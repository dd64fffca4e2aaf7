import { AsyncLocalStorage } from "node:async_hooks";
import { IAMClient } from "@aws-sdk/client-iam";
import { STSClient } from "@aws-sdk/client-sts";
import type { ConnectEntry } from "#lib/connectors/connector.ts";
import type { CallContext, Calls } from "#lib/domain/target.ts";
import { faultOf } from "./faults.ts";
import type { AwsSettings } from "./settings.ts";

/** What one call on the wire has come to. */
interface Wire {
  readonly context: CallContext;
  /** True from the moment the signed request is handed to the socket. */
  sent: boolean;
  /** Thrown by `aboutToSend`: the lease is gone. */
  withheld: unknown;
}
interface SendOptions {
  readonly abortSignal: AbortSignal;
}

/** AWS as this connector speaks to it: one attempt a call, guarded by `Calls`, faults classified. */
export interface Aws {
  readonly iam: IAMClient;
  readonly sts: STSClient;
  readonly settings: AwsSettings;
  /** Runs a call that only reads: a lost answer proves nothing was changed. */
  read<T>(calls: Calls, name: string, send: (options: SendOptions) => Promise<T>): Promise<T>;
  /** Runs a call that changes something: a lost answer is `ambiguous`. */
  change<T>(calls: Calls, name: string, send: (options: SendOptions) => Promise<T>): Promise<T>;
  /** An STS client that signs with another key, guarded alike. The caller destroys it. */
  stsAs(accessKeyId: string, secretAccessKey: string): STSClient;
  /** AWS's own clock at its last answer, ms; null before the first. */
  clock(): number | null;
  close(): void;
}

export function openAws({ settings, credentials }: ConnectEntry<AwsSettings>): Aws {
  const current = new AsyncLocalStorage<Wire>();
  let clock: number | null = null;
  const own = keyOf(credentials);
  const base = {
    region: settings.region,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 5000 },
    ...(settings.endpoint === null ? {} : { endpoint: settings.endpoint }),
  };
  const iam = new IAMClient({ ...base, ...(own === null ? {} : { credentials: own }) });
  const sts = new STSClient({ ...base, ...(own === null ? {} : { credentials: own }) });
  const tick = (at: number) => {
    clock = at;
  };
  for (const client of [iam, sts]) guard(client, current, tick);
  const run = async <T>(calls: Calls, of: Call<T>): Promise<T> =>
    calls.make(of.name, (context) => {
      const wire: Wire = { context, sent: false, withheld: undefined };
      return current.run(wire, () => send(wire, of));
    });
  return {
    iam,
    sts,
    settings,
    read: (calls, name, send) => run(calls, { name, send, changes: false }),
    change: (calls, name, send) => run(calls, { name, send, changes: true }),
    stsAs: (accessKeyId, secretAccessKey) => {
      const client = new STSClient({ ...base, credentials: { accessKeyId, secretAccessKey } });
      guard(client, current, tick);
      return client;
    },
    clock: () => clock,
    close: () => {
      iam.destroy();
      sts.destroy();
    },
  };
}

interface Call<T> {
  readonly name: string;
  readonly changes: boolean;
  readonly send: (options: SendOptions) => Promise<T>;
}

async function send<T>(wire: Wire, { send, changes }: Call<T>): Promise<T> {
  const { signal, timeoutMs } = wire.context;
  try {
    return await send({ abortSignal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
  } catch (error) {
    if (wire.withheld !== undefined) throw wire.withheld;
    throw faultOf(error, { sent: wire.sent, changes });
  }
}

/** Adds the guard innermost, after signing: `deserialize` runs last before the socket and first after it. */
function guard(
  client: Pick<IAMClient, "middlewareStack"> | Pick<STSClient, "middlewareStack">,
  current: AsyncLocalStorage<Wire>,
  tick: (at: number) => void,
): void {
  const stack: Pick<IAMClient, "middlewareStack">["middlewareStack"] = client.middlewareStack;
  stack.add(
    (next) => async (args) => {
      const wire = current.getStore();
      if (wire !== undefined) {
        try {
          wire.context.aboutToSend();
        } catch (error) {
          wire.withheld = error;
          throw error;
        }
        wire.sent = true;
      }
      const output = await next(args);
      const date = dateOf(output.response);
      if (date !== null) tick(date);
      return output;
    },
    { step: "deserialize", priority: "low", name: "charterAboutToSend" },
  );
}

function dateOf(response: unknown): number | null {
  if (typeof response !== "object" || response === null || !("headers" in response)) return null;
  const { headers } = response;
  if (typeof headers !== "object" || headers === null || !("date" in headers)) return null;
  const at = Date.parse(String(headers.date));
  return Number.isNaN(at) ? null : at;
}

/** Credentials of the target's entry; null leaves the choice to the SDK's default chain. */
function keyOf({ accessKeyId, secretAccessKey, sessionToken }: Readonly<Record<string, string>>) {
  if (accessKeyId === undefined || secretAccessKey === undefined) return null;
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
