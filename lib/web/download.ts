import { fault } from "./log.ts";

export interface Download {
  /** The door, as a fault names it: `audit.export`. */
  readonly name: string;
  readonly type: string;
  readonly file: string;
  /** Writes the file; each piece is waited for until the reader has taken it, so that little of it is ever held. */
  readonly write: (put: (text: string) => Promise<void>) => Promise<void>;
}

/** A reader who leaves is no fault; what is being read ends with them. */
const readerLeft = new Error("The reader has left.");

/** A file that is written while it is read. A fault breaks it off, so that half a file is never taken for the whole. */
export function download({ name, type, file, write }: Download): Response {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  const put = (text: string) =>
    writer.write(encoder.encode(text)).catch(() => {
      throw readerLeft;
    });
  const breakOff = (thrown: unknown) =>
    writer.abort(new Error(`The export broke off (reference ${fault(name, thrown)}).`));
  write(put)
    .then(() => writer.close())
    .catch((thrown) => (thrown === readerLeft ? undefined : breakOff(thrown)));
  return new Response(readable, {
    headers: {
      "content-type": `${type}; charset=utf-8`,
      "content-disposition": `attachment; filename="${file}"`,
      "cache-control": "no-store",
    },
  });
}
