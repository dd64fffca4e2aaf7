import { z } from "zod";
import type { LogEntry } from "../store.ts";
import type { VaultSettings } from "./settings.ts";

const entry = z.object({
  time: z.iso.datetime({ offset: true }),
  type: z.string(),
  error: z.string().optional(),
  request: z.object({
    operation: z.string(),
    path: z.string(),
    namespace: z.object({ path: z.string().optional() }).optional(),
  }),
  response: z.object({}).optional(),
});

/** One line of a file audit device: when it was written, and which path was read with success. Values in it are HMACs and are not looked at. */
export function logEntry(line: string, { namespace }: Pick<VaultSettings, "namespace">): LogEntry | null {
  const read = entry.safeParse(parsed(line));
  if (!read.success) return null;
  const { time, type, error, request, response } = read.data;
  const here = bare(request.namespace?.path ?? "") === bare(namespace ?? "");
  const answered = type === "response" && (error ?? "") === "" && response !== undefined;
  const isRead = here && answered && request.operation === "read" && request.path.includes("/data/");
  return { at: new Date(time), read: isRead ? request.path : null };
}

const bare = (namespace: string): string => namespace.replace(/^\/+|\/+$/g, "");

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
