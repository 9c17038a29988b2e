import { execFile } from "node:child_process";
import { access, constants, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { isSystemError } from "../../base/disk-error.ts";
import type { HookHandlerOf } from "../../protocol/hooks.ts";

export interface ProgramPlace {
  /** Where it would start, and what CLAUDE_PROJECT_DIR stands for; absolute. */
  readonly dir: string;
  /** Its environment. */
  readonly env: Readonly<Record<string, string>>;
}

const run = promisify(execFile);
const LOOK_MS = 5_000;
/** Words in front of the program: variables. */
const FIRST_WORD = /^\s*(?:[A-Za-z_]\w*=[^\s'"`$();|&<>]*\s+)*([^\s'"`$();|&<>{}*?~\\!#=]+)(?=\s|$)/;
/** The one variable that most hooks begin with, quoted or not. */
const PROJECT = /"?\$\{?CLAUDE_PROJECT_DIR\}?"?/g;

/**
 * Why the program of a hook cannot be started; undefined also where only a run can tell. The shell is asked whether it
 * can read the line, and whether it knows the program: that runs nothing of it.
 */
export async function whyNoProgram(
  { command, args, shell = "sh" }: HookHandlerOf<"command">,
  { dir, env }: ProgramPlace,
): Promise<string | undefined> {
  const program = `/bin/${shell}`;
  const ask = async (argv: readonly string[]): Promise<string | undefined> => {
    try {
      await run(program, [...argv], { cwd: dir, env, timeout: LOOK_MS });
      return undefined;
    } catch (error) {
      if (error instanceof Error) return "stderr" in error ? String(error.stderr).trim() : error.message;
      throw error;
    }
  };
  const wrong = args === undefined ? await ask(["-n", "-c", command]) : undefined;
  if (wrong !== undefined) return `${program} cannot read it: ${wrong}`;
  // A function: `$` in a folder's name means nothing here.
  const line = command.replaceAll(PROJECT, () => dir);
  const word = args === undefined ? FIRST_WORD.exec(line)?.[1] : line;
  // What begins with quotes or a substitution is known when it runs.
  if (word === undefined || word.includes("$")) return undefined;
  const isThere = word.includes("/")
    ? await isProgram(resolve(dir, word))
    : (await ask(["-c", 'command -v -- "$1" >/dev/null', shell, word])) === undefined;
  return isThere ? undefined : `${word} is not there, or not executable`;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}
