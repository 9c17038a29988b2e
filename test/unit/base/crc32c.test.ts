import * as fc from "fast-check";
import { expect, test } from "vitest";
import { crc32c } from "../../../src/base/crc32c.ts";

/** Bit by bit, as the polynomial is defined. */
function slowly(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}

test.each([
  ["nothing", "", 0],
  ["the check value of the catalogue", "123456789", 0xe3069283],
  ["a single letter", "a", 0xc1d04330],
])("the checksum of %s is the published one", (_what, text, expected) => {
  expect(crc32c(Buffer.from(text))).toBe(expected);
});

test("32 zero bytes and 32 bytes of ones have the checksums of RFC 3720", () => {
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
});

test("eight bytes a step give the same as one bit a step, for any stretch of any buffer", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(40), fc.nat(40), (bytes, skip, length) => {
      const start = Math.min(skip, bytes.length);
      const end = Math.min(bytes.length, start + length);
      expect(crc32c(bytes, start, end)).toBe(slowly(bytes.subarray(start, end)));
    }),
  );
});
