import { ansiText } from "./shell-ansi.ts";
import {
  add,
  adopt,
  type Cursor,
  cursorOn,
  type Draft,
  fail,
  finished,
  goDeeper,
  isAtEnd,
  sees,
} from "./shell-cursor.ts";
import { GLOB, TILDE, UNKNOWN, type Word } from "./shell-script.ts";

/** Reads the commands of a substitution up to its `)`: the parser of lists, handed in because each needs the other. */
export type ReadList = (cursor: Cursor, closer: ")" | "") => void;

const ENDS_WORD = new Set([" ", "\t", "\n", ";", "&", "|", "(", ")", "<", ">"]);
/** Text without any meaning of its own, outside and inside double quotes. */
const PLAIN = /[\w./:,%+@^=-]+/y;
const FOREIGN = /[\u0080-\uffff]+/y;
const PLAIN_QUOTED = /[^"\\$`]+/y;
const ODD_VARIABLE = "expands a variable in a way that is not read";
/** Spaces and marks that nobody sees; a shell may or may not take them for spaces. */
const INVISIBLE = /[\p{Z}\p{Cf}\p{Default_Ignorable_Code_Point}]/u;

/** Reads one word; empty where none begins. */
export function readWord(cursor: Cursor, list: ReadList): Word {
  const plain = run(cursor, PLAIN);
  const draft: Draft = { source: plain, text: plain, shape: plain };
  if (plain === "" && sees(cursor, "~")) {
    cursor.at++;
    add(draft, "~", "~", TILDE);
  }
  while (!isAtEnd(cursor) && !endsHere(cursor)) readPiece(cursor, draft, list);
  if (cursor.heredocs.length > 0 && draft.source.includes("\n"))
    fail(cursor, "has a newline in a word before the text of a here-document");
  return finished(draft);
}

function endsHere(cursor: Cursor): boolean {
  const letter = cursor.text.charAt(cursor.at);
  if (!ENDS_WORD.has(letter)) return false;
  return (letter !== "<" && letter !== ">") || cursor.text[cursor.at + 1] !== "(";
}

function readPiece(cursor: Cursor, draft: Draft, list: ReadList): void {
  const plain = run(cursor, PLAIN);
  if (plain !== "") return add(draft, plain);
  const foreign = run(cursor, FOREIGN);
  if (foreign !== "") {
    if (INVISIBLE.test(foreign)) fail(cursor, "holds an invisible character");
    return add(draft, foreign);
  }
  const letter = cursor.text.charAt(cursor.at);
  const read = READERS[letter];
  if (read) return read(cursor, draft, { list, isQuoted: false });
  cursor.at++;
  // Braces come before tildes: `{~,x}` names a home folder.
  if (letter === "~" && /[{,]$/.test(draft.source)) return add(draft, letter, letter, UNKNOWN);
  add(draft, letter, letter, isGlob(letter, cursor.text[cursor.at]) ? GLOB : letter);
}

/** Whether an unquoted character may make one word several. `{}`, as find has it, and a bracket alone do not. */
function isGlob(letter: string, next: string | undefined): boolean {
  if (letter === "{") return next !== "}";
  if (letter === "[") return next !== undefined && !ENDS_WORD.has(next);
  return letter === "*" || letter === "?";
}

type ReadPiece = (cursor: Cursor, draft: Draft, place: Place) => void;
const READERS: Readonly<Record<string, ReadPiece>> = {
  "'": readSingle,
  '"': readDouble,
  "\\": (cursor, draft) => readEscape(cursor, draft, true),
  $: readDollar,
  "`": readBackticks,
  "<": readSubstitution,
  ">": readSubstitution,
};

function run(cursor: Cursor, expression: RegExp): string {
  expression.lastIndex = cursor.at;
  const [found = ""] = expression.exec(cursor.text) ?? [];
  cursor.at += found.length;
  cursor.steps += found.length;
  return found;
}

function readSingle(cursor: Cursor, draft: Draft): void {
  const end = cursor.text.indexOf("'", cursor.at + 1);
  if (end === -1) return fail(cursor, "has an open quote");
  const source = cursor.text.slice(cursor.at, end + 1);
  cursor.steps += source.length;
  cursor.at = end + 1;
  add(draft, source, source.slice(1, -1));
}

/** A backslash outside quotes takes the next character as it is; with a newline it is nothing at all. */
function readEscape(cursor: Cursor, draft: Draft, isAlways: boolean): void {
  const next = cursor.text[cursor.at + 1];
  if (next === undefined) return fail(cursor, "ends with a backslash");
  cursor.at += 2;
  if (next === "\n") return;
  const isEscape = isAlways || /["$`\\]/.test(next);
  add(draft, `\\${next}`, isEscape ? next : `\\${next}`);
}

function readDouble(cursor: Cursor, draft: Draft, { list }: Place): void {
  cursor.at++;
  add(draft, '"', "");
  while (!isAtEnd(cursor)) {
    const letter = cursor.text[cursor.at];
    if (letter === '"') {
      cursor.at++;
      return add(draft, '"', "");
    }
    if (letter === "\\") readEscape(cursor, draft, false);
    else if (letter === "$") readDollar(cursor, draft, { list, isQuoted: true });
    else if (letter === "`") readBackticks(cursor, draft, { list, isQuoted: true });
    else add(draft, run(cursor, PLAIN_QUOTED));
  }
  fail(cursor, "has an open quote");
}

/** A text in which quotes mean nothing and dollars and backticks do: the body of a here-document. */
export function readExpansions(cursor: Cursor, draft: Draft, list: ReadList): void {
  while (!isAtEnd(cursor)) {
    const letter = cursor.text[cursor.at];
    if (letter === "\\") readEscape(cursor, draft, false);
    else if (letter === "$") readDollar(cursor, draft, { list, isQuoted: true });
    else if (letter === "`") readBackticks(cursor, draft, { list, isQuoted: true });
    else add(draft, run(cursor, /[^\\$`]+/y));
  }
}

interface Place {
  readonly list: ReadList;
  /** Inside double quotes. */
  readonly isQuoted: boolean;
}

/** Whatever begins with a dollar: quotes, substitutions, arithmetic, variables, or just a dollar. */
function readDollar(cursor: Cursor, draft: Draft, place: Place): void {
  if (sees(cursor, "$((")) return readArithmetic(cursor, draft);
  if (sees(cursor, "$(")) return readSubstitution(cursor, draft, place);
  if (sees(cursor, "${")) return readParameter(cursor, draft, place);
  if (sees(cursor, "$[")) return fail(cursor, "computes with $[…]");
  if (!place.isQuoted && sees(cursor, "$'")) return readAnsi(cursor, draft);
  if (!place.isQuoted && sees(cursor, '$"')) {
    cursor.at++;
    add(draft, "$", "");
    return readDouble(cursor, draft, place);
  }
  const name = run(cursor, /\$(?:[A-Za-z_]\w*|[\d?#@*!$_-])/y);
  if (name !== "") return add(draft, name, name, UNKNOWN);
  cursor.at++;
  add(draft, "$");
}

/** Only plain numbers: a name's value may hold an index, and that a command. */
function readArithmetic(cursor: Cursor, draft: Draft): void {
  const source = run(cursor, /\$\(\([\d\s+*/%()<>=!&|^~?:-]*?\)\)/y);
  if (source === "") return fail(cursor, "computes with names");
  add(draft, source, source, UNKNOWN);
}

/** `$(…)`, `<(…)`, `>(…)`: the commands inside are commands like any other. */
function readSubstitution(cursor: Cursor, draft: Draft, { list }: Place): void {
  const start = cursor.at;
  if (cursor.heredocs.length > 0)
    return fail(cursor, "opens a substitution between a here-document and its text");
  if (!goDeeper(cursor)) return;
  cursor.at += 2;
  list(cursor, ")");
  cursor.depth--;
  const source = cursor.text.slice(start, cursor.at);
  add(draft, source, source, UNKNOWN);
}

function readAnsi(cursor: Cursor, draft: Draft): void {
  const source = run(cursor, /\$'(?:[^'\\]|\\[^])*'/y);
  if (source === "") return fail(cursor, "has an open quote");
  const text = ansiText(source.slice(2, -1));
  if (text === undefined) return fail(cursor, "spells characters by number that are no text");
  add(draft, source, text);
}

/** `${name}` and the forms that only choose or cut text; what assigns, looks indirectly, computes or expands again is not read. */
function readParameter(cursor: Cursor, draft: Draft, place: Place): void {
  const start = cursor.at;
  const inner: Draft = { source: "", text: "", shape: "" };
  if (run(cursor, /\$\{#?(?:[A-Za-z_]\w*|\d+|[?#@*$!-])(?=[}:+?%#/^,-])/y) === "")
    return fail(cursor, ODD_VARIABLE);
  if (!sees(cursor, "}") && run(cursor, /:\s*-?\d+(?::-?\d+)?(?=\})|:?[-+?]|[%#/^,]+/y) === "")
    return fail(cursor, ODD_VARIABLE);
  while (!isAtEnd(cursor) && !sees(cursor, "}")) readOperand(cursor, inner, place);
  if (!sees(cursor, "}")) return fail(cursor, "has an open ${");
  cursor.at++;
  const source = cursor.text.slice(start, cursor.at);
  add(draft, source, source, UNKNOWN);
}

/** Quotes inside of quotes are where shells and versions differ. */
function readOperand(cursor: Cursor, inner: Draft, { list, isQuoted }: Place): void {
  const letter = cursor.text.charAt(cursor.at);
  if (
    /['{]/.test(letter) ||
    (letter === '"' && isQuoted) ||
    /^[<>]\(/.test(cursor.text.slice(cursor.at, cursor.at + 2))
  )
    return fail(cursor, ODD_VARIABLE);
  const read = letter === "<" || letter === ">" ? undefined : READERS[letter];
  if (!read) {
    if (run(cursor, /[^'{"\\$`}<>]+/y) === "") cursor.at++;
    return;
  }
  if (!goDeeper(cursor)) return;
  read(cursor, inner, { list, isQuoted: true });
  cursor.depth--;
}

/** The text between backticks loses one level of backslashes and is then a script of its own. */
function readBackticks(cursor: Cursor, draft: Draft, { list, isQuoted }: Place): void {
  const start = cursor.at;
  const source = run(cursor, /`(?:[^`\\]|\\[^])*`/y);
  if (source === "") return fail(cursor, "has an open backtick");
  if (cursor.heredocs.length > 0)
    return fail(cursor, "opens a substitution between a here-document and its text");
  if (!goDeeper(cursor)) return;
  const script = source.slice(1, -1).replace(isQuoted ? /\\([$`\\"])/g : /\\([$`\\])/g, "$1");
  const inner = cursorOn(script, cursor.depth);
  list(inner, "");
  cursor.depth--;
  adopt(cursor, inner);
  const whole = cursor.text.slice(start, start + source.length);
  add(draft, whole, whole, UNKNOWN);
}
