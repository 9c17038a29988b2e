import { execFileSync } from "node:child_process";
import { onTestFinished } from "vitest";
import { tempFolder } from "./temp-folder.ts";

/** Mounts a disk of 64 kB; undefined where that is not allowed. */
export function smallDisk(): string | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const folder = tempFolder();
  try {
    execFileSync("/usr/bin/env", ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], {
      stdio: "ignore",
    });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync("/usr/bin/env", ["umount", folder]));
  return folder;
}

/** Root in a world where mounting is allowed. */
export const canMount = ((): boolean => {
  try {
    execFileSync("/usr/bin/env", ["unshare", "-m", "true"], { stdio: "ignore" });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
})();
