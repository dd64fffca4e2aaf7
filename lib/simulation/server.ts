import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { Json } from "#lib/domain/json.ts";
import { type Effect, type FaultRule, Faults } from "./faults.ts";
import { World } from "./world.ts";

export interface WireRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
export interface WireReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}
export interface WireCall<State> {
  readonly request: WireRequest;
  readonly operation: string;
  /** Changed in place by operations that write; possibly an older copy for those that read. */
  readonly state: State;
  /** The simulated world's time, by which it dates what it makes and ends what has ended. */
  readonly now: Date;
  /** When the call arrived, by the machine's clock: what a signature's age is measured against. */
  readonly arrivedAt: Date;
}

/** A vendor's protocol as a simulator speaks it. Faults, persistence and control routes are `serve`'s. */
export interface Wire<State> {
  empty(): State;
  /** The vendor's name of what this request asks for: what fault rules match. */
  operationOf(request: WireRequest): string;
  isRead(operation: string): boolean;
  answer(call: WireCall<State>): WireReply | Promise<WireReply>;
  /** An error in the vendor's own words. */
  failure(kind: "throttle" | "unavailable" | "denied" | "invalid" | "quota", call: WireCall<State>): WireReply;
  /** What `GET /_simulator/world` shows; without it, the whole state. Leave secrets out. */
  shown?(state: State): Json;
}

export interface StartOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly worldFile?: string;
  readonly now?: () => Date;
  /** Milliseconds that the simulated world's time is ahead of the machine's clock; before it, when negative. */
  readonly ahead?: () => number;
}

/** One call as it arrived. */
export interface Received {
  readonly operation: string;
  /** It changes nothing. */
  readonly isRead: boolean;
  readonly ended: string;
}

/** A running simulator on 127.0.0.1. */
export interface Simulator<State> {
  readonly url: string;
  readonly port: number;
  world(): State;
  /** Arms one fault, as `POST /_simulator/faults` does. `DELETE` there, or `clearFaults`, disarms all. */
  fault(rule: FaultRule): void;
  clearFaults(): void;
  /** Operations in order of arrival, with what became of them: an HTTP status, or the fault that swallowed the answer. */
  calls(): readonly Received[];
  stop(): Promise<void>;
}

interface Running<State> {
  readonly wire: Wire<State>;
  readonly world: World<State>;
  readonly faults: Faults;
  readonly now: () => Date;
  readonly ahead: () => number;
  readonly log: { operation: string; isRead: boolean; ended: string }[];
}

