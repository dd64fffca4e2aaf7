import { listen } from "#db/notify.ts";
import { readMark } from "#db/read/changes.ts";
import { readSession, readSnapshot, type SessionPerson } from "#db/read/session.ts";
import { database } from "./database.ts";
import { fault } from "./log.ts";

/** How often a stream looks without a hint, and how often it reads its session anew, ms: with the look, at most 15 s. */
const lookEvery = 2_000;
const sessionEvery = 12_000;
/** A comment line keeps proxies from closing a quiet stream, ms. */
const breatheEvery = 20_000;

type Sender = (text: string) => void;

interface Hub {
  readonly streams: Set<() => void>;
  closing: boolean;
}
const place = Symbol.for("charter.web.streams");

/** One LISTEN per process wakes every open stream; SIGTERM raises the flag that closes them. */
function hub(): Hub {
  const holder = globalThis as { [place]?: Hub };
  if (holder[place]) return holder[place];
  const made: Hub = { streams: new Set(), closing: false };
  holder[place] = made;
  const wake = () => {
    for (const look of made.streams) look();
  };
  listen(database().sql, "facts", wake).catch((thrown: unknown) => fault("stream.listen", thrown));
  process.once("SIGTERM", () => {
    made.closing = true;
    wake();
  });
  return made;
}

/**
 * Server-sent events for one browser: `changed` whenever something its person sees has changed, `signed-out` when the session
 * no longer counts. It tells nothing of what changed; pages read their own rows. `drawn` is the snapshot the page was read after:
 * whatever was written between it and the stream, nobody would tell the page of, so it begins with `changed` then.
 */
export function openStream(person: SessionPerson, drawn: string | null, gone: AbortSignal): ReadableStream<Uint8Array> {
  const text = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      const send: Sender = (line) => controller.enqueue(text.encode(line));
      send("retry: 3000\n\n");
      void follow({ person, drawn }, gone, send)
        .catch((thrown: unknown) => fault("stream", thrown))
        .finally(() => {
          if (!gone.aborted) controller.close();
        });
    },
  });
}

interface Reader {
  readonly person: SessionPerson;
  readonly drawn: string | null;
}

async function follow(reader: Reader, gone: AbortSignal, send: Sender): Promise<void> {
  const { streams, closing } = hub();
  if (closing) return;
  const turn = new Turns(streams, gone);
  try {
    await tell(reader, turn, send);
  } finally {
    turn.end();
  }
}

/** Sends what there is to say, turn by turn, until there is no next one. */
async function tell(reader: Reader, turn: Turns, send: Sender): Promise<void> {
  const { db } = database();
  let person = reader.person;
  let mark = await readMark(db, person);
  const snapshot = await readSnapshot(db);
  if (snapshot !== reader.drawn && !turn.over) send("event: changed\ndata: {}\n\n");
  let readAt = performance.now();
  let breathedAt = readAt;
  while (await turn.next()) {
    const now = performance.now();
    if (now - readAt > sessionEvery) {
      const again = await readSession(db, person.session);
      if (again === null) return send("event: signed-out\ndata: {}\n\n");
      person = again;
      readAt = now;
    }
    const seen = await readMark(db, person);
    if (turn.over) return;
    if (seen !== mark) send("event: changed\ndata: {}\n\n");
    else if (now - breathedAt > breatheEvery) send(":\n\n");
    else continue;
    mark = seen;
    breathedAt = now;
  }
}

/** When to look: after a hint, after `lookEvery` without one; never again once the reader left or the process ends. */
class Turns {
  readonly #streams: Set<() => void>;
  readonly #gone: AbortSignal;
  #hinted = false;
  #wake: () => void = () => {};
  readonly #hear = () => {
    this.#hinted = true;
    this.#wake();
  };

  constructor(streams: Set<() => void>, gone: AbortSignal) {
    this.#streams = streams;
    this.#gone = gone;
    streams.add(this.#hear);
    gone.addEventListener("abort", this.#hear);
  }

  async next(): Promise<boolean> {
    if (!this.#hinted && !this.#gone.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, lookEvery).unref();
      });
    }
    this.#hinted = false;
    return !this.over;
  }

  /** The reader left, or the process ends: nothing may be sent any more. */
  get over(): boolean {
    return this.#gone.aborted || hub().closing;
  }

  end(): void {
    this.#streams.delete(this.#hear);
  }
}
