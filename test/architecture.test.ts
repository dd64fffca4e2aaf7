import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { connectors } from "#lib/connectors/registry.ts";
import { castsIn, functionsIn, importsOf, type Source } from "./support/source.ts";

// The floors and walls of CONTRIBUTING.md. Each test lists what breaks it, so that a failure names the line to mend.

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const top = ["app", "components", "db", "lib", "proxy.ts", "scripts", "test"];
const all = top.flatMap((name) => filesIn(name)).filter((file) => /\.(ts|tsx|mjs)$/.test(file));
const product = all.filter((file) => !/^(test|scripts)\//.test(file) && !/\.test\.tsx?$/.test(file));
const textOf = (file: string): string => readFileSync(join(root, file), "utf8");
const sourceOf = (file: string): Source => ({
  text: textOf(file),
  lang: file.endsWith(".tsx") ? "tsx" : file.endsWith(".ts") ? "ts" : "js",
});
const lines = (file: string): number => textOf(file).trimEnd().split("\n").length;

function filesIn(path: string): string[] {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(join(path, entry.name)) : [join(path, entry.name)],
  );
}

/** An import as a path from the root, or the package's name. */
function target(file: string, specifier: string): string {
  if (specifier.startsWith("#")) return specifier.slice(1);
  if (specifier.startsWith(".")) return relative(root, resolve(root, dirname(file), specifier));
  return specifier;
}
const graph = new Map(product.map((file) => [file, importsOf(sourceOf(file)).map((one) => target(file, one))]));

/** Every (file, import) that a rule forbids. */
function breaches(forbids: (file: string, imported: string) => boolean): string[] {
  return [...graph].flatMap(([file, imports]) =>
    imports.filter((one) => forbids(file, one)).map((one) => `${file} → ${one}`),
  );
}

/** Everything `start` reaches by imports of ours. */
function reached(starts: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const queue = [...starts];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    queue.push(...(graph.get(file) ?? []));
  }
  return seen;
}

