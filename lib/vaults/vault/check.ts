import { z } from "zod";
import { certificateTrouble } from "#lib/domain/certificate.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Calls, Check } from "#lib/domain/target.ts";
import type { VaultConnectEntry } from "../store.ts";
import { anonymous, type Login } from "./client.ts";
import { removerRules, toHcl, writerRules } from "./policy.ts";
import type { VaultSettings } from "./settings.ts";

interface Checking {
  readonly entry: VaultConnectEntry<VaultSettings>;
  readonly writer: Login;
  readonly remover: Login;
  readonly calls: Calls;
}

const health = z.object({ sealed: z.boolean(), initialized: z.boolean(), version: z.string().optional() });
const mounted = z.object({ data: z.object({ type: z.string(), options: z.record(z.string(), z.string()).nullish() }) });
const capabilitiesAnswer = z.object({ data: z.record(z.string(), z.unknown()) });

/** Reachable, unsealed, both logins, the engine's version, each right by name, and that neither login can do what only the other may. */
export async function checkVault(checking: Checking): Promise<readonly Check[]> {
  const server = await checkServer(checking);
  if (!server.ok) return [server];
  const places = probes(checking.entry);
  const checks: Check[] = [server];
  for (const who of ["writer", "remover"] as const) {
    checks.push(...(await checkLogin(checking, who, places)));
  }
  return checks;
}

async function checkServer({ entry, calls }: Checking): Promise<Check> {
  const name = "server";
  try {
    const ask = { calls, name: "vault health", method: "GET", path: "sys/health", changes: false } as const;
    const state = health.safeParse(await anonymous(entry.settings, ask));
    if (!state.success)
      return { name, ok: false, sentence: "What answers at this address is no vault.", mend: "Correct the address." };
    if (!state.data.initialized)
      return { name, ok: false, sentence: "The vault is not initialised.", mend: "Initialise it." };
    if (state.data.sealed)
      return { name, ok: false, sentence: "The vault is sealed.", mend: "Its operators must unseal it." };
    return {
      name,
      ok: true,
      sentence: `Reachable and unsealed${state.data.version ? `, version ${state.data.version}` : ""}.`,
    };
  } catch (error) {
    if (!(error instanceof TargetFault)) throw error;
    const mend =
      certificateTrouble(error.code) === null
        ? "Correct the address, or the way to it."
        : "Correct the address, the server's certificate, or the authority under `ca`.";
    return { name, ok: false, sentence: error.sentence, mend };
  }
}

interface Place {
  readonly mount: string;
  readonly path: string;
}

/** One path per approved line, with every placeholder filled by a word. */
function probes(entry: Checking["entry"]): readonly Place[] {
  const filled = entry.approved.map(({ mount, path }) => ({
    mount: mount.replace(/\{[a-z]+\}/g, "charter-check"),
    path: path.replace(/\{[a-z]+\}/g, "charter-check"),
  }));
  return [...new Map(filled.map((place) => [`${place.mount} ${place.path}`, place])).values()];
}

async function checkLogin(
  checking: Checking,
  who: "writer" | "remover",
  places: readonly Place[],
): Promise<readonly Check[]> {
  const login = checking[who];
  const checks: Check[] = [];
  try {
    for (const place of places) {
      if (who === "writer") checks.push(await checkEngine(checking, place));
      checks.push(...(await checkRights({ login, calls: checking.calls, who, place })));
    }
  } catch (error) {
    if (!(error instanceof TargetFault)) throw error;
    const mend =
      error.code === "login" ? `Renew ${who}RoleId and ${who}SecretId.` : `Give ${who} the policy shown here.`;
    return [...checks, { name: `${who}: login`, ok: false, sentence: error.sentence, mend }];
  }
  return [{ name: `${who}: login`, ok: true, sentence: "The AppRole logs in." }, ...checks];
}

