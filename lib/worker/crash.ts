/** Where a step can be cut off: TARGETS' C0 to C4, and around one call of it. */
export type CrashPoint = "C0" | "C1" | "C2" | "C3" | "C4";

/** What a step is called here: taking it back has places of its own. */
export const placeOf = (row: { readonly name: string; readonly undoing: boolean }): string =>
  row.undoing ? `undo ${row.name}` : row.name;

/**
 * Kills this process with SIGKILL at the point that `CHARTER_TEST_CRASH=<step>[/<call>]:<point>` names, once it is reached.
 * Heeded only beside `CHARTER_TEST=1`; the one place where a crash is injected.
 */
export function crashPoint(at: { readonly step: string; readonly call?: string }, point: CrashPoint): void {
  const wanted = process.env.CHARTER_TEST_CRASH;
  if (wanted === undefined || process.env.CHARTER_TEST !== "1") return;
  const here = at.call === undefined ? at.step : `${at.step}/${at.call}`;
  if (wanted === `${here}:${point}`) process.kill(process.pid, "SIGKILL");
}
