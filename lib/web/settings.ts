import { z } from "zod";
import type { Limits } from "./load.ts";

/** What the web is started with: nothing here names a target, a vault or a role that writes facts. */
export interface WebSettings {
  readonly databaseUrl: string;
  /** Origin of the portal; the only one that may post, and the only one sign-in returns to. */
  readonly publicUrl: URL;
  readonly authSecret: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Example people, simulated targets, localhost only. */
  readonly demo: boolean;
  /** The launcher's loopback desk; present only in the demo. */
  readonly demoDesk: string | null;
  readonly limits: Limits;
}

const schema = z.object({
  CHARTER_WEB_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  CHARTER_PUBLIC_URL: z.url({ protocol: /^https?$/ }),
  AUTH_SECRET: z.string().min(32),
  AUTH_ISSUER: z.url({ protocol: /^https?$/ }),
  AUTH_CLIENT_ID: z.string().min(1),
  AUTH_CLIENT_SECRET: z.string().min(1),
  CHARTER_REQUESTS_AT_ONCE: z.coerce.number().int().min(1).default(500),
  CHARTER_CALLS_A_MINUTE: z.coerce.number().int().min(1).default(600),
  CHARTER_DEMO: z.literal("1").optional(),
  CHARTER_DEMO_DESK: z.url({ protocol: /^http$/, hostname: /^(localhost|127\.0\.0\.1)$/ }).optional(),
});

const workerVariable = /^(CHARTER_WORKER_|CHARTER_MIGRATE_|CHARTER_CONFIG$|AWS_|VAULT_|BAO_|AZURE_|GOOGLE_)/;

type Environment = { readonly [name: string]: string | undefined };

/** Names of variables that belong to the worker: with one of them in sight the web does not start. */
export const workerVariables = (environment: Environment): readonly string[] =>
  Object.keys(environment).filter((name) => workerVariable.test(name) && environment[name] !== undefined);

/** Settings, or one sentence for each that is missing or wrong. Never repeats a value. */
export function readSettings(
  environment: Environment,
): { readonly ok: WebSettings } | { readonly problems: readonly string[] } {
  const parsed = schema.safeParse(environment);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join(".")} is missing or not valid.`);
  const foreign = workerVariables(environment).map((name) => `${name} belongs to the worker; the web must not see it.`);
  if (!parsed.success || foreign.length > 0) return { problems: [...problems, ...foreign] };
  const values = parsed.data;
  const publicUrl = new URL(values.CHARTER_PUBLIC_URL);
  const demo = values.CHARTER_DEMO === "1";
  if (demo && publicUrl.hostname !== "localhost")
    return { problems: ["The demo serves http://localhost alone; CHARTER_PUBLIC_URL names another host."] };
  return {
    ok: {
      databaseUrl: values.CHARTER_WEB_DATABASE_URL,
      publicUrl,
      authSecret: values.AUTH_SECRET,
      issuer: values.AUTH_ISSUER,
      clientId: values.AUTH_CLIENT_ID,
      clientSecret: values.AUTH_CLIENT_SECRET,
      demo,
      demoDesk: demo ? (values.CHARTER_DEMO_DESK ?? null) : null,
      limits: { requestsAtOnce: values.CHARTER_REQUESTS_AT_ONCE, callsAMinute: values.CHARTER_CALLS_A_MINUTE },
    },
  };
}

/** Thrown by everything but `/api/health` while the web is not fit to serve. */
export class NotFit extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join(" "));
    this.name = "NotFit";
    this.problems = problems;
  }
}

let known: WebSettings | undefined;
/** This process's settings. Throws `NotFit` when they are missing or wrong. */
export function settings(): WebSettings {
  if (known) return known;
  const read = readSettings(process.env);
  if ("problems" in read) throw new NotFit(read.problems);
  known = read.ok;
  return known;
}
