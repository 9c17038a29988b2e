import { TroupeError } from "../../base/errors.ts";
import { FORMAT_VERSION } from "../../protocol/entries.ts";
import type { Decoder } from "../decoder.ts";
import { decodeLine, lineEnd, MAX_LINE_BYTES } from "../line-codec.ts";
import { positionOf } from "../position.ts";
import type { Placed, TornLine } from "../store.ts";
import { isSeal } from "./log-lines.ts";

const NEWLINE = 10;

/** Bytes of a segment: `bytes[0]` stands at `base` in the file, and the first line begins at or behind `from`. */
export interface Stretch {
  readonly path: string;
  readonly segment: number;
  readonly bytes: Buffer;
  readonly base: number;
  readonly from: number;
}

export interface Taken<E> {
  readonly entries: readonly Placed<E>[];
  readonly torn: readonly TornLine[];
  /** Offset in the file behind the last line that was taken. */
  readonly offset: number;
  /** Why it ended before the last complete line: a seal, or the version of an entry that we do not understand. */
  readonly stop: "sealed" | number | undefined;
}

/** Turns the complete lines of a stretch into entries, in order. What does not count is listed, never thrown. */
export function takeLines<E>(stretch: Stretch, decoder: Decoder<E>): Taken<E> {
  const { bytes, base, segment } = stretch;
  const entries: Placed<E>[] = [];
  const torn: TornLine[] = [];
  let at = stretch.from;
  for (let end = lineEnd(bytes, at); end >= 0; at = end + 1, end = lineEnd(bytes, at)) {
    if (end === at) continue;
    const line = takeLine(bytes, at, end, decoder);
    if (line.kind === "entry") entries.push({ entry: line.entry, at: positionOf(segment, base + end + 1) });
    else if (line.kind === "torn") torn.push(tornLine(stretch, at, end, line.why));
    else if (line.kind === "newer") return { entries, torn, offset: base + at, stop: line.version };
    else
      return {
        entries,
        torn: [...torn, ...behindSeal(stretch, end + 1)],
        offset: base + end + 1,
        stop: "sealed",
      };
  }
  return { entries, torn, offset: base + at, stop: undefined };
}

/** An entry of a format that only a later troupe understands: nothing behind it is folded. */
export function newerFormat(path: string, offset: number, version: number): TroupeError {
  const message = `${path} holds an entry of format ${version} at byte ${offset}; this troupe knows ${FORMAT_VERSION}`;
  return new TroupeError("newer_format", message, { hint: "update troupe", details: { path, version } });
}

type Line<E> =
  | { readonly kind: "entry"; readonly entry: E }
  | { readonly kind: "torn"; readonly why: TornLine["why"] }
  | { readonly kind: "newer"; readonly version: number }
  | { readonly kind: "seal" };

function takeLine<E>(bytes: Buffer, start: number, end: number, decoder: Decoder<E>): Line<E> {
  if (end - start > MAX_LINE_BYTES) return { kind: "torn", why: "too_long" };
  const line = decodeLine(bytes, start, end);
  if (!line.ok) return { kind: "torn", why: line.why };
  const decoded = decoder.decode(line.value);
  if (decoded.ok) return { kind: "entry", entry: decoded.entry };
  if (isSeal(line.value)) return { kind: "seal" };
  const version = line.value["v"];
  if (typeof version === "number" && version > FORMAT_VERSION) return { kind: "newer", version };
  return { kind: "torn", why: "schema" };
}

function tornLine(stretch: Stretch, start: number, end: number, why: TornLine["why"]): TornLine {
  return { path: stretch.path, offset: stretch.base + start, bytes: end - start, why };
}

/** Entries that came too late; a second seal is none. */
function behindSeal(stretch: Stretch, from: number): TornLine[] {
  const { bytes } = stretch;
  const late: TornLine[] = [];
  for (let at = from, end = lineEnd(bytes, at); end >= 0; at = end + 1, end = lineEnd(bytes, at)) {
    if (bytes[at] === NEWLINE) continue;
    const line = decodeLine(bytes, at, end);
    if (!line.ok || !isSeal(line.value)) late.push(tornLine(stretch, at, end, "behind_seal"));
  }
  return late;
}
