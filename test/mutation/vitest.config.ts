import { defineConfig } from "vitest/config";

// What `npm run mutate` asks of each changed line: tests that need no server, so that thousands of mutants are tried in hours. The
// protocols of credentials are explored exhaustively, which takes a minute a mutant: their own tests break them in named ways instead.
export default defineConfig({
  test: {
    include: ["test/{domain,policy,simulation}/**/*.test.ts", "test/bench/*.test.ts"],
    exclude: ["test/policy/facts-query.test.ts"],
    setupFiles: ["test/mutation/setup.ts"],
    environment: "node",
    pool: "threads",
    // Most of a mutant's time was that every file loads Cedar and IAM's list of actions anew.
    isolate: false,
    testTimeout: 60_000,
  },
});
