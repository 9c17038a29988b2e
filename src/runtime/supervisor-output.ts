import { closeSync, constants, fstatSync, mkdirSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { isErrno, TroupeError } from "../base/errors.ts";
import type { MemberName, TeamName } from "../protocol/names.ts";
import { teamPaths } from "../protocol/paths.ts";

const TAIL_BYTES = 4_096;
const LINE_MAX = 300;

/** Where the supervisor's stdout and stderr go; its folder is made. */
export function supervisorOutput(configDir: string, team: TeamName): string {
  const folder = teamPaths(configDir, team).supervisor;
  makeFolder(folder);
  return join(folder, "output.log");
}

/** The same for a member. One level at a time: a team folder that is gone is not made again by accident. */
export function agentOutput(configDir: string, team: TeamName, name: MemberName): string {
  const paths = teamPaths(configDir, team);
  makeFolder(paths.agents);
  makeFolder(paths.agent(name));
  return join(paths.agent(name), "output.log");
}

/** Bytes that a process's output file has before it is started; 0 when there is none. */
export function outputSize(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** The last lines, at most ten, that were written behind byte `from`: without blank ones and without colours. */
export function lastLines(path: string, from: number): readonly string[] {
  const lines = stripVTControlCharacters(tail(path, from))
    .split("\n")
    .map((line) => line.trim().slice(0, LINE_MAX));
  return lines.filter((line) => line !== "").slice(-10);
}

function tail(path: string, from: number): string {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { size } = fstatSync(file);
      const start = Math.max(from, size - TAIL_BYTES);
      const bytes = Buffer.alloc(Math.max(0, size - start));
      return bytes.toString("utf8", 0, readSync(file, bytes, 0, bytes.length, start));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (isErrno(error, "ENOENT", "ELOOP", "ENXIO", "EACCES")) return "";
    throw error;
  }
}

/** Mode 0700. Throws `state_dir` when its parent is gone or it cannot be made. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (isErrno(error, "EEXIST")) return;
    throw new TroupeError("state_dir", `${path} cannot be made`, { cause: error });
  }
}