/** Serves `wire` on 127.0.0.1 until `stop`. */
export async function serve<State>(wire: Wire<State>, options: StartOptions): Promise<Simulator<State>> {
  const running: Running<State> = {
    wire,
    world: new World(wire.empty(), options.worldFile ?? null),
    faults: new Faults(),
    now: options.now ?? (() => new Date()),
    ahead: options.ahead ?? (() => 0),
    log: [],
  };
  const server = createServer((incoming, response) => {
    void receive(running, incoming, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain" });
      response.end(`The simulator failed: ${String(error)}`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    world: () => running.world.state,
    fault: (rule) => running.faults.add(rule),
    clearFaults: () => running.faults.clear(),
    calls: () => running.log,
    stop: async () => {
      running.world.save();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function receive<State>(running: Running<State>, incoming: IncomingMessage, response: ServerResponse) {
  const request = await read(incoming);
  if (request.url.pathname.startsWith("/_simulator/")) return send(response, control(running, request));
  const operation = running.wire.operationOf(request);
  const isRead = running.wire.isRead(operation);
  const entry = { operation, isRead, ended: "open" };
  running.log.push(entry);
  if (running.log.length > 5000) running.log.shift();
  const effects = running.faults.take(operation, isRead);
  entry.ended = await play({ running, request, operation, isRead, effects, response });
}

interface Scene<State> {
  readonly running: Running<State>;
  readonly request: WireRequest;
  readonly operation: string;
  readonly isRead: boolean;
  readonly effects: readonly Effect[];
  readonly response: ServerResponse;
}

/** Runs one call under its effects and says how it ended. */
async function play<State>(scene: Scene<State>): Promise<string> {
  const { effects, response } = scene;
  for (const effect of effects) {
    if (effect.kind === "latency") await wait(effect.ms);
    if (effect.kind === "late") {
      setTimeout(() => void execute(scene), effect.ms);
      response.destroy();
      return "late";
    }
    if (isBefore(effect)) return breakOff(scene, effect);
  }
  const reply = await execute(scene);
  const lost = effects.find((effect) => "when" in effect && effect.when === "after");
  if (lost !== undefined) return breakOff(scene, lost);
  send(response, reply);
  return String(reply.status);
}

const isBefore = (effect: Effect): boolean =>
  "when" in effect ? effect.when === "before" : ["throttle", "denied", "invalid", "quota"].includes(effect.kind);

function breakOff<State>(scene: Scene<State>, effect: Effect): string {
  const { running, request, operation, response } = scene;
  if (effect.kind === "reset") response.destroy();
  const kind = effect.kind;
  if (
    kind !== "reset" &&
    kind !== "hang" &&
    kind !== "latency" &&
    kind !== "late" &&
    kind !== "stale" &&
    kind !== "flap"
  ) {
    const call = { request, operation, state: running.world.state, ...timesOf(running) };
    const reply = running.wire.failure(kind, call);
    const wanted = effect.kind === "throttle" ? effect.retryAfterS : undefined;
    send(response, wanted === undefined ? reply : withHeader(reply, "retry-after", String(wanted)));
  }
  return kind;
}

async function execute<State>({ running, request, operation, isRead, effects }: Scene<State>): Promise<WireReply> {
  const { now, arrivedAt } = timesOf(running);
  if (!isRead && running.faults.needsHistory) running.world.remember(now.getTime());
  const lag = effects.find((effect) => effect.kind === "stale" || effect.kind === "flap");
  const state = lag !== undefined && "ms" in lag ? running.world.asOf(now.getTime() - lag.ms) : running.world.state;
  const reply = await running.wire.answer({ request, operation, state, now, arrivedAt });
  if (!isRead) running.world.save();
  return reply;
}

function timesOf<State>({ now, ahead }: Running<State>): { readonly now: Date; readonly arrivedAt: Date } {
  const arrivedAt = now();
  return { now: new Date(arrivedAt.getTime() + ahead()), arrivedAt };
}

function control<State>({ wire, world, faults, log }: Running<State>, { method, url, body }: WireRequest): WireReply {
  const route = `${method} ${url.pathname.slice("/_simulator/".length)}`;
  if (route === "GET world") return json(wire.shown ? wire.shown(world.state) : world.state);
  if (route === "GET calls") return json(log);
  if (route === "DELETE faults") {
    faults.clear();
    return json({ faults: 0 });
  }
  if (route === "POST faults") {
    try {
      faults.add(JSON.parse(body));
      return json({ armed: true });
    } catch (error) {
      return { ...json({ error: String(error) }), status: 400 };
    }
  }
  return { ...json({ error: "Use GET world, GET calls, POST faults or DELETE faults." }), status: 404 };
}

const json = (value: unknown): WireReply => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

const withHeader = (reply: WireReply, name: string, value: string): WireReply => ({
  ...reply,
  headers: { ...reply.headers, [name]: value },
});

function send(response: ServerResponse, reply: WireReply): void {
  if (response.destroyed) return;
  response.writeHead(reply.status, { ...reply.headers });
  response.end(reply.body);
}

async function read(incoming: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return {
    method: incoming.method ?? "GET",
    url: new URL(incoming.url ?? "/", `http://${incoming.headers.host ?? "localhost"}`),
    headers: Object.fromEntries(
      Object.entries(incoming.headers).map(([k, v]) => [k, Array.isArray(v) ? v.join(",") : (v ?? "")]),
    ),
    body: Buffer.concat(chunks).toString("utf8"),
  };
}
