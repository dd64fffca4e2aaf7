import { parseAst } from "rolldown/parseAst";

/** A piece of a syntax tree, as far as these questions need it. */
interface Piece {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

export interface Source {
  readonly text: string;
  /** By the file's ending: in `.tsx` angle brackets are elements. */
  readonly lang: "ts" | "tsx" | "js";
}

export interface FunctionSize {
  readonly name: string;
  /** Without the lines of markup in it. */
  readonly lines: number;
  /** Lines of markup in it. */
  readonly markup: number;
  readonly parameters: number;
}

/** What a source file imports or re-exports, type imports and dynamic ones included. */
export function importsOf(source: Source): string[] {
  return piecesOf(source).flatMap((piece) => {
    const from = /^(Import|Export)/.test(piece.type) ? piece.source : null;
    return isPiece(from) && typeof from.value === "string" ? [from.value] : [];
  });
}

/** Every function of a source file, also those inside others and methods. */
export function functionsIn(source: Source): FunctionSize[] {
  const { text } = source;
  const linesOf = ({ start, end }: Piece): number => lineAt(text, end) - lineAt(text, start) + 1;
  const pieces = piecesOf(source);
  const markup = pieces.filter((piece) => /^JSX(Element|Fragment)$/.test(piece.type));
  const outermost = markup.filter((one) => !markup.some((other) => other !== one && holds(other, one)));
  return pieces
    .filter((piece) => /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(piece.type))
    .map((piece) => {
      const drawn = outermost.filter((one) => holds(piece, one)).reduce((sum, one) => sum + linesOf(one), 0);
      return {
        name: isPiece(piece.id) ? String(piece.id.name) : `the one in line ${lineAt(text, piece.start)}`,
        lines: linesOf(piece) - drawn,
        markup: drawn,
        parameters: Array.isArray(piece.params) ? piece.params.length : 0,
      };
    });
}

/** What escapes the type checker: casts but `as const`, non-null assertions, `any`. Each as the text it stands in. */
export function castsIn(source: Source): string[] {
  return piecesOf(source)
    .filter((piece) => /^(TSAsExpression|TSTypeAssertion|TSNonNullExpression|TSAnyKeyword)$/.test(piece.type))
    .map((piece) => source.text.slice(piece.start, piece.end))
    .filter((text) => !/\bas const$/.test(text));
}

/** What people may read in a source file: its strings, templates without their values, and text between tags. */
export function textsIn(source: Source): string[] {
  return piecesOf(source).flatMap((piece) => {
    if (piece.type === "JSXText" || piece.type === "Literal")
      return typeof piece.value === "string" ? [piece.value] : [];
    return piece.type === "TemplateElement" ? [source.text.slice(piece.start, piece.end)] : [];
  });
}

const holds = (outer: Piece, inner: Piece): boolean => outer.start <= inner.start && inner.end <= outer.end;
const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

const isPiece = (value: unknown): value is Piece =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

function piecesOf({ text, lang }: Source): Piece[] {
  const found: Piece[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) visit(one);
    else if (isPiece(value)) {
      found.push(value);
      for (const inner of Object.values(value)) visit(inner);
    }
  };
  visit(parseAst(text, { lang }));
  return found;
}
