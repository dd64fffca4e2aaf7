import postgres from "postgres";
import { TargetFault } from "#lib/domain/fault.ts";
import type { CallContext, Calls } from "#lib/domain/target.ts";
import { type Progress, toFault } from "./faults.ts";
import type { PostgresqlSettings } from "./settings.ts";

export type Transaction = postgres.Sql;

export interface Ask {
  readonly calls: Calls;
  /** Shown in logs and gates: "postgresql set password". */
  readonly name: string;
  readonly database?: string;
}

/** One cluster, one connection per transaction: nothing stays open between calls, and no pool reconnects behind our back. */
export class Cluster {
  readonly settings: PostgresqlSettings;
  readonly #password: string;

  constructor(settings: PostgresqlSettings, password: string) {
    this.settings = settings;
    this.#password = password;
  }

  /** Runs `run` in one transaction and commits it. Database faults are thrown as `TargetFault`; only COMMIT can be ambiguous. */
  change<T>(ask: Ask, run: (sql: Transaction) => Promise<T>): Promise<T> {
    return this.#call({ ...ask, mode: "READ WRITE", end: "COMMIT" }, run);
  }

  read<T>(ask: Ask, run: (sql: Transaction) => Promise<T>): Promise<T> {
    return this.#call({ ...ask, mode: "READ ONLY", end: "ROLLBACK" }, run);
  }

  /** Whether the server lets a login in with its own password, and has it act as its role. */
  async accepts(ask: Ask, as: Login): Promise<boolean> {
    try {
      return await this.#call({ ...ask, mode: "READ ONLY", end: "ROLLBACK", as }, async (sql) => {
        const [row] = await sql<{ who: string }[]>`select current_user::text as who`;
        return row?.who === as.role;
      });
    } catch (error) {
      if (error instanceof TargetFault && refusedSignIn.has(error.code)) return false;
      throw error;
    }
  }

  /** Runs `run` for real and takes it back: what it did is proved to be possible, and never happened. */
  rehearse<T>(ask: Ask, run: (sql: Transaction) => Promise<T>): Promise<T> {
    return this.#call({ ...ask, mode: "READ WRITE", end: "ROLLBACK" }, run);
  }

  #call<T>(ask: Wanted, run: (sql: Transaction) => Promise<T>): Promise<T> {
    return ask.calls.make(ask.name, (context) => this.#transaction({ ...ask, context }, run));
  }

  /**
   * Not `sql.begin`: postgres.js 3.4.9 answers a lost connection by writing ROLLBACK to the socket it no longer has, which
   * ends the process; and its `reserve` never resolves without `fetch_types`. With one connection BEGIN may be said by hand;
   * nothing is sent once it is gone, and the server rolls back by itself.
   */
  async #transaction<T>(ask: Opening, run: (sql: Transaction) => Promise<T>): Promise<T> {
    const progress: Progress = { committing: false };
    const held: Held = { lost: false };
    const connection = this.#connect(ask, held);
    const stop = () => void connection.end({ timeout: 0 }).catch(ignore);
    ask.context.signal.addEventListener("abort", stop, { once: true });
    try {
      if (ask.context.signal.aborted) stop();
      const sql = whileAlive(connection, held);
      guard(ask.context, held);
      await sql.unsafe(`BEGIN ${ask.mode}`);
      const found = await run(sql);
      guard(ask.context, held);
      progress.committing = ask.end === "COMMIT";
      const { command } = await sql.unsafe(ask.end);
      if (command !== ask.end)
        throw new TargetFault("unavailable", "rolled-back", "The server took the transaction back.");
      return found;
    } catch (error) {
      if (held.refusal !== undefined) throw held.refusal;
      if (!isDatabaseFault(error)) throw error;
      throw toFault(error, progress);
    } finally {
      ask.context.signal.removeEventListener("abort", stop);
      stop();
    }
  }

  #connect({ context, database, as }: Opening, held: Held): postgres.Sql {
    const { host, port, adminRole, homeDatabase, tls } = this.settings;
    // Every option that postgres.js would else take from a PG* variable is named.
    return postgres({
      host,
      port,
      database: database ?? homeDatabase,
      username: as?.username ?? adminRole,
      password: as?.password ?? this.#password,
      // postgres.js sends the name; an address is no server name (RFC 6066), so the certificate is compared with `host`.
      ssl: tls.mode === "off" ? false : { rejectUnauthorized: true, host, ...(tls.ca === null ? {} : { ca: tls.ca }) },
      max: 1,
      prepare: false,
      fetch_types: false,
      idle_timeout: 0,
      max_lifetime: null,
      connect_timeout: Math.max(1, context.timeoutMs / 1000),
      target_session_attrs: "read-write",
      onnotice: () => undefined,
      onclose: () => {
        held.lost = true;
      },
      connection: {
        application_name: "charter",
        search_path: "pg_catalog",
        statement_timeout: context.timeoutMs,
        lock_timeout: Math.min(5_000, context.timeoutMs),
        idle_in_transaction_session_timeout: context.timeoutMs,
      },
    });
  }
}

/** A login to sign in as, and the role it acts as. */
export interface Login {
  readonly username: string;
  readonly password: string;
  readonly role: string;
}

/** Wrong password, no sign-in, no right to connect to the database. */
const refusedSignIn = new Set(["28P01", "28000", "42501"]);

interface Wanted extends Ask {
  readonly mode: "READ WRITE" | "READ ONLY";
  readonly end: "COMMIT" | "ROLLBACK";
  /** The portal's own role unless another is named. */
  readonly as?: Login;
}
interface Opening extends Wanted {
  readonly context: CallContext;
}

/** What a transaction must remember across its statements. */
interface Held {
  /** The connection is gone: nothing may be written to it. */
  lost: boolean;
  /** What the lease's guard threw. */
  refusal?: unknown;
}

/** The connection, refusing every statement once it is lost. */
const whileAlive = (sql: postgres.Sql, held: Held): postgres.Sql =>
  new Proxy(sql, {
    apply: (target, self, given) => {
      refuseWhenLost(held);
      return Reflect.apply(target, self, given);
    },
    get: (target, key) => {
      refuseWhenLost(held);
      return Reflect.get(target, key);
    },
  });

function refuseWhenLost({ lost }: Held): void {
  if (lost) throw Object.assign(new Error("The connection is gone."), { code: "CONNECTION_CLOSED" });
}

const ignore = (): void => undefined;

/** Remembers what the lease's guard threw: a lost lease is not the server's fault. */
function guard(context: CallContext, held: Held): void {
  try {
    context.aboutToSend();
  } catch (error) {
    held.refusal = error;
    throw error;
  }
}

/** postgres.js gives its own and the socket's errors a code; squatters, faults and bugs of ours pass unchanged. */
const isDatabaseFault = (error: unknown): boolean =>
  error instanceof postgres.PostgresError ||
  (error instanceof Error && "code" in error && typeof error.code === "string" && error.name !== "TargetFault");
