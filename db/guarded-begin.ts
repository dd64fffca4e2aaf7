import type postgres from "postgres";

/** How many connections a pool has lost so far. Counted by its `onclose`, at once when a socket is gone. */
export interface Closings {
  count: number;
}

type Begin = (...given: readonly [string, Run] | readonly [Run]) => Promise<unknown>;
type Run = (tx: postgres.TransactionSql) => unknown;
/** A query of postgres.js, whose `handler` writes it to its connection. */
interface Sendable extends Promise<unknown> {
  handler(query: Sendable): void;
  reject(error: Error): void;
}

/**
 * The pool, with a `begin` that a lost connection only fails. postgres.js 3.4.9 writes the next statement, or its own ROLLBACK, to
 * the socket that is no longer there: an exception that nobody can catch, which ends the process, and half a statement that stays
 * in front of whatever the connection sends next. Here nothing is sent once the connection is gone: the transaction rejects with
 * `CONNECTION_CLOSED`, the server takes it back by itself, and the pool connects anew. Nor is anything sent once the transaction is
 * over, as by one of several reads side by side of which another failed: the connection may be somebody else's by then. Nested
 * transactions are refused.
 * `prepares`: the server keeps statements outside transactions too.
 */
export function guarded(pool: postgres.Sql, closings: Closings, prepares: boolean): postgres.Sql {
  const begin: Begin = (...given) => {
    const held = new Held(closings);
    const ended =
      given.length === 1
        ? pool.begin((tx) => held.run(given[0], tx))
        : pool.begin(given[0], (tx) => held.run(given[1], tx));
    return ended.catch((error: unknown) => {
      held.lost = true;
      throw error;
    });
  };
  const unsafe = (...[text, values = [], options]: Unsafe) =>
    pool.unsafe(text, values, { ...options, prepare: isKept(values) });
  const own: { readonly [key: string | symbol]: unknown } = prepares ? { begin, unsafe } : { begin };
  return new Proxy(pool, { get: (target, key) => own[key] ?? Reflect.get(target, key) });
}

type Unsafe = Parameters<postgres.Sql["unsafe"]>;

/** One transaction's connection. Whether it is this one that was lost is known a turn after any was: its `begin` has rejected by then. */
class Held {
  readonly closings: Closings;
  seen: number;
  lost = false;
  over = false;
  /** What was asked for after a connection was lost and before it is known whose. */
  readonly waiting: { readonly act: () => void; readonly otherwise: () => void }[] = [];
  constructor(closings: Closings) {
    this.closings = closings;
    this.seen = closings.count;
  }

  /** Never settles once the connection is lost, so that postgres.js sends neither COMMIT nor ROLLBACK; its `begin` rejects by itself. */
  run(act: Run, tx: postgres.TransactionSql): Promise<unknown> {
    return new Promise((resolve, reject) => {
      (async () => act(this.guard(tx)))()
        .finally(() => {
          this.over = true;
        })
        .then(
          (value) => this.whenAlive(() => resolve(value)),
          (error: unknown) => this.whenAlive(() => reject(error)),
        );
    });
  }

  guard(tx: postgres.TransactionSql): postgres.TransactionSql {
    return new Proxy(tx, {
      apply: (target, self, given) => this.sendGuarded(Reflect.apply(target, self, given)),
      get: (target, key) => {
        if (key === "savepoint") throw new Error("A transaction within a transaction is not supported.");
        if (key !== "unsafe") return Reflect.get(target, key);
        return (...[text, values = [], options]: Unsafe) =>
          this.sendGuarded(target.unsafe(text, values, { ...options, prepare: isKept(values) }));
      },
    });
  }

  sendGuarded<T>(query: T): T {
    if (!isSendable(query)) return query;
    const send = query.handler;
    const gone = () => query.reject(Object.assign(new Error("The connection is gone."), { code: "CONNECTION_CLOSED" }));
    query.handler = (same) => this.whenAlive(() => (this.over ? gone() : send(same)), gone);
    return query;
  }

  /** Acts in this very turn when no connection of the pool was lost meanwhile, else once it is known whose it was; in the order asked. */
  whenAlive(act: () => void, otherwise: () => void = () => undefined): void {
    if (this.lost) otherwise();
    else if (this.waiting.length === 0 && this.seen === this.closings.count) act();
    else if (this.waiting.push({ act, otherwise }) === 1) this.askAgain();
  }

  askAgain(): void {
    this.seen = this.closings.count;
    setImmediate(() => queueMicrotask(() => this.settle()));
  }

  settle(): void {
    if (!this.lost && this.seen !== this.closings.count) {
      this.askAgain();
      return;
    }
    for (let next = this.waiting.at(0); next !== undefined; next = this.waiting.at(0)) {
      if (this.lost) next.otherwise();
      else next.act();
      this.waiting.shift();
    }
  }
}

/**
 * Whether the server keeps the statement for this connection's next use. One that it does not know costs a second round trip, and
 * nothing else can be sent meanwhile. Texts with many values differ by their number and seldom come again.
 */
const isKept = (values: readonly unknown[]): boolean => values.length > 0 && values.length <= mostKept;
const mostKept = 40;

const isSendable = (query: unknown): query is Sendable =>
  query instanceof Promise && "handler" in query && typeof query.handler === "function";
