import { constants } from "node:fs";
import { open, statfs } from "node:fs/promises";
import { isErrno } from "../base/errors.ts";

/** What is left on a disk. Inodes are 0 of 0 where the file system does not count them. */
export interface DiskSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly freeInodes: number;
  readonly totalInodes: number;
}

/** What repair needs of a disk beside `Fs`. */
export interface Disk {
  readonly space: (path: string) => Promise<DiskSpace>;
  /** Takes every right of group and others away: a folder gets 0700, a file 0600. False for a link and what is gone. */
  readonly restrict: (path: string) => Promise<boolean>;
}

/** The real one. */
export function nodeDisk(): Disk {
  return {
    space: async (path) => {
      const { bavail, blocks, bsize, ffree, files } = await statfs(path);
      return {
        freeBytes: bavail * bsize,
        totalBytes: blocks * bsize,
        freeInodes: ffree,
        totalInodes: files,
      };
    },
    restrict,
  };
}

/** By descriptor: whatever the path names a moment later is not touched. */
async function restrict(path: string): Promise<boolean> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      await file.chmod((await file.stat()).isDirectory() ? 0o700 : 0o600);
      return true;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isErrno(error, "ENOENT", "ELOOP", "ENXIO")) return false;
    throw error;
  }
}
