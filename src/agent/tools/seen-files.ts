import { TroupeError } from "../../base/errors.ts";
import type { FileText } from "./file-text.ts";
import type { Place } from "./place.ts";

/** What this agent knows of files: the content that it last read or wrote. Shared by Read, Write and Edit. */
export interface SeenFiles {
  readonly see: (place: Place, hash: string) => void;
  /** Throws `conflict` when the file was never read, or is not what was read (faults.md J10). */
  readonly refuseUnseen: (place: Place, now: FileText) => void;
}

/** The files of one agent. Empty at its start: after a restart a file is read again before it is changed. */
export function createSeenFiles(): SeenFiles {
  const hashes = new Map<string, string>();
  return {
    see: ({ real }, hash) => {
      hashes.set(real, hash);
    },
    refuseUnseen: ({ real }, now) => {
      const hash = hashes.get(real);
      if (hash === undefined)
        throw new TroupeError("conflict", "the file is there and was not read yet; Read it first");
      if (hash !== now.hash)
        throw new TroupeError(
          "conflict",
          "file changed since read (by another agent, or by a command); Read it again",
        );
    },
  };
}