const floors: readonly (readonly [RegExp, number])[] = [
  [/^lib\/domain\//, 0],
  [/^lib\/(digest|simulation|embedded-postgres)\//, 0.5],
  [/^db\/|^lib\/(policy|connectors|vaults|audit|signature)\//, 1],
  [/^lib\/judgement\//, 1.5],
  [/^lib\/(claims|facts)\//, 2],
  [/^lib\/worker\//, 3],
  [/^lib\/web\/|^components\//, 4],
  [/^app\/|^proxy\.ts$/, 5],
];
const floorOf = (path: string): number | undefined => floors.find(([folder]) => folder.test(path))?.[1];

describe("floors", () => {
  test("an import never goes up", () => {
    expect(breaches((file, imported) => (floorOf(imported) ?? 0) > (floorOf(file) ?? 9))).toEqual([]);
  });
  test("every folder of lib has a floor", () => {
    expect(product.filter((file) => floorOf(file) === undefined)).toEqual([]);
  });
  test("the domain imports nothing outside itself", () => {
    expect(breaches((file, imported) => file.startsWith("lib/domain/") && !imported.startsWith("lib/domain/"))).toEqual(
      [],
    );
  });
  test("claims and facts do not know each other", () => {
    const across = (from: string, to: string) =>
      breaches((file, imported) => file.startsWith(from) && imported.startsWith(to));
    expect([...across("lib/claims/", "lib/facts/"), ...across("lib/facts/", "lib/claims/")]).toEqual([]);
  });
  test("the worker alone calls facts, and nothing of the web's reaches facts, worker, a target or a vault client", () => {
    const web = product.filter((file) => (floorOf(file) ?? 0) >= 4);
    const forbidden = /^lib\/(facts|worker)\/|^lib\/(connectors|vaults)\/[^/]+\/(target|vault|client)\.ts$/;
    expect([...reached(web)].filter((file) => forbidden.test(file))).toEqual([]);
  });
  test("the worker reaches nothing of the web's and no .tsx", () => {
    const worker = product.filter((file) => file.startsWith("lib/worker/"));
    expect(
      [...reached(worker)].filter((file) => /^(app|components|lib\/web)\/|\.tsx$|^server-only$/.test(file)),
    ).toEqual([]);
  });
  test("imports do not run in circles", () => {
    expect(circles()).toEqual([]);
  });
});

function circles(): string[] {
  const state = new Map<string, "open" | "done">();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === "done") return;
    if (state.get(file) === "open") {
      found.push([...path.slice(path.indexOf(file)), file].join(" → "));
      return;
    }
    state.set(file, "open");
    for (const next of graph.get(file) ?? []) if (graph.has(next)) visit(next, [...path, file]);
    state.set(file, "done");
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

/** Package → where alone it may be imported. */
const walls: readonly (readonly [RegExp, RegExp])[] = [
  [/^drizzle-orm/, /^db\//],
  [/^postgres$/, /^db\/|^lib\/connectors\/postgresql\//],
  [/^pg-boss/, /^lib\/worker\/schedule\.ts$/],
  [/^@aws-sdk\/|^@smithy\//, /^lib\/connectors\/aws-iam\//],
  [/^@octokit\//, /^lib\/worker\/github\.ts$/],
  [/^@cloud-copilot\//, /^lib\/connectors\/aws-iam\//],
  [/^node-vault/, /^lib\/vaults\/vault\//],
  [/^@cedar-policy\//, /^lib\/policy\//],
  [/^@simplewebauthn\/server/, /^lib\/signature\//],
  [/^@simplewebauthn\/browser/, /^components\/signing\//],
  [/^next-auth|^@auth\//, /^lib\/web\/auth\.ts$/],
  [/^@tanstack\//, /^components\/data-table\.tsx$/],
  [/^oidc-provider/, /^lib\/worker\/simulators\//],
  [/^(next|react|react-dom)(\/|$)/, /^(app|components|lib\/web)\/|^proxy\.ts$/],
];

describe("walls", () => {
  for (const [name, allowed] of walls) {
    test(`${name.source} only in ${allowed.source}`, () => {
      expect(breaches((file, imported) => name.test(imported) && !allowed.test(file))).toEqual([]);
    });
  }
  test("the clock and random ids are read only where context is made", () => {
    const reads = /\bDate\.now\(\)|\bnew Date\(\)|\brandomUUID\(|Math\.random\(/;
    const allowed =
      /^lib\/(worker|web|simulation|embedded-postgres)\/|^app\/|^proxy\.ts$|\/simulator(\.ts$|\/)|^components\/.*\.tsx$/;
    expect(product.filter((file) => !allowed.test(file) && reads.test(textOf(file)))).toEqual([]);
  });
  test("a target type's name stands only in its own folder", () => {
    const kinds = connectors.map(({ kind }) => kind);
    const demo = all.filter((file) => /^scripts\/(demo|launcher)\//.test(file));
    const rules = filesIn("lib/policy").filter((file) => !file.endsWith(".ts"));
    const named = (file: string) =>
      kinds.filter(
        (kind) => !file.startsWith(`lib/connectors/${kind}/`) && new RegExp(`["'\`]${kind}["'\`]`).test(textOf(file)),
      );
    expect([...product, ...demo, ...rules].flatMap((file) => named(file).map((kind) => `${file}: ${kind}`))).toEqual(
      [],
    );
  });
  test("settings are read from the environment only where a process starts, and where a reference names one", () => {
    const starts =
      /^lib\/web\/(settings|start|auth|health)\.ts$|^lib\/worker\/(main|simulators|references|crash)\.ts$|^lib\/worker\/commands\/|^lib\/embedded-postgres\/|^db\/migrate\.ts$|^proxy\.ts$/;
    expect(product.filter((file) => !starts.test(file) && /process\.env/.test(textOf(file)))).toEqual([]);
  });
  test("claims, facts and judgements have no cast, no assertion and no any", () => {
    const strict = product.filter((file) => /^lib\/(claims|facts|judgement)\//.test(file));
    expect(strict.flatMap((file) => castsIn(sourceOf(file)).map((text) => `${file}: ${text}`))).toEqual([]);
  });
  test("nothing writes to the console", () => {
    expect(product.filter((file) => /\bconsole\./.test(textOf(file)))).toEqual([]);
  });
  test("no folder is a drawer for everything", () => {
    const drawers = /(^|\/)(utils|helpers|common|shared|types|services|managers)\//;
    expect(all.filter((file) => drawers.test(file))).toEqual([]);
  });
  test("no barrel but a connector's or a vault's own index", () => {
    const index = (file: string) =>
      /\/index\.tsx?$/.test(file) && !/^lib\/(connectors|vaults)\/[^/]+\/index\.ts$/.test(file);
    expect(product.filter(index)).toEqual([]);
  });
});

describe("budgets", () => {
  test("files: 400 lines, tests and simulators 600", () => {
    const limit = (file: string) => (/^test\/|\.test\.ts$|\/simulator/.test(file) ? 600 : 400);
    expect(all.filter((file) => lines(file) > limit(file)).map((file) => `${file}: ${lines(file)}`)).toEqual([]);
  });
  test("pages: 40 lines", () => {
    expect(
      product
        .filter((file) => basename(file) === "page.tsx" && lines(file) > 40)
        .map((file) => `${file}: ${lines(file)}`),
    ).toEqual([]);
  });
  test("claims and facts: 120 lines", () => {
    const verbs = product.filter((file) => /^lib\/(claims|facts)\//.test(file));
    expect(verbs.filter((file) => lines(file) > 120).map((file) => `${file}: ${lines(file)}`)).toEqual([]);
  });
  // A component's markup is long by its nature and has no branches of its own: it has a budget apart.
  test("functions: 40 lines, 80 of markup, 3 parameters", () => {
    const over = product.flatMap((file) =>
      functionsIn(sourceOf(file))
        .filter((one) => one.lines > 40 || one.markup > 80 || one.parameters > 3)
        .map(
          ({ name, lines, markup, parameters }) =>
            `${file}: ${name}, ${lines} + ${markup} lines, ${parameters} parameters`,
        ),
    );
    expect(over).toEqual([]);
  });
});

const built = join(root, ".next", "server");
describe.runIf(existsSync(built))("the web's build", () => {
  test("holds no vendor's client", () => {
    const clients = /IAMClient|STSClient|node-vault|CreateAccessKeyCommand/;
    const files = readdirSync(built, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".js"));
    expect(files.filter((file) => clients.test(readFileSync(join(built, file), "utf8")))).toEqual([]);
  });
});
