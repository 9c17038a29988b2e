import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeLine, encodeLine, lineEnd, parseJson, toJson } from "../../../src/store/line-codec.ts";

/** The values of all complete lines of some bytes; a line that does not count is its reason. */
function linesOf(bytes: Buffer): unknown[] {
  const found: unknown[] = [];
  for (let at = 0, end = lineEnd(bytes, 0); end >= 0; at = end + 1, end = lineEnd(bytes, at)) {
    if (end === at) continue;
    const line = decodeLine(bytes, at, end);
    found.push(line.ok ? line.value : line.why);
  }
  return found;
}

/** At no depth is anything called after the prototype: that does not come back, on purpose. */
const values = fc.dictionary(
  fc.string().filter((key) => key !== "__proto__" && key !== "c"),
  fc.jsonValue({ maxDepth: 3 }).filter((value) => !JSON.stringify(value).includes("__proto__")),
  { minKeys: 1 },
);
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const text = (value: object): string => encodeLine(toJson(value)).toString();

/** Brackets inside brackets, in a line long enough to be looked at. */
function nested(depth: number): string {
  return `{"a":${"[".repeat(depth)}${"]".repeat(depth)},"pad":"${" ".repeat(1024)}"}`;
}

test("a line is plain JSON between two newlines, its checksum the last member", () => {
  expect(text({ v: 1, id: "a.1" })).toBe(`\n{"v":1,"id":"a.1","c":"${checksumOf()}"}\n`);
  expect(JSON.parse(text({ v: 1 }))).toMatchObject({ v: 1 });
});

/** Worked out apart from the codec, by a table-free loop. */
function checksumOf(): string {
  let crc = 0xffffffff;
  for (const byte of Buffer.from('{"v":1,"id":"a.1"')) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return (~crc >>> 0).toString(16).padStart(8, "0");
}

test("whatever is written comes back", () => {
  fc.assert(
    fc.property(fc.array(values, { maxLength: 5 }), (written) => {
      const bytes = Buffer.concat(written.map((value) => encodeLine(toJson(value))));
      expect(linesOf(bytes)).toEqual(written.map(plain));
    }),
  );
});

describe("torn lines", () => {
  const first = encodeLine('{"id":"a.1","text":"one é 🦉"}');
  const second = encodeLine('{"id":"a.2","text":"two"}');
  const firstValue = { id: "a.1", text: "one é 🦉" };
  const whole = { id: "a.2", text: "two" };

  test("M1 a line cut at any byte never counts, and the line behind it always does", () => {
    for (let cut = 0; cut < first.length - 1; cut++) {
      const read = linesOf(Buffer.concat([first.subarray(0, cut), second]));

      expect(read.at(-1), `cut at ${cut}`).toEqual(whole);
      expect(read.slice(0, -1).filter((line) => typeof line === "object")).toEqual([]);
    }
  });

  test("M2 a line that lacks only its last newline counts as soon as another line follows", () => {
    const cut = first.subarray(0, -1);

    expect(linesOf(cut)).toEqual([]);
    expect(linesOf(Buffer.concat([cut, second]))).toEqual([firstValue, whole]);
  });

  test("M3 the beginning of a line is not there yet, wherever it ends", () => {
    for (let cut = 0; cut < first.length; cut++) expect(linesOf(first.subarray(0, cut))).toEqual([]);
  });

  test("D1 the head of one line with the tail of another does not count", () => {
    const differs = first.findIndex((byte, at) => byte !== second[at]);
    for (let cut = differs + 1; cut < Math.min(first.length, second.length) - 2; cut++) {
      const spliced = Buffer.concat([first.subarray(0, cut), second.subarray(cut)]);
      expect(linesOf(spliced).filter((line) => typeof line === "object")).toEqual([]);
    }
  });

  test("D2 NULs inside, in front and behind make a line not count, and harm no other", () => {
    const nul = Buffer.alloc(100);

    expect(linesOf(Buffer.concat([nul, first, nul, second]))).toEqual([
      "checksum",
      firstValue,
      "checksum",
      whole,
    ]);
    expect(linesOf(Buffer.concat([Buffer.alloc(50), Buffer.from("\n"), second]))).toEqual([
      "checksum",
      whole,
    ]);
  });

  test("D3 CRLF, a byte order mark and text behind the line make it not count", () => {
    const inner = first.subarray(1, -1).toString();
    const odd = [`${inner}\r`, `\uFEFF${inner}`, `${inner} `, ` ${inner}`, `${inner}x`];

    expect(linesOf(Buffer.from(odd.map((line) => `\n${line}\n`).join("")))).toEqual(
      odd.map(() => "checksum"),
    );
  });

  test("M11 a line with one byte changed anywhere does not count", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: first.length - 2 }),
        fc.integer({ min: 1, max: 255 }),
        (at, by) => {
          const edited = Buffer.from(first);
          edited[at] = (edited[at] ?? 0) ^ by;
          expect(linesOf(edited).filter((line) => typeof line === "object")).toEqual([]);
        },
      ),
    );
  });

  test("M17 a right checksum over what is no object does not count either", () => {
    for (const forged of ["[1,2]", '"text"', "12345", "{broken}", '{"a":1}}']) {
      expect(linesOf(encodeLine(forged))).toEqual(["json"]);
    }
  });
});

