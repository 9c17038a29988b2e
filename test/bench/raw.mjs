import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from "node:fs";

/**
 * The limit of the file system: the system calls of our path and nothing else. An operation is one `O_APPEND` write of
 * `bytes` and one read of everything that was appended since the last one, by anybody.
 */
export function openRaw(path, bytes) {
  const file = openSync(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o600);
  const line = Buffer.alloc(bytes, 120);
  const tail = Buffer.alloc(1 << 20);
  let offset = fstatSync(file).size;
  return {
    operate: () => {
      writeSync(file, line);
      offset += readSync(file, tail, 0, tail.length, offset);
    },
    close: () => closeSync(file),
  };
}
