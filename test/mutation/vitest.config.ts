import { defineConfig } from "vitest/config";

// What `npm run mutate` asks of each changed line: tests that need no server, so that thousands of mutants are tried in an hour.
export default defineConfig({
  test: {
    include: ["test/{domain,policy,provisioning,simulation}/**/*.test.ts", "test/bench/*.test.ts"],
    exclude: ["test/policy/facts-query.test.ts"],
    environment: "node",
    pool: "threads",
    testTimeout: 60_000,
  },
});
