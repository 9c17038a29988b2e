import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { isErrno } from "../base/errors.ts";

const TAIL_BYTES = 4_096;
const LINE_MAX = 300;

/** Bytes that a process's output file has before it is started; 0 when there is none. */
export function outputSize(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** The last lines, at most ten, that were written behind byte `from`: without blank ones and without colours. */
export function lastLines(path: string, from: number): readonly string[] {
  const lines = stripVTControlCharacters(tail(path, from))
    .split("\n")
    .map((line) => line.trim().slice(0, LINE_MAX));
  return lines.filter((line) => line !== "").slice(-10);
}

function tail(path: string, from: number): string {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { size } = fstatSync(file);
      const start = Math.max(from, size - TAIL_BYTES);
      const bytes = Buffer.alloc(Math.max(0, size - start));
      return bytes.toString("utf8", 0, readSync(file, bytes, 0, bytes.length, start));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (isErrno(error, "ENOENT", "ELOOP", "ENXIO", "EACCES")) return "";
    throw error;
  }
}
