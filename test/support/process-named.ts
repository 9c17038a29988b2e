import { readdirSync, readFileSync } from "node:fs";

/** True while a process of this machine, in whatever sandbox, has the name as the beginning of its first word: `exec -a NAME …`. */
export function isProcessNamed(name: string): boolean {
  return readdirSync("/proc").some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith(name);
    } catch {
      return false;
    }
  });
}
