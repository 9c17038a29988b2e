import { TroupeError } from "../base/errors.ts";
import { isRecord } from "../base/is-record.ts";
import type { Decoder } from "./decoder.ts";
import { encodeLine, MAX_LINE_BYTES, nestsTooDeep, toJson } from "./line-codec.ts";

/**
 * The line of an entry. Throws `usage` for one that its readers would skip (not of the schema, longer than 1 MiB, or
 * nested too deep): refused here, because its writer would otherwise wait for it for ever.
 */
export function encodeEntry<E>(entry: E, decoder: Decoder<E>): Buffer<ArrayBuffer> {
  const decoded = isRecord(entry) ? decoder.decode(entry) : { ok: false as const, why: "not an object" };
  if (!decoded.ok) throw new TroupeError("usage", `not ${decoder.noun}: ${decoded.why}`);
  const line = encodeLine(toJson(entry));
  if (line.length - 2 > MAX_LINE_BYTES) {
    throw new TroupeError(
      "usage",
      `${decoder.noun} of ${line.length - 2} bytes is too long: the limit is 1 MiB`,
    );
  }
  if (nestsTooDeep(line, 1, line.length)) {
    throw new TroupeError(
      "usage",
      `${decoder.noun} of ${line.length - 2} bytes nests too deep to be read back`,
    );
  }
  return line;
}
