import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { CliDesk } from "./cli-process.ts";
import type { CliResult } from "./cli-world.ts";

const PROGRAM = join(import.meta.dirname, "../../bin/troupe.js");

/** A line of bash at that desk, in which `troupe` is the program. */
export function shell({ project, env }: CliDesk, line: string): CliResult {
  const text = `troupe() { "${process.execPath}" "${PROGRAM}" "$@"; }\n${line}\n`;
  try {
    const stdout = execFileSync("/bin/bash", ["-c", text], {
      cwd: project,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    return { exit: 0, stdout: stdout.toString("utf8"), stderr: "" };
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: Buffer; stderr: Buffer };
    return { exit: status, stdout: stdout.toString("utf8"), stderr: stderr.toString("utf8") };
  }
}
