import * as fc from "fast-check";

/** A place in some bytes, independent of their length: anywhere, or beside a newline, where readers decide. */
interface Spot {
  readonly share: number;
  readonly beside: number | undefined;
}

/** What happens to bytes between a writer and a reader. */
type Harm =
  | { readonly kind: "cut"; readonly at: Spot }
  | { readonly kind: "flip"; readonly at: Spot; readonly mask: number }
  | { readonly kind: "set"; readonly at: Spot; readonly byte: number }
  | { readonly kind: "remove"; readonly at: Spot; readonly length: number }
  | { readonly kind: "repeat"; readonly at: Spot; readonly length: number; readonly to: Spot }
  | { readonly kind: "put"; readonly at: Spot; readonly bytes: Buffer };

const spot: fc.Arbitrary<Spot> = fc.record({
  share: fc.nat(0xffffff),
  beside: fc.option(fc.integer({ min: -20, max: 3 }), { nil: undefined }),
});
/** Mostly a few bytes, sometimes whole lines. */
const length = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 3000 }));

/** Bytes that have broken parsers before. */
const NASTY: readonly Buffer[] = [
  "\n",
  "\n\n",
  "\r\n",
  "\uFEFF",
  "{",
  "}",
  '"',
  "\\",
  ",",
  '{"',
  '"}\n',
  "null",
  "[]",
  "true\n",
  "\n{}\n",
  "\n[]\n",
  "\nnull\n",
  '\n{"__proto__":{"polluted":1}}\n',
  "1e999",
  "-0",
  "\\ud800",
  "\u2028",
  '\n{"constructor":{"prototype":{"polluted":1}}}\n',
  ',"c":"00000000"}',
  "[".repeat(600),
].map((text) => Buffer.from(text));
const NASTY_BYTES = [
  ...NASTY,
  Buffer.alloc(1),
  Buffer.alloc(512),
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0xc3]),
  Buffer.from([0xed, 0xa0, 0x80]),
];

/** One to six harms; `pieces` are what besides well-known nasty bytes may be spliced in. */
export function harms(pieces: readonly Buffer[] = []): fc.Arbitrary<readonly Harm[]> {
  const put = fc.oneof(
    fc.constantFrom(...NASTY_BYTES, ...pieces),
    fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc
      .tuple(fc.constantFrom(...NASTY_BYTES, ...pieces), fc.nat(0xffff), fc.nat(0xffff))
      .map(([bytes, from, to]) => bytes.subarray(from % bytes.length, 1 + (to % bytes.length))),
  );
  const harm: fc.Arbitrary<Harm> = fc.oneof(
    fc.record({ kind: fc.constant("cut"), at: spot }),
    fc.record({ kind: fc.constant("flip"), at: spot, mask: fc.integer({ min: 1, max: 255 }) }),
    fc.record({ kind: fc.constant("set"), at: spot, byte: fc.integer({ min: 0, max: 255 }) }),
    fc.record({ kind: fc.constant("remove"), at: spot, length }),
    fc.record({ kind: fc.constant("repeat"), at: spot, length, to: spot }),
    fc.record({ kind: fc.constant("put"), at: spot, bytes: put }),
  );
  return fc.array(harm, { minLength: 1, maxLength: 6 });
}

export function harmed(bytes: Buffer, all: readonly Harm[]): Buffer {
  return all.reduce(harmOne, bytes);
}

function harmOne(bytes: Buffer, harm: Harm): Buffer {
  const at = placeOf(bytes, harm.at);
  switch (harm.kind) {
    case "cut":
      return bytes.subarray(0, at);
    case "flip":
    case "set": {
      const changed = Buffer.from(bytes);
      if (at < changed.length) changed[at] = harm.kind === "set" ? harm.byte : (changed[at] ?? 0) ^ harm.mask;
      return changed;
    }
    case "remove":
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + harm.length)]);
    case "repeat": {
      const to = placeOf(bytes, harm.to);
      return Buffer.concat([bytes.subarray(0, to), bytes.subarray(at, at + harm.length), bytes.subarray(to)]);
    }
    case "put":
      return Buffer.concat([bytes.subarray(0, at), harm.bytes, bytes.subarray(at)]);
    default:
      return harm satisfies never;
  }
}

function placeOf(bytes: Buffer, { share, beside }: Spot): number {
  const at = Math.floor((share / 0x1000000) * (bytes.length + 1));
  if (beside === undefined) return at;
  const newline = bytes.indexOf(10, at);
  return Math.min(bytes.length, Math.max(0, (newline < 0 ? bytes.length : newline) + beside));
}

/** Equal for values that are equal as JSON, whatever the order of their keys; as our parsers give it: no `__proto__`, no lone surrogate. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "string") return part.replace(/\p{Surrogate}/gu, "\uFFFD");
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    const fields = Object.entries(part).filter(([key]) => key !== "__proto__");
    return Object.fromEntries(fields.toSorted(([one], [other]) => (one < other ? -1 : 1)));
  });
}

/** Throws when a parser has left something on the prototype of every object. */
export function refusePollution(): void {
  if ("polluted" in {}) throw new Error("Object.prototype was polluted");
}

/** Any JSON value, with keys that have been mistaken for something else. */
export const anyJson: fc.Arbitrary<fc.JsonValue> = fc.letrec<{ value: fc.JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<fc.JsonValue>(null, true, false, 0, -1, 1e21, "", "x", "../x", "\0", "\ud800", "@x"),
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty", "0")),
      tie("value"),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).value;

/** Text of a person, a shell or a kernel: nearly right, or anything. */
export function nearly(...right: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(...right),
    fc.string(),
    fc.string({ unit: "binary" }),
    fc
      .tuple(fc.constantFrom(...right), harms())
      .map(([text, all]) => harmed(Buffer.from(text), all).toString()),
  );
}

/** What Node's own parser says; undefined for what is no JSON. */
export function parsedJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
