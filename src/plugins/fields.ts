import type { Field, Frontmatter } from "./frontmatter.ts";

/** What a field says: absent; a value; or something that is not of the kind that was asked for. */
export type Read<T> =
  | { readonly kind: "absent" }
  | { readonly kind: "value"; readonly value: T; readonly line: number }
  | { readonly kind: "wrong"; readonly line: number };

type Fields = Frontmatter["fields"];

/** Text, trimmed. Numbers and booleans are the text that was written; a list is none; nothing behind the colon is absent. */
export function textField(fields: Fields, key: string): Read<string> {
  const field = fields.get(key);
  if (isAbsent(field)) return { kind: "absent" };
  const { value, line } = field;
  if (value.kind !== "text") return { kind: "wrong", line };
  const text = value.text.trim();
  return text === "" ? { kind: "absent" } : { kind: "value", value: text, line };
}

/** A list, or words with commas or spaces between them. */
export function listField(fields: Fields, key: string): Read<readonly string[]> {
  const field = fields.get(key);
  if (field === undefined) return { kind: "absent" };
  const { value, line } = field;
  switch (value.kind) {
    case "text":
      return { kind: "value", value: splitList(value.text), line };
    case "list":
      return { kind: "value", value: value.items.flatMap(splitList), line };
    case "empty":
      return { kind: "value", value: [], line };
    case "other":
      return { kind: "wrong", line };
    default:
      return value satisfies never;
  }
}

/** true, yes, on, 1 and their opposites, in any case. */
export function booleanField(fields: Fields, key: string): Read<boolean> {
  const text = textField(fields, key);
  if (text.kind !== "value") return text;
  const { value, line } = text;
  if (/^(true|yes|on|1)$/i.test(value)) return { kind: "value", value: true, line };
  return /^(false|no|off|0)$/i.test(value) ? { kind: "value", value: false, line } : { kind: "wrong", line };
}

/** A whole number from 1. */
export function countField(fields: Fields, key: string): Read<number> {
  const text = textField(fields, key);
  if (text.kind !== "value") return text;
  const { value, line } = text;
  return /^[1-9]\d{0,11}$/.test(value)
    ? { kind: "value", value: Number(value), line }
    : { kind: "wrong", line };
}

function isAbsent(field: Field | undefined): field is undefined {
  return field === undefined || field.value.kind === "empty";
}

/** Splits at commas and spaces outside of parentheses: `Read, Bash(git log *) Agent(a, b)` are three. */
export function splitList(text: string): readonly string[] {
  const words: string[] = [];
  let word = "";
  let depth = 0;
  for (const character of text) {
    if (character === "(") depth++;
    else if (character === ")") depth = Math.max(0, depth - 1);
    if (depth === 0 && /[\s,]/.test(character)) {
      words.push(word);
      word = "";
    } else word += character;
  }
  return [...words, word].map((one) => one.trim()).filter((one) => one !== "");
}
