import { z } from "zod";
import type { RolesToCome } from "#db/read/example-people.ts";
import { roles } from "#lib/domain/actor.ts";
import { desk } from "./desk.ts";

const answered = z.record(z.string(), z.array(z.enum(roles)));

/** Which roles the demo's issuer will give to whom: known before anyone has signed in. Nothing where there is no desk, or no answer. */
export async function rolesToCome(): Promise<RolesToCome> {
  const told = await desk()?.ask("roles", {}, answered);
  return told !== undefined && "ok" in told ? told.ok : {};
}
