import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const SHOWN = 4;
const TRACER = "strace";

/**
 * System calls of all threads of a process, per second, and the most frequent ones. Undefined where strace is not
 * installed or may not look.
 */
export async function countSystemCalls(pid, seconds) {
  const folder = mkdtempSync(join(tmpdir(), "troupe-strace-"));
  const path = join(folder, "calls");
  try {
    const strace = spawn(TRACER, ["-c", "-f", "-q", "-o", path, "-p", String(pid)], { stdio: "ignore" });
    const ended = once(strace, "exit");
    await Promise.race([ended, pause(seconds * 1_000)]);
    strace.kill("SIGINT");
    await ended;
    return summaryOf(readFileSync(path, "utf8"), seconds);
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rows of `strace -c`: % time, seconds, usecs/call, calls, errors when there were any, name. */
function summaryOf(text, seconds) {
  const rows = text.split("\n").flatMap((line) => {
    const match = /^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)(?:\s+\d+)?\s+(\w+)$/.exec(line);
    return match && match[2] !== "total" ? [{ name: match[2], count: Number(match[1]) }] : [];
  });
  const sum = rows.reduce((total, { count }) => total + count, 0);
  const most = rows
    .toSorted((one, other) => other.count - one.count)
    .slice(0, SHOWN)
    .map(({ name, count }) => `${name} ${Math.round((10 * count) / seconds) / 10}`);
  return { perSecond: sum / seconds, most: most.join(", ") };
}
