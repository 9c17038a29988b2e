import { closeSync, constants, openSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";

let counter = 0;

/**
 * A descriptor at the beginning of these bytes, for a child that reads it to its end; the caller closes it. They stand in
 * a file of `folder` whose name is gone before anybody else could open it.
 */
export function holdBytes(folder: string, bytes: Buffer): number {
  const path = join(folder, `.bytes-${process.pid}-${++counter}.tmp`);
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const held = openSync(path, flags, 0o600);
  try {
    unlinkSync(path);
    for (let at = 0; at < bytes.length; ) at += writeSync(held, bytes, at);
    // Through /proc it is opened anew, and begins at its beginning: the descriptor itself stands at the end.
    return openSync(`/proc/self/fd/${held}`, constants.O_RDONLY);
  } finally {
    closeSync(held);
  }
}
