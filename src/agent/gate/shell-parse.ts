import { type Cursor, cursorOn, fail, goDeeper, isAtEnd, sees, skipContinuation } from "./shell-cursor.ts";
import { readHeredocs } from "./shell-heredoc.ts";
import { type Command, isLiteral, type Redirect, type Script, type Word } from "./shell-script.ts";
import { readWord } from "./shell-word.ts";

const LONGEST = 10_000;
/** Read as part of the command that follows: they start nothing themselves. */
const PASSED = new Set(["if", "then", "else", "elif", "fi", "while", "until", "do", "done", "!", "{", "}"]);
/** Their inside has a grammar of its own. */
const NOT_READ = new Set(["case", "select", "function", "coproc", "[["]);
/** What a terminal or another shell may take for something else than it looks like. */
const CONTROL = /[^\P{Cc}\n\t]|\p{Cs}/u;

/**
 * Every command that bash would start for this text, as far as that can be told before it runs. Total and linear. What
 * it is not sure about it does not read (`trouble`): the caller asks a person.
 */
export function parseShell(text: string): Script {
  if (text.length > LONGEST)
    return { commands: [], trouble: `is longer than ${LONGEST} characters`, steps: 0 };
  const cursor = cursorOn(text, 0);
  if (CONTROL.test(text)) fail(cursor, "holds a control character");
  readList(cursor, "");
  if (cursor.heredocs.length > 0) fail(cursor, "has an open here-document");
  return { commands: cursor.commands, trouble: cursor.trouble, steps: cursor.steps };
}

/** Commands and what separates them, up to the end or behind the closer. */
function readList(cursor: Cursor, closer: ")" | ""): void {
  while (!isAtEnd(cursor)) {
    const letter = cursor.text.charAt(cursor.at);
    if (letter === ")") {
      if (closer === "" || cursor.heredocs.length > 0) return fail(cursor, "has a ) too many");
      cursor.at++;
      return;
    }
    if (letter === "(") readGroup(cursor);
    else if (!skipBetween(cursor, letter)) readCommand(cursor);
  }
  if (closer !== "") fail(cursor, "has an open parenthesis");
}

function readGroup(cursor: Cursor): void {
  if (sees(cursor, "((")) return fail(cursor, "computes with ((…))");
  if (cursor.heredocs.length > 0) return fail(cursor, "opens a group between a here-document and its text");
  if (!goDeeper(cursor)) return;
  cursor.at++;
  readList(cursor, ")");
  cursor.depth--;
}

/** Blanks, comments, newlines and operators between commands. */
function skipBetween(cursor: Cursor, letter: string): boolean {
  if (letter === "#") {
    const end = cursor.text.indexOf("\n", cursor.at);
    cursor.at = end === -1 ? cursor.text.length : end;
    return true;
  }
  if (letter === "\n") {
    cursor.at++;
    readHeredocs(cursor, readList);
  } else if (" \t;|".includes(letter) || (letter === "&" && cursor.text[cursor.at + 1] !== ">")) cursor.at++;
  else return skipContinuation(cursor);
  return true;
}

interface Making {
  readonly assignments: { readonly name: string; readonly value: Word }[];
  readonly words: Word[];
  readonly redirects: Redirect[];
}

function readCommand(cursor: Cursor): void {
  const making: Making = { assignments: [], words: [], redirects: [] };
  while (!isAtEnd(cursor)) {
    const letter = cursor.text.charAt(cursor.at);
    if (letter === " " || letter === "\t") cursor.at++;
    else if (skipContinuation(cursor)) continue;
    else if (letter === "(") fail(cursor, "has a parenthesis where none is read");
    else if (MAY_REDIRECT.includes(letter) && isRedirect(cursor)) readRedirect(cursor, making);
    else if ("\n;&|)#".includes(letter)) break;
    else takeWord(cursor, making, readWord(cursor, readList));
  }
  const { assignments, words, redirects } = making;
  if (assignments.length + words.length + redirects.length > 0)
    cursor.commands.push(making satisfies Command);
}

