/** A value in a JSON text, and where it stands: `text.slice(start, end)`. */
export interface JsonNode {
  readonly kind: "object" | "list" | "other";
  readonly start: number;
  readonly end: number;
  /** In order; those of a list are named by their number. */
  readonly members: readonly JsonMember[];
}

export interface JsonMember {
  readonly key: string;
  readonly start: number;
  readonly value: JsonNode;
}

export type JsonScan =
  | { readonly ok: true; readonly root: JsonNode }
  /** `offset`: where the text stops being JSON. */
  | { readonly ok: false; readonly offset: number; readonly what: string };

const MAX_DEPTH = 100;
const SPACE = /[ \t\r\n]*/y;
// oxlint-disable-next-line no-control-regex -- JSON forbids them inside a string
const TEXT = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const WORD = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

/**
 * Where each value of a JSON text stands, or where it breaks. Node's parser names no place for most mistakes, quotes the
 * text (which may hold secrets) and takes the last of two equal keys without a word.
 */
export function scanJson(text: string): JsonScan {
  const reader = openReader(text);
  const root = reader.value(0);
  if (root === undefined) return { ok: false, ...reader.fault() };
  reader.skip(SPACE);
  if (reader.at() === text.length) return { ok: true, root };
  return { ok: false, offset: reader.at(), what: "there is more behind its end" };
}

interface Reader {
  readonly at: () => number;
  readonly fault: () => { readonly offset: number; readonly what: string };
  readonly skip: (pattern: RegExp) => boolean;
  /** undefined = broken: `fault` says where. */
  readonly value: (depth: number) => JsonNode | undefined;
}

function openReader(text: string): Reader {
  let at = 0;
  let fault = { offset: 0, what: "" };

  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const broken = (wanted: string): undefined => {
    const what = at >= text.length ? "it ends too early" : `${wanted} is missing`;
    fault = { offset: at, what };
    return undefined;
  };
  const take = (character: string): boolean => {
    skip(SPACE);
    if (text[at] !== character) return false;
    at++;
    return true;
  };
  const key = (): string | undefined => {
    skip(SPACE);
    const start = at;
    if (!skip(TEXT)) return broken('a name in "quotes"');
    const name = String(JSON.parse(text.slice(start, at)));
    return take(":") ? name : broken("a colon");
  };
  const member = (isObject: boolean, number: number, depth: number): JsonMember | undefined => {
    skip(SPACE);
    const start = at;
    const name = isObject ? key() : String(number);
    if (name === undefined) return undefined;
    const found = value(depth + 1);
    return found && { key: name, start, value: found };
  };
  const inside = (isObject: boolean, depth: number): JsonNode | undefined => {
    const start = at++;
    const close = isObject ? "}" : "]";
    const kind = isObject ? "object" : "list";
    const members: JsonMember[] = [];
    if (take(close)) return { kind, start, end: at, members };
    do {
      const found = member(isObject, members.length, depth);
      if (found === undefined) return undefined;
      members.push(found);
    } while (take(","));
    return take(close) ? { kind, start, end: at, members } : broken(`a comma or ${close}`);
  };
  const value = (depth: number): JsonNode | undefined => {
    skip(SPACE);
    if (depth > MAX_DEPTH) return broken("the end of the nesting (100 levels at most)");
    const start = at;
    if (text[at] === "{" || text[at] === "[") return inside(text[at] === "{", depth);
    if (skip(TEXT) || skip(WORD)) return { kind: "other", start, end: at, members: [] };
    return broken("a value");
  };
  return { at: () => at, fault: () => fault, skip, value };
}

/** The member that counts under that name: the last one, as JSON.parse takes it. */
export function memberOf(node: JsonNode, key: string): JsonMember | undefined {
  return node.members.findLast((member) => member.key === key);
}

/** The line, from 1, of the deepest value on the way to `path` that is there. */
export function lineOf(text: string, root: JsonNode, path: readonly PropertyKey[]): number {
  let node = root;
  let offset = root.start;
  for (const part of path) {
    const member = memberOf(node, String(part));
    if (member === undefined) break;
    offset = member.start;
    node = member.value;
  }
  return lineAt(text, offset);
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
