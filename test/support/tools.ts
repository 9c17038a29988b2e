import { execFileSync } from "node:child_process";

/**
 * Whether a program that a test needs works here: `command` is tried. CI names those that must be there in
 * TROUPE_REQUIRE; one of them that does not work is an error, not a test left out.
 */
export function hasTool(tool: string, ...command: readonly string[]): boolean {
  try {
    execFileSync(tool, command, { stdio: "ignore" });
    return true;
  } catch (error) {
    // oxlint-disable-next-line node/no-process-env -- what a machine must have is said from outside
    const required = (process.env["TROUPE_REQUIRE"] ?? "").split(",");
    if (required.includes(tool))
      throw new Error(`TROUPE_REQUIRE names ${tool}, which does not work here`, { cause: error });
    return false;
  }
}
