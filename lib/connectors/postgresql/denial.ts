import { type DenialRead, type Grant, merged } from "#lib/domain/permission.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";

const limits = { characters: 20_000, messages: 20, near: 600 };
const phrase = "permission denied for ";
const name = String.raw`(?:"[^"/,]{1,63}"|[A-Za-z_][\w$]{0,62})`;

type Line = DenialRead["said"][number];
interface Denied {
  readonly on: string;
  readonly name: string;
  /** The statement that was refused, where the text has it near. */
  readonly statement: string;
}

/** Reads PostgreSQL's own message (SQLSTATE 42501), with its statement where the log or the driver gives it. English alone. */
export async function readDenial(text: string): Promise<Outcome<DenialRead>> {
  if (text.length > limits.characters)
    return no("This is more than an error message.", "Paste the message and its statement, at most 20,000 characters.");
  const plain = text.replace(/[\p{C}\p{Z}]+/gu, " ");
  const beyond = beyondPrivileges(plain);
  const denied = deniedIn(plain);
  if (denied.length === 0 && beyond.length === 0)
    return no("This names nothing that was denied.", "Paste the line with permission denied for …, and its STATEMENT.");
  const read = denied.map(readOne);
  const said = new Map([...read.flatMap((one) => one.said), ...beyond].map((line) => [line.sentence, line]));
  return ok({ grants: merged(read.flatMap(({ grant }) => (grant === null ? [] : [grant]))), said: [...said.values()] });
}

const no = (sentence: string, mend: string) => refuse({ code: "invalid", field: "denial", sentence, mend });
const warn = (sentence: string): Line => ({ tone: "warn", sentence });
const bad = (sentence: string): Line => ({ tone: "bad", sentence });
const info = (sentence: string): Line => ({ tone: "info", sentence });

function deniedIn(plain: string): readonly Denied[] {
  const found: Denied[] = [];
  for (let at = plain.indexOf(phrase); at >= 0 && found.length < limits.messages; at = plain.indexOf(phrase, at + 1)) {
    const rest = plain.slice(at + phrase.length, at + phrase.length + limits.near);
    const read = new RegExp(`^([a-z]{4,20}(?: view)?) (${name})`).exec(rest);
    const next = rest.indexOf(phrase);
    if (read?.[1] !== undefined && read[2] !== undefined)
      found.push({
        on: read[1],
        name: unquoted(read[2]),
        statement: rest.slice(read[0].length, next < 0 ? undefined : next),
      });
  }
  return found;
}

const unquoted = (text: string): string => (text.startsWith('"') ? text.slice(1, -1) : text);

const kindOf: Readonly<Record<string, "table" | "sequence" | "function">> = {
  table: "table",
  relation: "table",
  view: "table",
  "materialized view": "table",
  sequence: "sequence",
  function: "function",
  procedure: "function",
};

function readOne(denied: Denied): { readonly grant: Grant | null; readonly said: readonly Line[] } {
  const on = kindOf[denied.on];
  if (on === undefined) return { grant: null, said: [elsewhere(denied)] };
  const [schema, database] = [schemaIn(denied), databaseIn(denied.statement)];
  const verb = on === "table" ? verbIn(denied.statement) : null;
  const action = on === "function" ? "EXECUTE" : on === "sequence" ? "USAGE" : (verb ?? "SELECT");
  const missing = [...(database === null ? ["database"] : []), ...(schema === null ? ["schema"] : [])].join(" and ");
  const said = [
    ...(on === "table" && verb === null
      ? [warn(`The message does not say what was tried on ${denied.name}: reading is assumed. Add what else it does.`)]
      : [info(`${action} on ${denied.name} was denied: this privilege would allow it.`)]),
    ...(missing === ""
      ? []
      : [
          warn(
            `The message does not name the ${missing} of ${denied.name}: write ${missing.includes(" ") ? "them" : "it"} below.`,
          ),
        ]),
    info("Rows may be kept back by row-level security all the same; the message cannot tell."),
  ];
  return {
    grant: { actions: [action], resources: [`${on}:${database ?? "database"}/${schema ?? "schema"}/${denied.name}`] },
    said,
  };
}

/** The statement's own verb, where it begins with one that a privilege of its name allows. */
function verbIn(statement: string): string | null {
  const words = /\b(SELECT|INSERT|UPDATE|DELETE|TRUNCATE)\b/i.exec(statement)?.[1];
  return words === undefined ? null : words.toUpperCase();
}

/** `schema.name` somewhere in the statement. */
function schemaIn({ statement, name: table }: Denied): string | null {
  for (const mark of [`.${table}`, `."${table}"`]) {
    const at = statement.indexOf(mark);
    const before = at < 0 ? null : new RegExp(`(${name})$`).exec(statement.slice(Math.max(0, at - 66), at));
    if (before?.[1] !== undefined) return unquoted(before[1]);
  }
  return null;
}

/** As `log_line_prefix` and drivers write it: `db=orders`, `database "orders"`. */
const databaseIn = (statement: string): string | null => {
  const found = new RegExp(`\\b(?:db|dbname|database)[= ]{1,2}(${name})`, "i").exec(statement)?.[1];
  return found === undefined ? null : unquoted(found);
};

const elsewhere = ({ on, name: what }: Denied): Line => {
  if (on === "schema")
    return warn(
      `The schema ${what} is closed to it. Whatever is granted on an object there opens the schema too: say which object it needs.`,
    );
  if (on === "database")
    return warn(
      `It may not connect to ${what}. Whatever is granted in a database lets it connect: say which object it needs.`,
    );
  return bad(`A privilege on a ${on} (${what}) cannot be asked for here.`);
};

/** Refusals of the same SQLSTATE that no privilege on an object mends. */
function beyondPrivileges(plain: string): readonly Line[] {
  const marks = [
    [
      "must be owner of",
      "Only the owner may do that (create, change or drop the object itself). No privilege mends it.",
    ],
    [
      "violates row-level security policy",
      "A row-level security policy of the table keeps the row out. No privilege mends it: its owner changes the policy.",
    ],
    [
      "permission denied to",
      "This needs an attribute of the role (such as creating databases or roles), which is not granted here.",
    ],
    ["must be superuser", "Only a superuser may do that. It is not granted here."],
  ] as const;
  return marks.flatMap(([mark, sentence]) => (plain.includes(mark) ? [bad(sentence)] : []));
}
