import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

interface Piece {
  readonly tests: readonly string[];
  /** Whether its tests need PostgreSQL. */
  readonly database?: boolean;
  /** How long one of its tests may take: what waits for ever is then noticed by its test, without a runner made anew. */
  readonly seconds?: number;
}

const pieces: Readonly<Record<string, Piece>> = JSON.parse(
  readFileSync(new URL("pieces.json", import.meta.url), "utf8"),
);
const name = process.env.CHARTER_MUTATE ?? "domain-a";
const { tests = [], database = false, seconds = 60 } = pieces[name] ?? {};

// What `npm run mutate` asks of each changed line: the tests of its piece, fast ones, so that thousands of mutants are tried in hours. The
// protocols of credentials are explored narrowly: exhaustively it would take a minute a mutant.
export default defineConfig({
  test: {
    include: [...tests],
    ...(database ? { globalSetup: ["test/support/global-setup.ts"] } : {}),
    setupFiles: ["test/mutation/setup.ts"],
    environment: "node",
    pool: "threads",
    // Most of a mutant's time was that every file loads Cedar and IAM's list of actions anew.
    isolate: false,
    testTimeout: seconds * 1_000,
    env: { CHARTER_EXPLORE: "narrow" },
  },
});
