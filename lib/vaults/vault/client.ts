import nodeVault from "node-vault";
import { z } from "zod";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Calls } from "#lib/domain/target.ts";
import { toFault } from "./faults.ts";
import type { VaultSettings } from "./settings.ts";
import { type Exchange, transport } from "./wire.ts";

export interface Ask {
  readonly calls: Calls;
  /** Shown in logs and gates: "vault put". */
  readonly name: string;
  readonly method: "GET" | "POST" | "DELETE";
  /** Below `/v1/`, already encoded. */
  readonly path: string;
  readonly changes: boolean;
  readonly body?: () => unknown;
}

const grant = z.object({
  auth: z.object({ client_token: z.string(), lease_duration: z.number(), renewable: z.boolean() }),
});

interface Session {
  readonly client: nodeVault.client;
  /** Monotonic milliseconds. */
  readonly renewAt: number;
  readonly endsAt: number;
  readonly renewable: boolean;
}

/** A client that takes nothing from the environment and keeps nothing of what it sends. */
function newClient(settings: VaultSettings): nodeVault.client {
  const client = nodeVault({
    endpoint: settings.address,
    // node-vault's own debug prints bodies.
    debug: () => undefined,
    "request-promise": transport(settings.ca),
  });
  // Assigned afterwards: as options, empty values fall back to VAULT_TOKEN, VAULT_NAMESPACE and VAULT_PREFIX.
  return Object.assign(client, { token: "", pathPrefix: "", namespace: settings.namespace ?? "" });
}

/** Makes one guarded call; everything that goes wrong is a `TargetFault`, or what `calls` itself threw. */
async function guarded<T>(ask: Omit<Ask, "method" | "path">, run: (exchange: Exchange) => Promise<T>): Promise<T> {
  return ask.calls.make(ask.name, async (context) => {
    const held: { refusal?: unknown } = {};
    const exchange: Exchange = {
      context: {
        ...context,
        signal: context.signal,
        timeoutMs: context.timeoutMs,
        aboutToSend: () => keep(held, () => context.aboutToSend()),
      },
      changes: ask.changes,
      ...(ask.body ? { body: ask.body } : {}),
      sent: false,
      retryAfterMs: null,
    };
    try {
      return await run(exchange);
    } catch (error) {
      if (held.refusal !== undefined) throw held.refusal;
      throw toFault(error, exchange);
    }
  });
}

/** Remembers what the guard threw: a lost lease is not the vault's fault. */
function keep(held: { refusal?: unknown }, run: () => void): void {
  try {
    run();
  } catch (error) {
    held.refusal = error;
    throw error;
  }
}

/** A call without any login: `sys/health`. node-vault resolves it for every status. */
export const anonymous = (settings: VaultSettings, ask: Ask): Promise<unknown> =>
  guarded(ask, (exchange) => newClient(settings).request({ method: ask.method, path: `/${ask.path}`, exchange }));

/**
 * One AppRole's login, with its own client: logging in or renewing replaces a client's token. Logs in when first used,
 * renews past two thirds of the token's life, logs in anew when the token no longer counts.
 */
export class Login {
  readonly #settings: VaultSettings;
  readonly #roleId: string;
  readonly #secretId: string;
  #session: Session | null = null;

  constructor(settings: VaultSettings, roleId: string, secretId: string) {
    this.#settings = settings;
    this.#roleId = roleId;
    this.#secretId = secretId;
  }

  /** The vault's answer, parsed by nobody yet. Throws `TargetFault`. */
  async ask(ask: Ask): Promise<unknown> {
    const session = await this.#ready(ask.calls);
    try {
      return await send(session, ask);
    } catch (error) {
      if (!(error instanceof TargetFault) || error.kind !== "denied") throw error;
      // A token that was revoked or lost in a restart gets the same 403 as a missing right; the call was not executed.
      if (await counts(session, ask.calls)) throw error;
      return send(await this.#login(ask.calls), ask);
    }
  }

  async #ready(calls: Calls): Promise<Session> {
    const session = this.#session;
    const now = performance.now();
    if (session === null || now >= session.endsAt) return this.#login(calls);
    if (now < session.renewAt) return session;
    return session.renewable ? this.#renew(session, calls) : this.#login(calls);
  }

  async #login(calls: Calls): Promise<Session> {
    const client = newClient(this.#settings);
    const login = { role_id: this.#roleId, secret_id: this.#secretId, mount_point: this.#settings.authMount };
    const answer = await guarded({ calls, name: "vault login", changes: false }, (exchange) =>
      client.approleLogin({ ...login, requestOptions: { exchange } }),
    );
    return this.#keep(client, answer);
  }

  async #renew(session: Session, calls: Calls): Promise<Session> {
    try {
      const answer = await guarded({ calls, name: "vault token renew", changes: false }, (exchange) =>
        session.client.tokenRenewSelf({ requestOptions: { exchange } }),
      );
      return this.#keep(session.client, answer);
    } catch (error) {
      if (error instanceof TargetFault && (error.kind === "denied" || error.kind === "invalid"))
        return this.#login(calls);
      throw error;
    }
  }

  #keep(client: nodeVault.client, answer: unknown): Session {
    const parsed = grant.safeParse(answer);
    if (!parsed.success)
      throw new TargetFault("invalid", "login-answer", "The vault's answer to the login has no token.");
    const life = parsed.data.auth.lease_duration * 1000;
    const now = performance.now();
    // A lifetime of 0 never ends; the check after a 403 covers it all the same.
    const endsAt = life === 0 ? Number.POSITIVE_INFINITY : now + life;
    const session = {
      client,
      renewAt: now + (life === 0 ? Number.POSITIVE_INFINITY : (life * 2) / 3),
      endsAt,
      renewable: parsed.data.auth.renewable,
    };
    this.#session = session;
    return session;
  }

  forget(): void {
    this.#session = null;
  }
}

const send = (session: Session, ask: Ask): Promise<unknown> =>
  guarded(ask, (exchange) => session.client.request({ method: ask.method, path: `/${ask.path}`, exchange }));

/** Whether the session's token is still one. */
async function counts(session: Session, calls: Calls): Promise<boolean> {
  const lookup = {
    calls,
    name: "vault token lookup",
    method: "GET",
    path: "auth/token/lookup-self",
    changes: false,
  } as const;
  try {
    await send(session, lookup);
    return true;
  } catch (error) {
    if (error instanceof TargetFault && error.kind === "denied") return false;
    throw error;
  }
}
