/** Another worker owns the step: nothing was changed, and this worker must stop. */
export class LostLease extends Error {
  override readonly name = "LostLease";
}
/** This very commit was already made: its answer had been lost. */
export class CommittedBefore extends Error {
  override readonly name = "CommittedBefore";
}
