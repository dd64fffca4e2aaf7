import { z } from "zod";
import { canonical } from "#lib/digest/digest.ts";
import type { Json, JsonObject } from "#lib/domain/json.ts";

const object = z.record(z.string(), z.json());

/** A policy document as IAM returns it: JSON, percent-encoded. Null when it is none. */
export function documentOf(encoded: string | undefined): JsonObject | null {
  if (encoded === undefined || encoded === "") return null;
  const read = object.safeParse(parse(decodeURIComponent(encoded)));
  return read.success ? read.data : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Same JSON, whatever the order of members. */
export const equal = (a: Json, b: Json): boolean => canonical(a) === canonical(b);
