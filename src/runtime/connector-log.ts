import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { diskError } from "../base/disk-error.ts";
import { safeText } from "../base/safe-text.ts";

const MOST_BYTES = 1024 * 1024;

/** What a server says on stderr, and what is said of it, in a file of the member's (0600). */
export interface ConnectorLog {
  /** Must not throw: what cannot be written is told to `onTrouble` and lost. */
  readonly write: (text: string) => void;
  readonly close: () => void;
}

/** `hide` takes the secrets out. The file begins anew when an earlier life has filled it, and takes no more when this one has. */
export function openConnectorLog(
  path: string,
  hide: (text: string) => string,
  onTrouble: (error: unknown) => void,
): ConnectorLog {
  let file: number | undefined;
  let size = 0;
  try {
    file = openSync(path, "a", 0o600);
    size = fstatSync(file).size;
    if (size > MOST_BYTES / 2) ftruncateSync(file);
    if (size > MOST_BYTES / 2) size = 0;
  } catch (error) {
    onTrouble(diskError(error, "open", path));
  }
  return {
    write: (text) => {
      if (file === undefined || size > MOST_BYTES) return;
      try {
        size += writeSync(file, `${hide(safeText(text)).trimEnd()}\n`);
      } catch (error) {
        onTrouble(diskError(error, "write", path));
      }
    },
    close: () => {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}
