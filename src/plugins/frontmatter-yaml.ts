import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";

/** What a key has. `other`: a map, or a list of more than words. Numbers and booleans are the text that was written. */
export type FieldValue =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | { readonly kind: "empty" }
  | { readonly kind: "other" };

interface At {
  readonly line: number;
}

export interface YamlFields {
  /** In the order of their first appearance; lines from 1. */
  readonly fields: ReadonlyMap<string, At & { readonly value: FieldValue }>;
  readonly duplicates: readonly (At & { readonly key: string })[];
  /** Why the text is no YAML map. */
  readonly problem: (At & { readonly message: string }) | undefined;
}

/**
 * The keys of a YAML map. Nothing is converted to JavaScript values: no alias is expanded, no date or number changes
 * its form. Total.
 */
export function parseFields(text: string): YamlFields {
  try {
    return fieldsOf(text);
  } catch (error) {
    // The package walks what is nested by calling itself.
    if (!(error instanceof RangeError)) throw error;
    return none({ line: 1, message: "it nests too deep" });
  }
}

function fieldsOf(text: string): YamlFields {
  const counter = new LineCounter();
  const document = parseDocument(text, {
    uniqueKeys: false,
    lineCounter: counter,
    logLevel: "silent",
    prettyErrors: false,
  });
  const [error] = document.errors;
  if (error) return none({ line: counter.linePos(error.pos[0]).line, message: firstLine(error.message) });
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return none(undefined);
  if (!isMap(contents)) return none({ line: 1, message: "it is no list of keys and values" });

  const fields = new Map<string, { value: FieldValue; line: number }>();
  const duplicates: { key: string; line: number }[] = [];
  for (const { key, value } of contents.items) {
    const line = counter.linePos(startOf(key) ?? 0).line;
    if (isAlias(value)) return none({ line, message: "a value that begins with * needs quotes" });
    // What is no word is no key that anybody knows.
    if (!isScalar(key) || typeof key.value !== "string") continue;
    if (fields.has(key.value)) duplicates.push({ key: key.value, line });
    fields.set(key.value, { value: valueOf(value), line });
  }
  return { fields, duplicates, problem: undefined };
}

function none(problem: YamlFields["problem"]): YamlFields {
  return { fields: new Map(), duplicates: [], problem };
}

function firstLine(message: string): string {
  return message.split("\n")[0] ?? message;
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== "object" || node === null || !("range" in node)) return undefined;
  const start: unknown = Array.isArray(node.range) ? node.range[0] : undefined;
  return typeof start === "number" ? start : undefined;
}

function valueOf(node: unknown): FieldValue {
  if (isScalar(node)) return textValue(textOf(node));
  if (!isSeq(node)) return node === null ? { kind: "empty" } : { kind: "other" };
  const items: string[] = [];
  for (const item of node.items) {
    const text = isScalar(item) ? textOf(item) : undefined;
    if (text === undefined) return { kind: "other" };
    items.push(text);
  }
  return { kind: "list", items };
}

function textValue(text: string | undefined): FieldValue {
  return text === undefined ? { kind: "empty" } : { kind: "text", text };
}

function textOf({
  value,
  source,
}: {
  readonly value: unknown;
  readonly source?: string;
}): string | undefined {
  if (value === null) return undefined;
  return typeof value === "string" ? value : source;
}
