const NAMED: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "?": "?",
};

const ESCAPE = /\\(?:x[\da-fA-F]{1,2}|u[\da-fA-F]{1,4}|U[\da-fA-F]{1,8}|[0-7]{1,3}|[^])/g;

/** What stands between the quotes of `$'…'`, decoded; undefined when it holds a character that is no text. */
export function ansiText(source: string): string | undefined {
  const escapes = source.match(ESCAPE) ?? [];
  if (escapes.some((escape) => decoded(escape) === undefined)) return undefined;
  return source.replace(ESCAPE, (escape) => decoded(escape) ?? "");
}

function decoded(escape: string): string | undefined {
  const letter = escape.charAt(1);
  if (/^[0-7]/.test(letter)) return letterOf(Number.parseInt(escape.slice(1), 8));
  if (/^[xuU]/.test(letter) && escape.length > 2) return letterOf(Number.parseInt(escape.slice(2), 16));
  return NAMED[letter];
}

/** Bytes above ASCII would be parts of a character; what they become depends on the locale. */
function letterOf(code: number): string | undefined {
  if (code === 10 || code === 9 || (code >= 32 && code < 127)) return String.fromCodePoint(code);
  return undefined;
}
