import { crc32c } from "../base/crc32c.ts";
import { isRecord } from "../base/is-record.ts";

/** The longest line in bytes, newlines not counted: longer ones are refused before the write and dropped unread. */
export const MAX_LINE_BYTES = 1024 * 1024;
/** `,"c":"` + 8 hex digits + `"}`. */
const TAIL_BYTES = 16;
const MAX_DEPTH = 100;
const NEWLINE = 10;

/**
 * One line of a log: `"\n" + json + "\n"`, the object's last member `"c"` the CRC-32C of the bytes in front of its
 * comma, 8 hex digits. `json` is the text of an object with at least one member. The leading newline ends whatever a
 * killed writer left; the trailing one says that the line is whole.
 */
export function encodeLine(json: string): Buffer<ArrayBuffer> {
  const bytes = Buffer.from(`\n${json.slice(0, -1)},"c":"00000000"}\n`);
  const tail = bytes.length - 1 - TAIL_BYTES;
  let checksum = crc32c(bytes, 1, tail);
  for (let at = tail + 13; at > tail + 5; at--, checksum >>>= 4) bytes[at] = hexByte(checksum & 15);
  return bytes;
}

function hexByte(digit: number): number {
  return digit < 10 ? 48 + digit : 87 + digit;
}

/** JSON text of a value as it is kept: lone surrogates are replaced by U+FFFD, here and nowhere else. */
export function toJson(value: unknown): string {
  const json = JSON.stringify(value);
  // JSON.stringify escapes lone surrogates and leaves pairs as they are, so the common case costs one search.
  if (!json.includes("\\ud")) return json;
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === "string" ? wellFormed(part) : part));
}

function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}

export type DecodedLine =
  | { readonly ok: true; readonly value: Record<string, unknown>; readonly checksum: number }
  | { readonly ok: false; readonly why: "checksum" | "json" };

const CHECKSUM: DecodedLine = { ok: false, why: "checksum" };
const NOT_JSON: DecodedLine = { ok: false, why: "json" };

/** The object of the line `bytes[start, end)`, newlines left out, without its `c`; or why it does not count. */
export function decodeLine(bytes: Buffer, start: number, end: number): DecodedLine {
  const tail = end - TAIL_BYTES;
  const checksum = tail > start ? readTail(bytes, tail) : -1;
  if (checksum < 0 || checksum !== crc32c(bytes, start, tail)) return CHECKSUM;
  if (nestsTooDeep(bytes, start, tail)) return NOT_JSON;
  const value = parseJson(`${bytes.toString("utf8", start, tail)}}`);
  return isRecord(value) ? { ok: true, value, checksum } : NOT_JSON;
}

/** The checksum that stands at `tail`, or -1 when no such thing stands there. */
function readTail(bytes: Buffer, tail: number): number {
  // `,"c":"` as two little-endian numbers, then `"}`: compared without making a string.
  if (bytes.readUInt32LE(tail) !== 0x2263222c || bytes.readUInt16LE(tail + 4) !== 0x223a) return -1;
  if (bytes.readUInt16LE(tail + 14) !== 0x7d22) return -1;
  let checksum = 0;
  for (let at = tail + 6; at < tail + 14; at++) {
    const digit = hexDigit(bytes.readUInt8(at));
    if (digit < 0) return -1;
    checksum = checksum * 16 + digit;
  }
  return checksum;
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  return byte >= 97 && byte <= 102 ? byte - 87 : -1;
}

/** Whether readers pass over the line for its depth. Lines below 1 kB are not looked at: they cannot nest deep enough to harm. */
export function nestsTooDeep(bytes: Buffer, start: number, end: number): boolean {
  return end - start > 1024 && depthOf(bytes, start, end) > MAX_DEPTH;
}

/** How deep brackets nest, strings left out. */
function depthOf(bytes: Buffer, start: number, end: number): number {
  let depth = 0;
  let deepest = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === 34) at = closingQuote(bytes, at + 1);
    else if (byte === 123 || byte === 91) deepest = Math.max(deepest, ++depth);
    else if (byte === 125 || byte === 93) depth--;
  }
  return deepest;
}

/** Where the string that begins at `start` ends. Nearly all bytes of a long line are text, which a search passes over. */
function closingQuote(bytes: Buffer, start: number): number {
  for (let at = bytes.indexOf(34, start); at >= 0; at = bytes.indexOf(34, at + 1)) {
    let before = at - 1;
    while (bytes[before] === 92) before--;
    // A quote behind an even number of backslashes is none of the text.
    if ((at - before) % 2 === 1) return at;
  }
  return bytes.length;
}

/** The value of JSON text, undefined when it is none or nests too deep to be walked. No `__proto__` comes out, and no lone surrogate. */
export function parseJson(text: string): unknown {
  try {
    return isOdd(text) ? JSON.parse(text, clean) : JSON.parse(text);
  } catch (error) {
    // The stack runs out where a cleaning walk goes down thousands of brackets.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Whether it may hold a lone surrogate or `__proto__`, in any spelling. Both searches miss in nearly all lines. */
function isOdd(text: string): boolean {
  return text.includes("__proto__") || (text.includes("\\u") && /\\u(?:[dD]|005[fF])/.test(text));
}

function clean(key: string, value: unknown): unknown {
  if (key === "__proto__") return undefined;
  return typeof value === "string" ? wellFormed(value) : value;
}

/** The offset of the newline that ends the line at `start`, -1 when there is none. */
export function lineEnd(bytes: Buffer, start: number): number {
  return bytes.indexOf(NEWLINE, start);
}