async function checkEngine({ writer, calls }: Checking, { mount }: Place): Promise<Check> {
  const path = `sys/internal/ui/mounts/${encodeURIComponent(mount)}`;
  const answer = await writer.ask({ calls, name: "vault mount", method: "GET", path, changes: false });
  const parsed = mounted.safeParse(answer);
  const ok = parsed.success && parsed.data.data.type === "kv" && parsed.data.data.options?.version === "2";
  return ok
    ? { name: `engine: ${mount}`, ok, sentence: "A key-value engine of version 2." }
    : {
        name: `engine: ${mount}`,
        ok,
        sentence: "No key-value engine of version 2.",
        mend: `vault secrets enable -path=${mount} -version=2 kv`,
      };
}

interface Rights {
  readonly login: Login;
  readonly calls: Calls;
  readonly who: "writer" | "remover";
  readonly place: Place;
}

async function checkRights({ login, calls, who, place }: Rights): Promise<readonly Check[]> {
  const { mount, path } = place;
  const areas = ["data", "metadata", "destroy"].map((area) => `${mount}/${area}/${path}`);
  const answer = await login.ask({
    calls,
    name: "vault capabilities",
    method: "POST",
    path: "sys/capabilities-self",
    changes: false,
    body: () => ({ paths: areas }),
  });
  const held = capabilitiesAnswer.parse(answer).data;
  const rules = who === "writer" ? writerRules(mount) : removerRules(mount);
  const rights = rules.flatMap(({ path: pattern, capabilities }) =>
    capabilities.map((capability) =>
      right({ who, at: pattern.replace("*", path), capability, held, policy: toHcl(rules) }),
    ),
  );
  return [...rights, ...tooMuch(who, mount, { held, areas })];
}

/** What each login must not be able to do, so that none alone can both write and read, or write and remove. */
function tooMuch(
  who: "writer" | "remover",
  mount: string,
  { held, areas }: { held: Record<string, unknown>; areas: readonly string[] },
): Check[] {
  const [data = "", metadata = "", destroy = ""] = areas;
  const removes = [...excess(held, destroy, ["update"]), ...excess(held, metadata, ["delete"])];
  const reads = excess(held, data, ["read"]);
  const touches = excess(held, data, ["read", "create", "update"]);
  const mend = (list: readonly string[]): string => `Take ${list.join(", ")} on ${data} away.`;
  if (who === "remover") {
    const name = `remover: reads and writes no secret in ${mount}`;
    if (touches.length === 0) return [{ name, ok: true, sentence: "As it should be." }];
    return [{ name, ok: false, sentence: "This login can read or write secrets.", mend: mend(touches) }];
  }
  const name = `writer: reads no secret in ${mount}`;
  return [
    reads.length === 0
      ? { name, ok: true, sentence: "As it should be." }
      : { name, ok: false, sentence: "This login can read the secrets it writes.", mend: mend(reads) },
    ...(removes.length === 0
      ? []
      : [
          {
            name: `writer: removes nothing in ${mount}`,
            ok: false,
            sentence: "This login can remove secrets too.",
            mend: "Leave that to the remover's policy.",
          },
        ]),
  ];
}

const of = (held: Record<string, unknown>, path: string): readonly string[] => {
  const list = held[path];
  return Array.isArray(list) ? list.filter((item) => typeof item === "string") : [];
};
const has = (list: readonly string[], capability: string): boolean =>
  list.includes(capability) || list.includes("root");
const excess = (held: Record<string, unknown>, path: string, unwanted: readonly string[]): readonly string[] =>
  unwanted.filter((capability) => has(of(held, path), capability));

interface Right {
  readonly who: string;
  readonly at: string;
  readonly capability: string;
  readonly held: Record<string, unknown>;
  readonly policy: string;
}
function right({ who, at, capability, held, policy }: Right): Check {
  const name = `${who}: ${capability} ${at}`;
  return has(of(held, at), capability)
    ? { name, ok: true, sentence: "Allowed." }
    : { name, ok: false, sentence: `The ${who}'s policy does not allow ${capability} on ${at}.`, mend: policy };
}
