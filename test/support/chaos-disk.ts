import { execFileSync, spawnSync } from "node:child_process";
import { rmSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { canMount } from "./small-disk.ts";

/** Mounts a disk of so many MB on the folder, for the length of the test; false where that is not allowed. */
export function mountDisk(folder: string, mb: number): boolean {
  if (!canMount) return false;
  execFileSync("/usr/bin/env", ["mount", "-t", "tmpfs", "-o", `size=${mb}m,mode=700`, "tmpfs", folder]);
  onTestFinished(() => void execFileSync("/usr/bin/env", ["umount", "-l", folder]));
  return true;
}

/** Fills the disk of the folder to its last page; `free` gives the space back. */
export function fillDisk(folder: string): { readonly free: () => void } {
  const ballast = join(folder, "ballast");
  for (let round = 0; round < 5; round++) {
    const { bavail, bsize } = statfsSync(folder);
    if (bavail === 0) break;
    try {
      execFileSync(
        "/usr/bin/env",
        ["fallocate", "-o", String(sizeOf(ballast)), "-l", String(bavail * bsize), ballast],
        {
          stdio: "ignore",
        },
      );
    } catch (error) {
      // Somebody took a page in between: what is left is asked for anew.
      if (!(error instanceof Error && "status" in error)) throw error;
    }
  }
  return { free: () => rmSync(ballast, { force: true }) };
}

/** No file of these processes grows beyond so many bytes. Whoever is gone meanwhile has no limit either. */
export function limitFiles(pids: readonly number[], bytes: number | "unlimited"): void {
  for (const pid of pids)
    spawnSync("/usr/bin/env", ["prlimit", "--pid", String(pid), `--fsize=${bytes}:`], { stdio: "ignore" });
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

export function hasProgram(name: string): boolean {
  try {
    execFileSync("/usr/bin/env", ["which", name], { stdio: "ignore" });
    return true;
  } catch (error) {
    if (error instanceof Error && "status" in error) return false;
    throw error;
  }
}
