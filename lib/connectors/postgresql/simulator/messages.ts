/** One message of a client; `operation` is the statement's first words when it carries one. */
export interface Message {
  readonly bytes: Buffer;
  readonly operation: string | null;
}

/** Cuts a client's stream into messages (PostgreSQL's protocol 3). The first has no type byte; one that asks for TLS repeats that. */
export class MessageReader {
  #rest: Buffer = Buffer.alloc(0);
  #started = false;

  read(chunk: Buffer): readonly Message[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const messages: Message[] = [];
    for (let one = this.#next(); one !== null; one = this.#next()) messages.push(one);
    return messages;
  }

  #next(): Message | null {
    const head = this.#started ? 1 : 0;
    if (this.#rest.length < head + 4) return null;
    const length = head + this.#rest.readInt32BE(head);
    if (this.#rest.length < length) return null;
    const bytes = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    if (!this.#started) {
      const isStart = bytes.length >= 8 && bytes.readInt32BE(4) === 196_608;
      this.#started = isStart;
      return { bytes, operation: null };
    }
    return { bytes, operation: operationOf(bytes) };
  }
}

/** `COMMIT`, `CREATE ROLE`, `COMMENT ON`, `SELECT`; null for messages without a statement. */
function operationOf(bytes: Buffer): string | null {
  const type = String.fromCharCode(bytes[0] ?? 0);
  if (type !== "Q" && type !== "P") return null;
  const text = bytes.subarray(5).toString("utf8");
  const sql = type === "P" ? text.slice(text.indexOf("\0") + 1) : text;
  const words = sql
    .slice(0, Math.max(0, sql.indexOf("\0")))
    .trim()
    .toUpperCase()
    .split(/\s+/);
  const [first = "", second = ""] = words;
  if (first === "WITH") return "SELECT";
  return ["CREATE", "ALTER", "DROP", "COMMENT"].includes(first) ? `${first} ${second}` : first;
}
