/** What a file of exports sets, and the numbers of lines that could not be read. */
export interface Exports {
  readonly set: Readonly<Record<string, string>>;
  readonly wrong: readonly number[];
}

/** One piece of a word: '…', "…", $'…', ${X}, $X, \c, or plain text. */
const PIECE =
  /'([^']*)'|"((?:[^"\\`]|\\[\s\S])*)"|\$'((?:[^'\\]|\\[\s\S])*)'|\$\{(\w+)\}|\$([A-Za-z_]\w*)|\\([\s\S])|([^\s'"\\$`;&|<>(){}]+)/y;
const NAME = /([A-Za-z_]\w*)(=)?/y;
/** What ends a word: the end of the line, or blanks, with a comment behind them or without. */
const GAP = /[ \t]*(?=[\n;]|$)|[ \t]+(?:#[^\n]*)?/y;
const BLANK = /[\s;]*/y;
const BEGIN = /(?:(?:export|declare -x|typeset -x)[ \t]+)?/y;
const CONTROL: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", e: "\u001b" };

/**
 * Reads lines such as `export NODE_ENV=production`, `PATH="$PATH:/x"` and what `export -p` of bash writes. Nothing is
 * run: a line with a command in it is wrong. `env`: for variables that a value names.
 */
export function readExports(text: string, env: Readonly<Record<string, string>>): Exports {
  const set: Record<string, string> = {};
  const wrong: number[] = [];
  const known = (name: string): string => (Object.hasOwn(set, name) ? set[name] : env[name]) ?? "";
  let at = 0;
  while (at < text.length) {
    at += matchAt(BLANK, text, at)?.[0].length ?? 0;
    if (at >= text.length) break;
    const end = text[at] === "#" ? undefined : statement(text, at, known);
    if (end !== undefined) {
      Object.assign(set, end.set);
      at = end.at;
      continue;
    }
    if (text[at] !== "#") wrong.push(text.slice(0, at).split("\n").length);
    const newline = text.indexOf("\n", at);
    at = newline === -1 ? text.length : newline;
  }
  return { set, wrong };
}

type Known = (name: string) => string;

/** From `export` to the end of the line or `;`. undefined: it is something else. */
function statement(
  text: string,
  from: number,
  known: Known,
): { readonly set: Readonly<Record<string, string>>; readonly at: number } | undefined {
  const set: Record<string, string> = {};
  const begin = matchAt(BEGIN, text, from)?.[0] ?? "";
  let at = from + begin.length;
  for (;;) {
    const one = assignment(text, at, known);
    // A name alone sets nothing, and is a command where no `export` stands.
    if (one === undefined || (one.value === undefined && begin === "")) return undefined;
    if (one.value !== undefined) set[one.name] = one.value;
    const gap = matchAt(GAP, text, one.at)?.[0];
    if (gap === undefined) return undefined;
    at = one.at + gap.length;
    if (isEnd(text, at)) return { set, at };
  }
}

function isEnd(text: string, at: number): boolean {
  return at >= text.length || text[at] === "\n" || text[at] === ";";
}

function assignment(
  text: string,
  at: number,
  known: Known,
): { readonly name: string; readonly value: string | undefined; readonly at: number } | undefined {
  const found = matchAt(NAME, text, at);
  if (found === null) return undefined;
  const [whole, name = "", sign] = found;
  const behind = at + whole.length;
  if (sign === undefined) return { name, value: undefined, at: behind };
  const value = word(text, behind, known);
  return { name, value: value.text, at: value.at };
}

/** What a sticky expression finds at this place. */
function matchAt(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(text);
}

function word(text: string, from: number, known: Known): { readonly text: string; readonly at: number } {
  let value = "";
  PIECE.lastIndex = from;
  let at = from;
  for (let piece = PIECE.exec(text); piece !== null; piece = PIECE.exec(text)) {
    const meant = pieceText(piece, known);
    if (meant === undefined) break;
    value += meant;
    at = PIECE.lastIndex;
  }
  return { text: value, at };
}

/** undefined: it holds a command. */
function pieceText(
  [, single, double, ansi, braced, bare, escaped, plain]: RegExpExecArray,
  known: Known,
): string | undefined {
  const name = braced ?? bare;
  if (name !== undefined) return known(name);
  if (double !== undefined) return doubleQuoted(double, known);
  if (ansi !== undefined) return ansi.replaceAll(/\\([\s\S])/g, (_, char: string) => CONTROL[char] ?? char);
  return single ?? escaped ?? plain;
}

function doubleQuoted(text: string, known: Known): string | undefined {
  if (/(?<!\\)(?:\\\\)*\$\(/.test(text)) return undefined;
  return text.replaceAll(
    /\\([$`"\\\n])|\$\{(\w+)\}|\$([A-Za-z_]\w*)/g,
    (whole, escaped: string | undefined, braced: string | undefined, bare: string | undefined) => {
      if (escaped !== undefined) return escaped === "\n" ? "" : escaped;
      const name = braced ?? bare;
      return name === undefined ? whole : known(name);
    },
  );
}
