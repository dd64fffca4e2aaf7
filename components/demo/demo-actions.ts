import type { Answer } from "#lib/web/action.ts";
import type { AuditChecked } from "#lib/web/desk/acts.ts";
import type { TokenTried } from "#lib/web/desk/try-token.ts";

/** Server actions behind the demo's own line; none does anything in an installation without a desk. */
export interface DemoActions {
  readonly signIn: (input: { to: string; hint: string | null }) => Promise<Answer<unknown>>;
  readonly skipDays: (input: { days: number }) => Promise<Answer<{ days: number; swept: boolean }>>;
  readonly killWorker: (input: { at: "now" | "next-call" }) => Promise<Answer<{ armed: boolean }>>;
  readonly tryToken: (input: { identity: string }) => Promise<Answer<readonly TokenTried[]>>;
  readonly checkAudit: (input: Record<string, never>) => Promise<Answer<AuditChecked>>;
  readonly approve: (input: {
    request: string;
    version: number;
    planDigest: string;
    stage: number;
    reason: string;
  }) => Promise<Answer<unknown>>;
}
