import { type FaultKind, TargetFault } from "#lib/domain/fault.ts";

/** Codes whose meaning does not follow from the HTTP status. Source: AWS's API model of IAM and its list of common errors. */
const kinds: Readonly<Record<string, FaultKind>> = {
  AccessDenied: "denied",
  UnauthorizedOperation: "denied",
  InvalidClientTokenId: "denied",
  SignatureDoesNotMatch: "denied",
  ExpiredToken: "denied",
  IncompleteSignature: "denied",
  MissingAuthenticationToken: "denied",
  OptInRequired: "denied",
  CredentialsProviderError: "denied",
  UnmodifiableEntity: "denied",
  NoSuchEntity: "not-found",
  EntityAlreadyExists: "conflict",
  DeleteConflict: "conflict",
  ConcurrentModification: "conflict",
  EntityTemporarilyUnmodifiable: "conflict",
  LimitExceeded: "quota",
  Throttling: "throttled",
  ThrottledException: "throttled",
  RequestLimitExceeded: "throttled",
  RequestThrottled: "throttled",
  TooManyRequestsException: "throttled",
  SlowDown: "throttled",
  /** A signature older than 15 minutes: certainly not executed. */
  RequestExpired: "unavailable",
};

const sentences: Readonly<Record<FaultKind, string>> = {
  denied: "AWS does not allow this to the worker.",
  invalid: "AWS did not accept what was sent.",
  conflict: "AWS is changing this object, or it is in the way of the change.",
  "not-found": "AWS does not know this object.",
  quota: "A quota of the AWS account is used up.",
  throttled: "AWS asks to be called less often.",
  unavailable: "AWS did not answer; nothing was changed.",
  ambiguous: "AWS did not answer; the change may have been made.",
};

interface Wire {
  /** The signed request was handed to the socket. */
  readonly sent: boolean;
  readonly changes: boolean;
}

/** Sorts what the SDK threw, by the vendor's code and by what was on the wire; never by a message. */
export function faultOf(error: unknown, wire: Wire): TargetFault {
  const code = codeOf(error);
  const known = kinds[code];
  const status = statusOf(error);
  if (known !== undefined) return fault(known, code, retryAfterOf(error));
  if (status === 429) return fault("throttled", code, retryAfterOf(error));
  if (status >= 400 && status < 500) return fault("invalid", code);
  if (!wire.sent || refusedAtDoor(error)) return fault("unavailable", code);
  return fault(wire.changes ? "ambiguous" : "unavailable", code);
}

const fault = (kind: FaultKind, code: string, retryAfterMs: number | null = null): TargetFault =>
  new TargetFault(kind, code, { sentence: sentences[kind], retryAfterMs });

/** The SDK appends "Exception" to most of IAM's codes, and calls a connection that was reset a TimeoutError. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "Unknown";
  const own = "code" in error && typeof error.code === "string" ? error.code : "";
  if (/^E[A-Z_]+$/.test(own)) return own;
  const short = error.name.replace(/Exception$/, "");
  return kinds[short] === undefined ? error.name : short;
}

const refusedAtDoor = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"].includes(String(error.code));

function statusOf(error: unknown): number {
  const metadata = typeof error === "object" && error !== null && "$metadata" in error ? error.$metadata : null;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return 0;
  return Number(metadata.httpStatusCode ?? 0);
}

function retryAfterOf(error: unknown): number | null {
  const response = typeof error === "object" && error !== null && "$response" in error ? error.$response : null;
  if (typeof response !== "object" || response === null || !("headers" in response)) return null;
  const { headers } = response;
  const value =
    typeof headers === "object" && headers !== null && "retry-after" in headers
      ? Number(headers["retry-after"])
      : Number.NaN;
  return Number.isFinite(value) && value >= 0 ? value * 1000 : null;
}

/** Runs `call`; `missing` when AWS says that there is no such object. */
export async function unlessMissing<T, M>(call: () => Promise<T>, missing: M): Promise<T | M> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof TargetFault && error.kind === "not-found") return missing;
    throw error;
  }
}
