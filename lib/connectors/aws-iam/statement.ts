import { z } from "zod";

const oneOrMore = z.union([z.string(), z.array(z.string())]);

/** What one statement allows; `conditions` only narrow and are counted as if they were absent. */
export const statementSchema = z.strictObject({
  actions: z.array(z.string()).min(1).max(400),
  resources: z.array(z.string()).min(1).max(400),
  conditions: z.record(z.string(), z.record(z.string(), oneOrMore)).optional(),
});
export type Statement = z.infer<typeof statementSchema>;
