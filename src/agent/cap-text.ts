/** Characters of a tool result that the model gets to see: about 25,000 tokens. */
const RESULT_LIMIT = 100_000;

/** A long text as its head and its tail, with a line between them that says how much is missing. Unpaired surrogates become U+FFFD. */
export function capText(text: string, limit = RESULT_LIMIT): string {
  if (text.length <= limit) return wellFormed(text);
  const half = Math.floor(limit / 2);
  const left = text.length - 2 * half;
  const gap = `\n[… ${left} characters left out here …]\n`;
  return wellFormed(`${text.slice(0, half)}${gap}${text.slice(-half)}`);
}

/** JSON carries unpaired surrogates as escapes, which the Messages API refuses: UTF-8 replaces them. */
function wellFormed(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}
