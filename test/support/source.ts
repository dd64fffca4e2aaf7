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
  readonly lines: number;
  readonly parameters: number;
}

/** What a source file imports or re-exports, type imports and dynamic ones included. */
export function importsOf(source: Source): string[] {
  return piecesOf(source).flatMap((piece) => {
    const { source } = piece;
    return /^(Import|Export)/.test(piece.type) && isPiece(source) && typeof source.value === "string"
      ? [source.value]
      : [];
  });
}

/** Every function of a source file, also those inside others and methods. */
export function functionsIn(source: Source): FunctionSize[] {
  const { text } = source;
  return piecesOf(source)
    .filter((piece) => /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(piece.type))
    .map((piece) => ({
      name: isPiece(piece.id) ? String(piece.id.name) : `the one in line ${lineAt(text, piece.start)}`,
      lines: lineAt(text, piece.end) - lineAt(text, piece.start) + 1,
      parameters: Array.isArray(piece.params) ? piece.params.length : 0,
    }));
}

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
