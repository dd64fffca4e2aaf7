import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import type { Survey } from "#lib/connectors/connector.ts";
import { connectors } from "#lib/connectors/registry.ts";
import { type EstateCount, estateCounter, type Looked, type LookingFor, lookAt } from "#lib/domain/estate.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import type { Calls } from "#lib/domain/target.ts";
import type { TargetEntry } from "./config.ts";
import { configPath, readConfig } from "./config-file.ts";
import { pauseMs } from "./retrying.ts";
import { connectTarget } from "./targets.ts";

const callTimeoutMs = 60_000;
const triesACall = 8;

export interface LookAsk {
  readonly entry: TargetEntry;
  readonly by: LookingFor;
  /** How many of the worst are kept for each flaw. */
  readonly keep: number;
  /** Hears every identity as it is read; awaited, so that a slow file slows the reading and not the memory. */
  readonly each?: (looked: Looked) => Promise<void>;
}
export interface Look extends Pick<Survey, "of" | "by" | "unread"> {
  readonly count: EstateCount;
}

/**
 * Reads every identity of one target and judges it; changes nothing there and needs no database. Memory does not grow with
 * the account. Refuses where this target type cannot be looked at; throws `TargetFault` when the target does not answer.
 */
export async function look(ask: LookAsk): Promise<Outcome<Look>> {
  const { entry, by, keep, each } = ask;
  const target = await connectTarget(entry, { installation: "look", markKeys: [], portalSystemIdentifier: "" });
  try {
    if (target.survey === undefined)
      return refuse({ code: "invalid", sentence: `A target of the type ${entry.kind} cannot be looked at yet.` });
    const { of, by: as, unread, identities } = await target.survey(patientCalls);
    const counter = estateCounter(keep);
    for await (const identity of identities) {
      const looked = lookAt(identity, by);
      counter.add(looked);
      await each?.(looked);
    }
    return ok({ of, by: as, unread, count: counter.count() });
  } finally {
    await target.close();
  }
}

/**
 * A configured target of this name, else the one the word stands for; null when there is neither. Refuses where a configuration is
 * there and cannot be read, since the shell's account may be another one, and where settings are given beside a configured target's.
 */
export async function targetToLookAt(
  env: Readonly<Record<string, string | undefined>>,
  { target, settings }: { readonly target: string; readonly settings: JsonObject },
): Promise<Outcome<TargetEntry | null>> {
  const path = configPath(env);
  // A home without a file is a host that has none yet; a file that was named must be there.
  const named = path !== null && (env.CHARTER_CONFIG !== undefined || existsSync(path));
  const loaded = named ? await readConfig(path) : null;
  if (loaded !== null && "refusals" in loaded) {
    const [first] = loaded.refusals;
    return refuse({
      code: "invalid",
      sentence: `The worker's configuration ${path} cannot be read, so nothing was looked at: ${first.sentence}`,
      mend: "Mend it (npm run config:check), or unset CHARTER_CONFIG and CHARTER_HOME to look with what this shell has.",
    });
  }
  const configured = loaded?.ok.config.targets.find(({ name }) => name === target);
  if (configured === undefined) return ok(unconfigured(target, settings));
  const given = Object.keys(settings).map((name) => `--${name}`);
  return given.length === 0
    ? ok(configured)
    : refuse({
        code: "invalid",
        sentence: `${target} is a target of the configuration ${path}, whose settings count: ${given.join(" and ")} would be ignored.`,
        mend: "Leave it out, or change the configuration.",
      });
}

/** The target that a word names without any configuration, reached with what this shell has; null when no target type has the word. */
export function unconfigured(word: string, settings: JsonObject): TargetEntry | null {
  const connector = connectors.find(({ firstLook }) => firstLook?.word === word);
  if (connector?.firstLook === undefined) return null;
  return {
    ...{ name: "look", kind: connector.kind, title: connector.title, environments: ["dev"], credentials: {} },
    settings: z.record(z.string(), z.json()).parse({ ...connector.firstLook.settings, ...settings }),
    simulated: false,
    gate: { maxRunning: 2, rate: 20, burst: 60, reserve: 1 },
    caps: { mintsPerHour: 1, disablesPerHour: 1 },
    windows: {},
  };
}

export const lookWords = (): readonly string[] => connectors.flatMap(({ firstLook }) => firstLook?.word ?? []);

/** Calls that only read: repeated when the target is busy or an answer is lost. */
const patientCalls: Calls = {
  async make(_name, call) {
    for (let tried = 1; ; tried += 1) {
      try {
        return await call({ signal: new AbortController().signal, timeoutMs: callTimeoutMs, aboutToSend: () => {} });
      } catch (error) {
        const again = error instanceof TargetFault && ["throttled", "unavailable", "ambiguous"].includes(error.kind);
        if (!again || tried >= triesACall) throw error;
        await wait(pauseMs(tried, { random: Math.random(), atLeastMs: error.retryAfterMs ?? 0 }));
      }
    }
  },
};
