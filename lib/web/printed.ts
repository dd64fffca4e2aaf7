import { fault, log } from "./log.ts";

/**
 * Turns what the framework prints by itself into lines of our log. A request's error is printed by nobody but
 * `requestFault`, which knows its reference: the framework's own copy of it, text and all, is left out.
 */
export function tameConsole(): void {
  const told =
    (level: string) =>
    (first: unknown, ...rest: readonly unknown[]) => {
      const errors = [first, ...rest].filter((one) => one instanceof Error);
      if (errors.some((error) => "digest" in error)) return;
      if (errors[0] && level === "error") fault("framework", errors[0]);
      else log("framework", { level, message: (errors[0]?.message ?? String(first)).slice(0, 300) });
    };
  Object.assign(console, { error: told("error"), warn: told("warning") });
}

/** Logs what a request threw, under the reference that its error page shows. */
export function requestFault(thrown: unknown, where: string): void {
  const digest = thrown instanceof Error && "digest" in thrown ? String(thrown.digest) : undefined;
  fault(where, thrown, digest);
}
