import { CalcError, tokenize } from "./lexer.js";

const MAX_DEPTH = 500;

/** The value of an expression. Throws CalcError with the position of the mistake. The grammar: docs/grammar.md. */
export function evaluate(source) {
  const tokens = tokenize(source);
  let next = 0;
  let depth = 0;

  function take(...texts) {
    const token = tokens[next];
    if (token.kind !== "operator" || !texts.includes(token.text)) return undefined;
    next += 1;
    return token;
  }

  function sum() {
    const left = product();
    const operator = take("+", "-");
    if (!operator) return left;
    const right = sum();
    return operator.text === "+" ? left + right : left - right;
  }

  function product() {
    const left = unary();
    const operator = take("*", "/", "%");
    if (!operator) return left;
    return multiply(operator, left, product());
  }

  function unary() {
    depth += 1;
    if (depth > MAX_DEPTH) throw new CalcError("nested too deeply", tokens[next].at);
    const sign = take("-", "+");
    const value = sign ? unary() : power();
    depth -= 1;
    return sign?.text === "-" ? -value : value;
  }

  function power() {
    const base = primary();
    return take("**") ? base ** unary() : base;
  }

  function primary() {
    const token = tokens[next];
    if (token.kind === "number") {
      next += 1;
      return Number(token.text);
    }
    if (!take("(")) throw unexpected(token, "a number");
    const value = sum();
    if (!take(")")) throw unexpected(tokens[next], '")"');
    return value;
  }

  const value = sum();
  const rest = tokens[next];
  if (rest.kind !== "end") throw unexpected(rest, "an operator");
  if (!Number.isFinite(value)) throw new CalcError("the result is not a finite number", 0);
  return value;
}

function multiply(operator, left, right) {
  if (operator.text === "*") return left * right;
  if (right === 0) throw new CalcError("division by zero", operator.at);
  return operator.text === "/" ? left / right : left % right;
}

function unexpected(token, wanted) {
  const found = token.kind === "end" ? "the end" : `"${token.text}"`;
  return new CalcError(`expected ${wanted}, found ${found}`, token.at);
}
