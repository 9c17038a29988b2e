import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { isErrno } from "../../base/errors.ts";

/**
 * Signals everything that a command started. SIGTERM to a confined one goes to the group behind the wall, whose leader
 * is the child of the wall's own process: that one would fall over its program without a chance to tidy up. SIGKILL goes
 * to the wall, and the kernel takes everything behind it.
 */
export function killCommand(child: ChildProcess, signal: "SIGTERM" | "SIGKILL", isConfined: boolean): void {
  const { pid, exitCode, signalCode } = child;
  if (pid === undefined) return;
  if (!isConfined || signal === "SIGKILL") {
    signalGroup(pid, signal);
    return;
  }
  // As long as it was not collected, its number and those of its children are nobody else's.
  if (exitCode === null && signalCode === null)
    for (const inner of childrenOf(pid)) signalGroup(inner, signal);
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ESRCH")) return [];
    throw error;
  }
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    // The group is gone already, or its leader has not come to lead it.
    if (!isErrno(error, "ESRCH", "EPERM")) throw error;
  }
}
