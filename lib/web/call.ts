/** Why something that was posted is no call of an action from our own pages. */
export interface NoCall {
  readonly status: 400 | 403 | 405 | 413 | 415;
  readonly sentence: string;
}

/** What a form may send, bytes. */
const longest = 256 * 1024;
/** Deeper than any form's answers; how deep an action's own input may be is `bounded`'s to say. */
const deepest = 20;
/** As the framework names an action: 42 hexadecimal digits. Anything else would reach its log as an error. */
const actionId = /^[0-9a-f]{42}$/;

/**
 * Looks at a request that may change something before the framework decodes it: it must come from our own origin and be a
 * call with plain JSON. The framework's own references (`$F…`, `$Q…`) and forms reach its decoder from nobody. Null when
 * it may go on; who sends it, and whether they may, is the action's to ask.
 */
export async function whyNoCall(request: Request, origin: string): Promise<NoCall | null> {
  const { headers } = request;
  if (request.method !== "POST") return { status: 405, sentence: "Nothing is sent to this address." };
  if (headers.get("origin") !== origin)
    return {
      status: 403,
      sentence: "This was sent from another address than the portal's own. Open the portal there.",
    };
  const action = headers.get("next-action");
  if (action === null) return { status: 405, sentence: "Nothing is sent to this address." };
  if (!actionId.test(action)) return { status: 400, sentence: "Only what the portal's own pages send is read." };
  if (!headers.get("content-type")?.startsWith("text/plain"))
    return { status: 415, sentence: "Only what the portal's own pages send is read." };
  const body = Number(headers.get("content-length") ?? 0) > longest ? null : await textWithin(request, longest);
  if (body === null) return { status: 413, sentence: "That is more than a form may send." };
  return isPlain(body) ? null : { status: 400, sentence: "Only what the portal's own pages send is read." };
}

/** The body, or null when it is longer. It is read to its end either way, so that who sends it gets the answer. */
async function textWithin({ body }: Request, bytes: number): Promise<string | null> {
  // As the framework will read it: with a byte order mark it is no JSON.
  const text = new TextDecoder("utf-8", { ignoreBOM: true });
  let read = 0;
  let whole = "";
  for await (const piece of body ?? []) {
    read += piece.byteLength;
    if (read <= bytes) whole += text.decode(piece, { stream: true });
  }
  return read > bytes ? null : whole + text.decode();
}

function isPlain(body: string): boolean {
  try {
    const sent: unknown = JSON.parse(body);
    return Array.isArray(sent) && plain(sent, deepest);
  } catch {
    return false;
  }
}

/** No reference but `undefined`; a text's own dollar sign arrives doubled. */
function plain(value: unknown, depth: number): boolean {
  if (typeof value === "string") return !value.startsWith("$") || value.startsWith("$$") || value === "$undefined";
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((part) => plain(part, depth - 1));
}
