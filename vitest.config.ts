import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "lib/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    environment: "node",
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // next-auth v5 imports "next/server" without an extension, which Node refuses: it must go through vite.
    server: { deps: { inline: ["next-auth", "@auth/core"] } },
  },
});
