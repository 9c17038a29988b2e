import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { tempFolder } from "./temp-folder.ts";

function run(program: string, ...args: readonly string[]): void {
  execFileSync("/usr/bin/env", [program, ...args], { stdio: "ignore" });
}

function mount(point: string, ...args: readonly string[]): void {
  run("mount", ...args, point);
  onTestFinished(() => run("umount", point));
}

/** A disk in memory of this test's own. `become` mounts it anew, `ro` or `rw`. */
export function memoryDisk(): { readonly folder: string; readonly become: (how: "ro" | "rw") => void } {
  const folder = tempFolder();
  mount(folder, "-t", "tmpfs", "tmpfs");
  return { folder, become: (how) => run("mount", "-o", `remount,${how}`, folder) };
}

/** An overlay: `fill` makes what lies in its lower layer, which is never written. Answers where it is mounted. */
export async function overlay(fill: (lower: string) => Promise<void>): Promise<string> {
  const { folder } = memoryDisk();
  const [lower, upper, work, point] = ["lower", "upper", "work", "merged"].map((name) => join(folder, name));
  for (const path of [lower, upper, work, point]) mkdirSync(path ?? "");
  await fill(lower ?? "");
  mount(point ?? "", "-t", "overlay", "overlay", "-o", `lowerdir=${lower},upperdir=${upper},workdir=${work}`);
  return point ?? "";
}

/** Whether root may mount an overlay here. */
export const canOverlay = ((): boolean => {
  const script = 'd=$(mktemp -d) && cd "$d" && mount -t tmpfs tmpfs . && cd "$d" && mkdir l u w m';
  const overlaid = `${script} && mount -t overlay overlay -o lowerdir=l,upperdir=u,workdir=w m`;
  try {
    // In a mount namespace of its own: it is gone with the shell, but for an empty folder.
    run("unshare", "-m", "sh", "-c", `${overlaid}; status=$?; umount -R "$d"; rmdir "$d"; exit $status`);
    return true;
  } catch {
    return false;
  }
})();
