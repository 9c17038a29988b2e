import { TroupeError } from "../base/errors.ts";
import { isRecord } from "../base/is-record.ts";
import type { Decoder } from "./decoder.ts";
import { encodeLine, MAX_LINE_BYTES, toJson } from "./line-codec.ts";

/**
 * The line of an entry. Throws `usage` for one that its readers would skip (not of the schema, or longer than 1 MiB):
 * refused here, because its writer would otherwise wait for it for ever.
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
  return line;
}
