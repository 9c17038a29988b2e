import { TroupeError } from "../../base/errors.ts";
import type { FileText } from "./file-text.ts";
import type { Place } from "./place.ts";

/** What this agent knows of files: the content that it last read or wrote. Shared by Read, Write and Edit. */
export interface SeenFiles {
  readonly see: (place: Place, hash: string) => void;
  /** True when the file is as it was seen, false when it was never seen; throws `conflict` when it changed since (faults.md J10). */
  readonly isSeen: (place: Place, now: FileText) => boolean;
}

/** The files of one agent. Empty at its start: after a restart a file is read again before it is changed. */
export function createSeenFiles(): SeenFiles {
  const hashes = new Map<string, string>();
  return {
    see: ({ real }, hash) => {
      hashes.set(real, hash);
    },
    isSeen: ({ real }, now) => {
      const hash = hashes.get(real);
      if (hash === undefined) return false;
      if (hash !== now.hash)
        throw new TroupeError(
          "conflict",
          "file changed since read (by another agent, or by a command); Read it again",
        );
      return true;
    },
  };
}
