import { TargetFault } from "#lib/domain/fault.ts";
import type { Worker } from "../worker.ts";

/** Looks at all configured targets side by side. One that fails is told of in the log and leaves the others alone. */
export async function eachTarget(
  { config, log }: Pick<Worker, "config" | "log">,
  sweep: string,
  look: (name: string) => Promise<void>,
): Promise<void> {
  const looked = config.targets.map(async ({ name }) => {
    try {
      await look(name);
    } catch (error) {
      if (!(error instanceof TargetFault)) log.fault(`${sweep}.${name}`, error);
      else log.info(`${sweep}.${name}`, { sentence: error.sentence });
    }
  });
  await Promise.all(looked);
}