function takeWord(cursor: Cursor, making: Making, word: Word): void {
  const { words, assignments } = making;
  // Behind `time` the shell still looks for its own words.
  if (assignments.length === 0 && words.every(isTiming) && isKeyword(cursor, word)) {
    words.length = 0;
    return;
  }
  if (words.length > 0) {
    words.push(word);
    return;
  }
  const assigned = /^([A-Za-z_]\w*)(?:\+?=|(\[))/.exec(word.source);
  if (!assigned) {
    words.push(word);
    return;
  }
  const [prefix, name = "", bracket] = assigned;
  if (bracket !== undefined) return fail(cursor, "begins with what may assign to a list");
  const rest = (text: string): string => text.slice(prefix.length);
  assignments.push({
    name,
    value: { source: rest(word.source), text: rest(word.text), shape: rest(word.shape) },
  });
}

function isTiming({ source }: Word): boolean {
  return source === "time" || source === "-p" || source === "--";
}

function isKeyword(cursor: Cursor, { source }: Word): boolean {
  if (source === "for") readFor(cursor);
  else if (NOT_READ.has(source)) fail(cursor, `uses ${source}`);
  else return PASSED.has(source);
  return true;
}

/** `for name in words`: only the words matter, for what they substitute. Without `in` the commands may follow at once. */
function readFor(cursor: Cursor): void {
  skipBlanks(cursor);
  const name = readWord(cursor, readList);
  skipBlanks(cursor);
  const isWithoutWords = /[\n;]/.test(cursor.text.charAt(cursor.at));
  if (!/^[A-Za-z_]\w*$/.test(name.source) || !(isWithoutWords || readWord(cursor, readList).source === "in"))
    return fail(cursor, "uses a for that is not read");
  while (!isAtEnd(cursor)) {
    skipBlanks(cursor);
    if (/[\n;]/.test(cursor.text.charAt(cursor.at))) return;
    if (isAtEnd(cursor) || readWord(cursor, readList).source === "") break;
  }
  fail(cursor, "uses a for that is not read");
}

function skipBlanks(cursor: Cursor): void {
  while (!isAtEnd(cursor)) {
    if (/[ \t]/.test(cursor.text.charAt(cursor.at))) cursor.at++;
    else if (!skipContinuation(cursor)) return;
  }
}

const REDIRECT = /&>>?|(?:\d+|\{[A-Za-z_]\w*\})?(?:<<<|<<-?|<>|<&|>>|>&|>\||<(?!\()|>(?!\())/y;

/** How redirections begin. */
const MAY_REDIRECT = "<>&{0123456789";

function isRedirect(cursor: Cursor): boolean {
  REDIRECT.lastIndex = cursor.at;
  return REDIRECT.test(cursor.text);
}

function readRedirect(cursor: Cursor, making: Making): void {
  REDIRECT.lastIndex = cursor.at;
  const [operator = ""] = REDIRECT.exec(cursor.text) ?? [];
  cursor.at += operator.length;
  const sign = operator.replace(/^(?:\d+|\{.*\})/, "");
  skipBlanks(cursor);
  const target = readWord(cursor, readList);
  if (target.source === "") return fail(cursor, "redirects to nothing");
  if (sign === "<<" || sign === "<<-") {
    if (!isLiteral(target)) return fail(cursor, "has a here-document that is not read");
    const isQuoted = target.source !== target.text;
    cursor.heredocs.push({ delimiter: target.text, isQuoted, isIndented: sign === "<<-" });
    return;
  }
  // A here-string is text for the command; a number or a dash names a descriptor.
  if (sign === "<<<" || (sign.endsWith("&") && /^(?:\d+-?|-)$/.test(target.source))) return;
  if (sign === "<&") return fail(cursor, "takes its input from what is known only when it runs");
  making.redirects.push({ direction: directionOf(sign), target });
}

function directionOf(sign: string): Redirect["direction"] {
  if (sign === "<") return "read";
  return sign === "<>" ? "both" : "write";
}
