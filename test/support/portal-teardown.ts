import { rmSync } from "node:fs";

/** Removes what the portal under test kept. */
export default function teardown(): void {
  const home = process.env.CHARTER_TEST_HOME;
  if (home) rmSync(home, { recursive: true, force: true });
}
