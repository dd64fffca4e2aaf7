import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAst } from "rolldown/parseAst";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const textOf = (file: string): string => readFileSync(join(root, file), "utf8");

/** Source files below a folder of the project. */
export function filesIn(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .toSorted();
}

/** A piece of a syntax tree, as far as these questions need it. */
interface Piece {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}
const isPiece = (value: unknown): value is Piece =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
const piecesOf = (value: unknown): Piece[] => (Array.isArray(value) ? value : [value]).filter(isPiece);
const bodyOf = (file: string): Piece[] =>
  piecesOf(parseAst(textOf(file), { lang: file.endsWith(".tsx") ? "tsx" : "ts" }).body);
const nameOf = (piece: unknown): string => (isPiece(piece) ? String(piece.name ?? piece.value ?? "") : "");

/** One value that a file exports: its name, the function that made it (`action` of `action(…)`), and its text. */
export interface Exported {
  readonly name: string;
  readonly madeBy: string | null;
  readonly text: string;
  /** The text of its parameters; null when it is no function. */
  readonly parameters: string | null;
}

/** Every value a file exports; types are left out. */
export function exportsOf(file: string): Exported[] {
  const text = textOf(file);
  const cut = ({ start, end }: Piece) => text.slice(start, end);
  return bodyOf(file).flatMap((piece): Exported[] => {
    if (piece.type === "ExportDefaultDeclaration")
      return [{ name: "default", madeBy: null, text: cut(piece), parameters: "" }];
    if (piece.type === "ExportAllDeclaration") return [{ name: "*", madeBy: null, text: cut(piece), parameters: null }];
    if (piece.type !== "ExportNamedDeclaration" || piece.exportKind === "type") return [];
    const specifiers = piecesOf(piece.specifiers).map((one) => nameOf(one.exported));
    const declared = isPiece(piece.declaration) ? piece.declaration : null;
    const functions = declared?.type === "FunctionDeclaration" ? [made(nameOf(declared.id), declared, cut)] : [];
    const constants = piecesOf(declared?.declarations ?? []).flatMap((one) =>
      isPiece(one.id) && one.id.type === "ObjectPattern"
        ? piecesOf(one.id.properties).map((key) => ({
            name: nameOf(key.key),
            madeBy: null,
            text: cut(one),
            parameters: null,
          }))
        : [made(nameOf(one.id), isPiece(one.init) ? one.init : one, cut)],
    );
    return [
      ...functions,
      ...constants,
      ...specifiers.map((name) => ({ name, madeBy: null, text: cut(piece), parameters: null })),
    ];
  });
}

function made(name: string, init: Piece, cut: (piece: Piece) => string): Exported {
  const madeBy = init.type === "CallExpression" ? nameOf(init.callee) : null;
  const parameters = Array.isArray(init.params) ? piecesOf(init.params).map(cut).join(", ") : null;
  return { name, madeBy, text: cut(init), parameters };
}

/** Local name → where it is imported from, for values. */
export function importedBy(file: string): ReadonlyMap<string, string> {
  const pairs = bodyOf(file)
    .filter((piece) => piece.type === "ImportDeclaration" && piece.importKind !== "type")
    .flatMap((piece) =>
      piecesOf(piece.specifiers)
        .filter((one) => one.importKind !== "type")
        .map((one) => [nameOf(one.local), nameOf(piece.source)] as const),
    );
  return new Map(pairs);
}

const calls = /^#(lib\/claims|db\/read|lib\/web)\/(?!action|address|context|database|redirect|settings|route)/;

/** Claims, reads and web functions that a text names, without the parts every entry point has. */
function namedIn(text: string, file: string): string {
  const found = [...importedBy(file)].filter(
    ([name, from]) => calls.test(from) && new RegExp(`\\b${name}\\b`).test(text),
  );
  const places = found.map(([, from]) => from.replace(/^#(lib\/)?/, "").replace(/\.ts$/, ""));
  return [...new Set(places)].toSorted().join(" ") || "-";
}

export interface EntryPoint {
  readonly kind: "action" | "route" | "page" | "layout";
  readonly where: string;
  /** Claims and reads it calls. */
  readonly calls: string;
  readonly exported: Exported;
  readonly file: string;
}

export const isServerFile = (file: string): boolean => /^\s*["']use server["']/.test(textOf(file));

/** Everything that a request from outside can reach, as the source has it. */
export function entryPoints(): EntryPoint[] {
  const files = [...filesIn("app"), ...filesIn("components"), ...filesIn("lib/web")];
  const actions = files.filter(isServerFile).flatMap((file) => pointsOf("action", file));
  const routes = filesIn("app")
    .filter((file) => /\/route\.tsx?$/.test(file))
    .flatMap((file) => pointsOf("route", file));
  const pages = filesIn("app")
    .filter((file) => /\/page\.tsx$/.test(file))
    .flatMap((file) => pointsOf("page", file));
  const layouts = filesIn("app")
    .filter((file) => /\/layout\.tsx$/.test(file))
    .flatMap((file) => pointsOf("layout", file));
  return [...actions, ...routes, ...pages, ...layouts];
}

/** What Next reads of a file and no request reaches. */
const configuration = /^(dynamic|metadata|viewport|revalidate|runtime)$/;

function pointsOf(kind: EntryPoint["kind"], file: string): EntryPoint[] {
  return exportsOf(file)
    .filter(({ name }) => kind === "action" || !configuration.test(name))
    .map((exported) => ({
      ...{ kind, file, exported, where: `${file}#${exported.name}` },
      calls: namedIn(exported.text, file),
    }));
}
