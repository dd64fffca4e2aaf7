import type { WireReply } from "#lib/simulation/server.ts";

/** An error as AWS words it on the wire. */
export class WireError extends Error {
  readonly status: number;
  readonly code: string;
  /** Why, for people who test: sent as a header of ours, since AWS says less. */
  readonly hint: string | null;

  constructor(status: number, code: string, said: { readonly message: string; readonly hint: string | null }) {
    super(said.message);
    this.status = status;
    this.code = code;
    this.hint = said.hint;
  }
}

const statuses: Readonly<Record<string, number>> = {
  NoSuchEntity: 404,
  EntityAlreadyExists: 409,
  DeleteConflict: 409,
  LimitExceeded: 409,
  AccessDenied: 403,
  InvalidClientTokenId: 403,
  SignatureDoesNotMatch: 403,
  ServiceFailure: 500,
  ServiceUnavailable: 503,
};
/** Statuses are those of AWS's API model and common errors; everything else, `Throttling` included, is 400. */
export const wireError = (code: string, message: string, hint: string | null = null): WireError =>
  new WireError(statuses[code] ?? 400, code, { message, hint });

/** XML content: text, nested elements, or a list of `member`s. `undefined` leaves the element out. */
export type Xml = string | number | boolean | undefined | readonly Xml[] | { readonly [element: string]: Xml };

const escaped = (text: string): string =>
  text
    .replace(/[&<>"]/g, (one) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[one] ?? one)
    .replace(/\p{Cc}/gu, (one) => (/\s/.test(one) ? one : ""));

function xml(value: Xml): string {
  if (value === undefined) return "";
  if (typeof value !== "object") return escaped(String(value));
  if (isList(value)) return value.map((one) => `<member>${xml(one)}</member>`).join("");
  return Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([element, inner]) => `<${element}>${xml(inner)}</${element}>`)
    .join("");
}
const isList = (value: object): value is readonly Xml[] => Array.isArray(value);

const namespaces = {
  iam: "https://iam.amazonaws.com/doc/2010-05-08/",
  sts: "https://sts.amazonaws.com/doc/2011-06-15/",
} as const;
export type Service = keyof typeof namespaces;

interface Answer {
  readonly service: Service;
  readonly operation: string;
  readonly requestId: string;
}

export function answerXml({ service, operation, requestId }: Answer, result: Xml): WireReply {
  const inner = result === undefined ? "" : `<${operation}Result>${xml(result)}</${operation}Result>`;
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  return reply(200, `<${operation}Response xmlns="${namespaces[service]}">${inner}${metadata}</${operation}Response>`);
}

export function errorXml({ service, requestId }: Answer, { status, code, message, hint }: WireError): WireReply {
  const type = status >= 500 ? "Receiver" : "Sender";
  const error = xml({ Error: { Type: type, Code: code, Message: message }, RequestId: requestId });
  const body = reply(status, `<ErrorResponse xmlns="${namespaces[service]}">${error}</ErrorResponse>`);
  return hint === null ? body : { ...body, headers: { ...body.headers, "x-simulator-hint": encodeURIComponent(hint) } };
}

const reply = (status: number, body: string): WireReply => ({ status, headers: { "content-type": "text/xml" }, body });

/** Parameters of one query-protocol call. */
export class Query {
  readonly #parameters: URLSearchParams;

  constructor(body: string) {
    this.#parameters = new URLSearchParams(body);
  }

  get operation(): string {
    return this.#parameters.get("Action") ?? "";
  }

  get service(): Service {
    return this.#parameters.get("Version") === "2011-06-15" ? "sts" : "iam";
  }

  optional(name: string): string | undefined {
    return this.#parameters.get(name) ?? undefined;
  }

  required(name: string): string {
    const value = this.optional(name);
    if (value === undefined || value === "")
      throw wireError(
        "ValidationError",
        `1 validation error detected: Value at '${name}' failed to satisfy constraint: Member must not be null`,
      );
    return value;
  }

  list(name: string): string[] {
    return this.#numbered(name).map((prefix) => this.#parameters.get(prefix) ?? "");
  }

  tags(): Record<string, string> {
    const of = (prefix: string) => [
      this.#parameters.get(`${prefix}.Key`) ?? "",
      this.#parameters.get(`${prefix}.Value`) ?? "",
    ];
    return Object.fromEntries(this.#numbered("Tags").map(of));
  }

  #numbered(name: string): string[] {
    const found: string[] = [];
    const has = (prefix: string) => this.#parameters.has(prefix) || this.#parameters.has(`${prefix}.Key`);
    for (let index = 1; has(`${name}.member.${index}`); index += 1) found.push(`${name}.member.${index}`);
    return found;
  }
}
