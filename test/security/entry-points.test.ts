import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { entryPoints, exportsOf, filesIn, isServerFile, root, textOf } from "./entry-points.ts";

/** `kind | where | claims and reads it calls | who may use it`, one line each. */
const listed = textOf("test/security/entry-points.txt")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split(" | "));
const points = entryPoints();

describe("what a request from outside can reach", () => {
  test("is what the list names, with exactly the claims and reads it calls", () => {
    const found = points.map(({ kind, where, calls }) => `${kind} | ${where} | ${calls}`);
    expect(found.toSorted()).toEqual(listed.map((line) => line.slice(0, 3).join(" | ")).toSorted());
  });
  test("says of each who may use it", () => {
    expect(listed.filter((line) => line.length !== 4 || (line[3] ?? "").length < 4)).toEqual([]);
  });
  test("is found at all", () => {
    for (const kind of ["action", "route", "page", "layout"])
      expect(points.filter((one) => one.kind === kind)).not.toEqual([]);
  });
});

describe("every door has the one lock", () => {
  /** Wrapped by next-auth, and told to load balancers who do not sign in. */
  const ownDoors = [
    "app/api/auth/[...nextauth]/route.ts#GET",
    "app/api/auth/[...nextauth]/route.ts#POST",
    "app/api/health/route.ts#GET",
  ];
  /** Pages of people who are not signed in. */
  const open = ["app/layout.tsx#default", "app/(auth)/sign-in/page.tsx#default"];

  test("an action is made by action(); beginning and ending a session by openAction()", () => {
    const actions = points.filter(({ kind }) => kind === "action");
    const other = actions.filter(({ exported }) => exported.madeBy !== "action");
    expect(other.filter(({ exported }) => exported.madeBy !== "openAction").map(({ where }) => where)).toEqual([]);
    expect(other.map(({ where }) => where).toSorted()).toEqual([
      "app/session-actions.ts#signIn",
      "app/session-actions.ts#signOut",
    ]);
  });
  test("no function below the top of a file is an action", () => {
    const files = [...filesIn("app"), ...filesIn("components"), ...filesIn("lib")].filter(
      (file) => !isServerFile(file),
    );
    expect(files.filter((file) => /["']use server["']/.test(textOf(file)))).toEqual([]);
  });
  test("a route handler is made by route()", () => {
    const routes = points.filter(({ kind, where }) => kind === "route" && !ownDoors.includes(where));
    expect(routes.filter(({ exported }) => exported.madeBy !== "route").map(({ where }) => where)).toEqual([]);
  });
  test("a page and its layout begin with who looks", () => {
    const closed = points.filter(({ kind, where }) => (kind === "page" || kind === "layout") && !open.includes(where));
    expect(
      closed.filter(({ exported }) => !/await (reader|person)\(\)/.test(exported.text)).map(({ where }) => where),
    ).toEqual([]);
  });
  test("an action calls one claim, and a claim only; those of the demo's desk what only its launcher can do", () => {
    const actions = points.filter(({ kind, exported }) => kind === "action" && exported.madeBy === "action");
    const atDesk = actions.filter(({ calls }) => calls.startsWith("web/desk/"));
    expect([...new Set(atDesk.map(({ file }) => file))]).toEqual(["app/desk-actions.ts"]);
    for (const file of ["lib/web/desk/acts.ts", "lib/web/desk/try-token.ts"])
      expect(exportsOf(file).filter(({ madeBy }) => madeBy !== "atDesk")).toEqual([]);
    expect(
      actions
        .filter((one) => !atDesk.includes(one) && !/^claims\/\S+$/.test(one.calls))
        .map(({ where, calls }) => `${where}: ${calls}`),
    ).toEqual([]);
  });
});

test("a read takes a viewer, or is named with the reason why not", () => {
  const named = new Set(
    textOf("test/security/entry-points-reads.txt")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.split(" | ")[0] ?? ""),
  );
  const reads = filesIn("db/read").flatMap((file) =>
    exportsOf(file)
      .filter(({ parameters }) => parameters !== null && /\b(Queries|Db|Tx|Sql)\b/.test(parameters))
      .map((one) => ({
        where: `${file.slice("db/read/".length)}#${one.name}`,
        scoped: /\bviewer: Viewer\b/.test(one.parameters ?? ""),
      })),
  );
  expect(reads.length).toBeGreaterThan(30);
  expect(
    reads
      .filter(({ scoped }) => !scoped)
      .map(({ where }) => where)
      .toSorted(),
  ).toEqual([...named].toSorted());
});

const manifest = join(root, ".next/server/server-reference-manifest.json");
const built =
  existsSync(manifest) &&
  ["app", "components", "lib/web"].every((folder) =>
    filesIn(folder).every((file) => statSync(join(root, file)).mtimeMs < statSync(manifest).mtimeMs),
  );

describe.skipIf(!built)("the build", () => {
  test("serves the listed actions and no other", () => {
    const { node } = JSON.parse(readFileSync(manifest, "utf8")) as {
      node: Record<string, { filename: string; exportedName: string }>;
    };
    const served = Object.values(node).map(({ filename, exportedName }) => `${filename}#${exportedName}`);
    expect([...new Set(served)].toSorted()).toEqual(
      points
        .filter(({ kind }) => kind === "action")
        .map(({ where }) => where)
        .toSorted(),
    );
  });
  test("serves the listed pages and routes and no other but Next's own", () => {
    const paths = JSON.parse(readFileSync(join(root, ".next/server/app-paths-manifest.json"), "utf8")) as Record<
      string,
      string
    >;
    const served = Object.keys(paths).filter((path) => !/^\/_(not-found|global-error)\//.test(path));
    const wanted = new Set(
      points
        .filter(({ kind }) => kind === "page" || kind === "route")
        .map(({ file }) => file.replace(/^app/, "").replace(/\.tsx?$/, "")),
    );
    expect(served.toSorted()).toEqual([...wanted].toSorted());
  });
});
