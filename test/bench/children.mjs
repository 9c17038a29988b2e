import { spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { sep } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const GONE = new Set(["ENOENT", "ESRCH", "EACCES", "EPERM"]);
const SWEEPS = 50;
const started = new Set();

/** `spawn`, and the process is ended with this one at the latest. */
export function startChild(args, options) {
  const child = spawn(process.execPath, args, options);
  started.add(child);
  child.once("exit", () => started.delete(child));
  child.once("error", () => started.delete(child));
  return child;
}

/** Whatever ends this run (Ctrl-C, an error, the end) leaves no process and no file of it. */
export function leaveNothing(folder) {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  process.once("exit", () => {
    for (const child of started) child.kill("SIGKILL");
    // Supervisors and their agents are in sessions of their own, and one may be starting another at this moment.
    for (let sweep = 0; sweep < SWEEPS && killBelow(folder) > 0; sweep++);
    rmSync(folder, { recursive: true, force: true });
  });
}

/** Kills every process of the teams below `folder`, as a power cut would, and answers when they are gone. */
export async function killTeams(folder) {
  while (killBelow(folder) > 0) await pause(5);
}

/** Answers how many were there. A zombie has no environment and does not count. */
function killBelow(folder) {
  let found = 0;
  for (const name of process.platform === "linux" ? readdirSync("/proc") : []) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid || !isBelow(environmentOf(pid), folder)) continue;
    found += 1;
    kill(pid);
  }
  return found;
}

/** Every process of a team is started with the folder of its team in its environment. */
function isBelow(environment, folder) {
  return environment
    .split("\0")
    .some(
      (pair) =>
        pair === `CLAUDE_CONFIG_DIR=${folder}` || pair.startsWith(`CLAUDE_CONFIG_DIR=${folder}${sep}`),
    );
}

function environmentOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch (error) {
    if (GONE.has(error.code)) return "";
    throw error;
  }
}

function kill(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!GONE.has(error.code)) throw error;
  }
}
