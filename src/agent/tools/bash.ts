import { z } from "zod";
import { TroupeError } from "../../base/errors.ts";
import { defineTool, type Tool, type ToolResult } from "../tool.ts";
import { cleanOutput } from "./clean-output.ts";
import { leftGitLock } from "./git-lock.ts";
import { type CommandEnd, runCommand } from "./run-command.ts";
import type { Shelter } from "./shelter.ts";

const DEFAULT_MS = 120_000;
const LONGEST_MS = 600_000;
/** Of output that is kept in a file the model gets this many characters of head and tail each. */
const SHOWN = 15_000;

const Input = z.object({
  command: z.string().min(1),
  timeout_ms: z
    .int()
    .min(1)
    .max(LONGEST_MS)
    .optional()
    .describe(`Milliseconds until it is killed; ${DEFAULT_MS} without it.`),
});
const LeavingInput = Input.extend({
  dangerouslyDisableSandbox: z
    .boolean()
    .optional()
    .describe("Run it outside of the sandbox, which a person is asked for."),
});

export interface BashToolOptions {
  /** Where each command starts. */
  readonly dir: string;
  /** The whole environment of the commands: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly shelter: Shelter;
  /** Where long output is kept whole. */
  readonly spillDir?: string | undefined;
}

/** Runs shell commands, in the shelter that it is given: without one they may go anywhere. */
export function bashTool({ dir, env, shelter, spillDir }: BashToolOptions): Tool {
  return defineTool({
    name: "Bash",
    description: `Runs a bash command in the work folder and answers its output (stdout and stderr) and exit code. Each call is a new shell without input. ${shelter.isConfined ? CONFINED : OPEN}`,
    input: shelter.mayLeave ? LeavingInput : Input,
    effect: "write",
    run: async ({ command, timeout_ms: timeoutMs = DEFAULT_MS, ...rest }, signal) => {
      const isLeaving = "dangerouslyDisableSandbox" in rest && rest.dangerouslyDisableSandbox === true;
      const sandbox = shelter.choose(command, isLeaving);
      if ("refusal" in sandbox) throw new TroupeError("denied", sandbox.refusal);
      const end = await runCommand({ command, dir, env, timeoutMs, sandbox, spillDir }, signal);
      return resultOf(end, timeoutMs, dir);
    },
  });
}

const OPEN = "For a process that stays, redirect its output and put it in the background.";
const CONFINED =
  "It is confined: it writes in the work folder only, has no network unless it was given, and every process it starts ends with it, background ones too.";

function resultOf(end: CommandEnd, timeoutMs: number, dir: string): ToolResult {
  const lock = end.how === "exited" ? undefined : leftGitLock(dir);
  const notes = [
    shown(end),
    spillNote(end),
    held(end),
    lock === undefined ? "" : `[${lock} is left; remove it when no git runs there]`,
    `[${ending(end, timeoutMs)}]`,
  ];
  return {
    text: notes.filter((note) => note !== "").join("\n"),
    isError: end.how !== "exited" || end.code !== 0,
  };
}

function shown({ output, spilled }: CommandEnd): string {
  const text = cleanOutput(output).trimEnd();
  if (spilled === undefined || text.length <= 2 * SHOWN) return text;
  return `${text.slice(0, SHOWN)}\n[… left out here …]\n${text.slice(-SHOWN)}`;
}

function spillNote({ spilled }: CommandEnd): string {
  if (spilled === undefined) return "";
  const { path, bytes, cut } = spilled;
  return cut === undefined
    ? `[all ${bytes} bytes are in ${path}: Read or Grep it]`
    : `[the first ${bytes} bytes are in ${path}: Read or Grep it; the rest is lost, for ${cut}]`;
}

function held({ isHeld, how }: CommandEnd): string {
  return isHeld && how === "exited"
    ? "[a background process still holds the output; what it writes from now on is lost]"
    : "";
}

function ending({ how, code, signal }: CommandEnd, timeoutMs: number): string {
  if (how === "timeout") return `killed after ${timeoutMs / 1000} s with all its processes`;
  if (how === "aborted") return "killed by an interruption, with all its processes";
  return code === null ? `ended by ${signal ?? "a signal"}` : `exit code ${code}`;
}
