/** A mistake in an expression; `at` is its index from 0. */
export class CalcError extends Error {
  constructor(message, at) {
    super(`${message} at position ${at + 1}`);
    this.at = at;
  }
}

const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y;
const OPERATORS = ["+", "-", "*", "/", "%", "(", ")"];

/** The tokens of an expression: { kind: "number" | "operator" | "end", text }. */
export function tokenize(source) {
  const tokens = [];
  let at = 0;
  while (at < source.length) {
    if (/\s/.test(source[at])) {
      at += 1;
      continue;
    }
    const token = numberAt(source, at) ?? operatorAt(source, at);
    if (!token) throw new CalcError(`unexpected "${String.fromCodePoint(source.codePointAt(at))}"`, at);
    tokens.push(token);
    at += token.text.length;
  }
  tokens.push({ kind: "end", text: "" });
  return tokens;
}

function numberAt(source, at) {
  NUMBER.lastIndex = at;
  const match = NUMBER.exec(source);
  return match && { kind: "number", text: match[0] };
}

function operatorAt(source, at) {
  const text = OPERATORS.find((operator) => source.startsWith(operator, at));
  return text && { kind: "operator", text };
}
