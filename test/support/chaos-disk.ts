import { execFileSync } from "node:child_process";
import { onTestFinished } from "vitest";
import { canMount } from "./small-disk.ts";

/** Mounts a disk of so many MB on the folder, for the length of the test; false where that is not allowed. */
export function mountDisk(folder: string, mb: number): boolean {
  if (!canMount) return false;
  execFileSync("/usr/bin/env", ["mount", "-t", "tmpfs", "-o", `size=${mb}m,mode=700`, "tmpfs", folder]);
  onTestFinished(() => void execFileSync("/usr/bin/env", ["umount", "-l", folder]));
  return true;
}
