import { defineConfig } from "drizzle-kit";

/** `npx drizzle-kit generate` compares db/schema with the last snapshot; `--custom` opens an empty file for functions and grants. */
export default defineConfig({
  dialect: "postgresql",
  schema: "./db/schema/*.ts",
  out: "./db/migrations",
  schemaFilter: ["charter"],
});
