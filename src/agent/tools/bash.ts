import { z } from "zod";
import { defineTool, type Tool, type ToolResult } from "../tool.ts";
import { cleanOutput } from "./clean-output.ts";
import { type CommandEnd, runCommand } from "./run-command.ts";

const DEFAULT_MS = 120_000;
const LONGEST_MS = 600_000;

const Input = z.object({
  command: z.string().min(1),
  timeout_ms: z
    .int()
    .min(1)
    .max(LONGEST_MS)
    .optional()
    .describe(`Milliseconds until it is killed; ${DEFAULT_MS} without it.`),
});

export interface BashToolOptions {
  /** Where each command starts. */
  readonly dir: string;
  /** The whole environment of the commands: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
}

/** Runs shell commands. Not confined to `dir`: only a sandbox could. */
export function bashTool({ dir, env }: BashToolOptions): Tool {
  return defineTool({
    name: "Bash",
    description:
      "Runs a bash command in the work folder and answers its output (stdout and stderr) and exit code. Each call is a new shell without input. For a process that stays, redirect its output and put it in the background.",
    input: Input,
    effect: "write",
    run: async ({ command, timeout_ms: timeoutMs = DEFAULT_MS }, signal) =>
      resultOf(await runCommand({ command, dir, env, timeoutMs }, signal), timeoutMs),
  });
}

function resultOf(end: CommandEnd, timeoutMs: number): ToolResult {
  const output = cleanOutput(end.output).trimEnd();
  const notes = [output, held(end), `[${ending(end, timeoutMs)}]`];
  return {
    text: notes.filter((note) => note !== "").join("\n"),
    isError: end.how !== "exited" || end.code !== 0,
  };
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
