import { Position } from "../protocol/names.ts";

/** A place in a log of segments: in front of the byte `offset` (files) or of the entry `offset` (memory). */
export interface Place {
  readonly segment: number;
  readonly offset: number;
}

export function positionOf(segment: number, offset: number): Position {
  return Position.parse(`${segment}:${offset}`);
}

const FORM = /^([1-9]\d{0,8}):(0|[1-9]\d{0,14})$/;

/** Undefined for a position that this store cannot have made. */
export function parsePosition(position: string): Place | undefined {
  const match = FORM.exec(position);
  return match ? { segment: Number(match[1]), offset: Number(match[2]) } : undefined;
}

/** A position that comes from this program: any other is a bug of the caller. */
export function placeOf(position: Position): Place {
  const place = parsePosition(position);
  if (!place) throw new Error(`not a position of this store: "${position}"`);
  return place;
}

/** Negative when `one` stands in front of `other` in the same log, 0 when they are the same place. */
export function comparePositions(one: Position, other: Position): number {
  const first = placeOf(one);
  const second = placeOf(other);
  return first.segment - second.segment || first.offset - second.offset;
}