describe("foreign text", () => {
  test("D7 quotes, backslashes and brackets in strings neither hide nesting nor make any", () => {
    const tricky = fc.array(fc.constantFrom('"', "\\", "[", "{", "]", "}", "a", "\u0000", "é"), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(tricky, fc.constantFrom(90, 120), (units, depth) => {
        const string = JSON.stringify(units.join("") + "[".repeat(200));
        const json = `{${string}:${string},${nested(depth).slice(1, -1)},"z":${string}}`;
        expect(linesOf(encodeLine(json))).toEqual([depth === 90 ? JSON.parse(json) : "json"]);
      }),
    );
  });

  test("D7 a line that nests deeper than a hundred levels does not count, brackets in strings do not nest", () => {
    expect(linesOf(encodeLine(nested(90)))).toEqual([JSON.parse(nested(90))]);
    expect(linesOf(encodeLine(nested(100)))).toEqual(["json"]);
    expect(linesOf(encodeLine(nested(100_000)))).toEqual(["json"]);
    const quoted = { text: '\\"[{'.repeat(1000) };
    expect(linesOf(encodeLine(toJson(quoted)))).toEqual([quoted]);
  });

  test.each(['{"__proto__":{"x":1}}', '{"\\u005f_proto__":{"x":1}}', '{"_\\u005Fproto__":{"x":1}}'])(
    "D6 %s has no prototype to offer",
    (json) => {
      const value = parseJson(json) as Record<string, unknown>;

      expect(Object.keys(value)).toEqual([]);
      expect(Object.assign({}, value)).not.toHaveProperty("x");
    },
  );

  test("D6 of a key that comes twice the last one counts", () => {
    expect(parseJson('{"a":1,"a":2}')).toEqual({ a: 2 });
  });

  test("D10 invalid UTF-8 and lone surrogates become U+FFFD, whoever wrote them", () => {
    const bytes = encodeLine('{"a":"?\\ud800\\uDC00?\\udbff"}');

    expect(linesOf(bytes)).toEqual([{ a: "?\u{10000}?\uFFFD" }]);
    expect(toJson({ a: "x\uDFFF", b: ["\uD83D"] })).toBe('{"a":"x\uFFFD","b":["\uFFFD"]}');
    expect(toJson({ a: "\\ud800", b: "🦉" })).toBe('{"a":"\\\\ud800","b":"🦉"}');
  });

  test("what is no JSON at all is undefined", () => {
    expect(["", "{", "nul", "{'a':1}"].map(parseJson)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
