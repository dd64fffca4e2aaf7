import { connect, createServer, type Server, type Socket } from "node:net";
import type { Effect, Faults } from "#lib/simulation/faults.ts";
import { MessageReader } from "./messages.ts";

export interface ProxyOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly target: number;
  readonly faults: Faults;
  /** Where a connection goes that speaks HTTP. */
  readonly control: number;
  readonly log: { operation: string; isRead: boolean; ended: string }[];
}

/**
 * A TCP proxy in front of a real cluster, on 127.0.0.1. It reads the statements that go through (no TLS between) and breaks
 * the connection before or after they are executed. What speaks HTTP instead is led to the simulator's control routes.
 */
export async function startProxy(options: ProxyOptions): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    track(sockets, client);
    client.once("data", (data) => {
      const first = bytes(data);
      const isHttp = /^[A-Z]{3,7} /.test(first.subarray(0, 8).toString("latin1"));
      const upstream = connect(isHttp ? options.control : options.target, "127.0.0.1");
      track(sockets, upstream);
      if (isHttp) pipe(client, upstream, first);
      else new Relay(client, upstream, options).begin(first);
    });
  });
  await listening(server, options.port);
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : options.port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const bytes = (data: Buffer | string): Buffer => (typeof data === "string" ? Buffer.from(data, "latin1") : data);

function track(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("close", () => sockets.delete(socket));
}

function pipe(client: Socket, upstream: Socket, first: Buffer): void {
  upstream.write(first);
  client.pipe(upstream);
  upstream.pipe(client);
  client.on("close", () => upstream.destroy());
  upstream.on("close", () => client.destroy());
}

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });

/** SQLSTATE that each refusing effect answers with. */
const states: Readonly<Record<string, readonly [string, string]>> = {
  throttle: ["53300", "too many connections"],
  quota: ["53100", "disk full"],
  denied: ["42501", "permission denied"],
  invalid: ["42601", "syntax error"],
  unavailable: ["57P03", "the database system is starting up"],
};

/** One client's connection: forwards message by message, until a fault says otherwise. */
class Relay {
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #options: ProxyOptions;
  readonly #reader = new MessageReader();
  /** Set once an answer must be lost: what to do when the server has answered. */
  #lose: "reset" | "hang" | null = null;
  #queue: Promise<void> = Promise.resolve();

  constructor(client: Socket, upstream: Socket, options: ProxyOptions) {
    this.#client = client;
    this.#upstream = upstream;
    this.#options = options;
  }

  begin(first: Buffer): void {
    const receive = (chunk: Buffer): void => {
      this.#queue = this.#queue.then(() => this.#forward(chunk));
    };
    receive(first);
    this.#client.on("data", (data) => receive(bytes(data)));
    this.#client.on("close", () => this.#lose !== "hang" && this.#upstream.end());
    this.#upstream.on("data", (data) => this.#answer(bytes(data)));
    this.#upstream.on("close", () => this.#client.destroy());
  }

  async #forward(chunk: Buffer): Promise<void> {
    for (const message of this.#reader.read(chunk)) {
      if (message.operation !== null && (await this.#isStopped(message.operation, message.bytes))) return;
      this.#upstream.write(message.bytes);
    }
  }

  /** Applies the faults that hit this statement; true when it must not go on to the server now. */
  async #isStopped(operation: string, bytes: Buffer): Promise<boolean> {
    const { faults, log } = this.#options;
    const entry = { operation, isRead: /^(SELECT|BEGIN|ROLLBACK)$/.test(operation), ended: "executed" };
    log.push(entry);
    for (const effect of faults.take(operation, operation === "SELECT")) {
      entry.ended = effect.kind;
      if (effect.kind === "latency") await new Promise((resolve) => setTimeout(resolve, effect.ms));
      else if (this.#stops(effect, bytes)) return true;
    }
    return false;
  }

  #stops(effect: Effect, bytes: Buffer): boolean {
    if (effect.kind === "late") {
      this.#lose = "hang";
      setTimeout(() => this.#upstream.write(bytes), effect.ms);
      this.#client.destroy();
      return true;
    }
    if (
      (effect.kind === "reset" || effect.kind === "hang" || effect.kind === "unavailable") &&
      effect.when === "after"
    ) {
      this.#lose = effect.kind === "hang" ? "hang" : "reset";
      return false;
    }
    if (effect.kind === "hang") {
      this.#lose = "hang";
      return true;
    }
    const refusal = states[effect.kind];
    if (refusal !== undefined) this.#client.write(refused(...refusal));
    else this.#client.destroy();
    return true;
  }

  #answer(chunk: Buffer): void {
    if (this.#lose === null) this.#client.write(chunk);
    else if (this.#lose === "reset") this.#client.destroy();
  }
}

/** An ErrorResponse, then ReadyForQuery in a failed transaction: the statement never reached the server. */
function refused(state: string, text: string): Buffer {
  const body = Buffer.from(`SERROR\0VERROR\0C${state}\0M${text}\0\0`, "utf8");
  const head = Buffer.alloc(5);
  head.write("E", 0, "latin1");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body, Buffer.from("Z\0\0\0\x05E", "latin1")]);
}
