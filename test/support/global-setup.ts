import type { TestProject } from "vitest/node";
import { startCluster } from "./cluster.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Superuser address of this run's PostgreSQL; see test/support/database.ts. */
    cluster: string;
  }
}

/** One throwaway PostgreSQL for the whole run; each test file makes its own database in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startCluster();
  project.provide("cluster", cluster.url());
  return () => cluster.stop();
}
