import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cleanOutput } from "../agent/tools/clean-output.ts";
import { type CommandEnd, runCommand } from "../agent/tools/run-command.ts";
import { noShelter } from "../agent/tools/shelter.ts";
import type { ToolsetOptions } from "../agent/toolset.ts";
import type { MemberName, TaskId } from "../protocol/names.ts";
import type { Refusal } from "../team/state.ts";
import type { Team } from "../team/team.ts";

const DEFAULT_SECONDS = 600;
/** What the member reads of a failure. */
const LAST_LINES = 100;
const LAST_CHARACTERS = 8_000;

/** Why a task may not be completed yet; undefined: it may. */
export type Verify = (task: TaskId, signal: AbortSignal) => Promise<Refusal | undefined>;

/**
 * Runs the team's `verify` in the member's folder, confined as its commands are, before a task of its own counts as done.
 * A failure refuses the completion with the last 100 lines; the whole output is kept in a file (faults.md K8). A task
 * that is not the member's is refused by the rules and costs no run.
 */
export function teamVerify(team: Team, me: MemberName, reach: ToolsetOptions): Verify {
  return async (task, signal) => {
    const { verify } = team.state().team?.settings ?? {};
    if (verify === undefined || !team.index.owned(me).includes(task)) return undefined;
    const { command, timeout = DEFAULT_SECONDS } = verify;
    const sandbox = (reach.shelter ?? noShelter()).choose(command, false);
    if ("refusal" in sandbox) return { kind: "vetoed", why: `${command} cannot be run: ${sandbox.refusal}` };
    const { dir, env, spillDir } = reach;
    const end = await runCommand(
      { command, dir, env, timeoutMs: timeout * 1_000, sandbox, spillDir },
      signal,
    );
    if (end.how === "exited" && end.code === 0) return undefined;
    const output = cleanOutput(end.output).trimEnd();
    const kept = spillDir === undefined ? undefined : await keep(spillDir, `verify-${task}.log`, output);
    return { kind: "vetoed", why: failure(command, { end, output, kept, timeout }) };
  };
}

interface Failed {
  readonly end: CommandEnd;
  readonly output: string;
  readonly kept: string | undefined;
  readonly timeout: number;
}

function failure(command: string, { end, output, kept, timeout }: Failed): string {
  const lines = output.split("\n");
  const last = lines.slice(-LAST_LINES).join("\n").slice(-LAST_CHARACTERS);
  const where = kept === undefined ? "" : ` The whole output is in ${kept}.`;
  return `${command} has to pass before the task is done, and it ${how(end, timeout)}.${where} Repair it, then complete the task again.\n${last}`;
}

function how({ how: ended, code, signal }: CommandEnd, timeout: number): string {
  if (ended === "timeout") return `took longer than ${timeout} s`;
  if (ended === "aborted") return "was interrupted";
  return code === null ? `was ended by ${signal ?? "a signal"}` : `ended with exit code ${code}`;
}

/** Undefined when it cannot be kept: the refusal matters more than the file. */
async function keep(folder: string, name: string, text: string): Promise<string | undefined> {
  const path = join(folder, name);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(path, `${text}\n`, { mode: 0o600 });
    return path;
  } catch (error) {
    if (error instanceof Error && "errno" in error) return undefined;
    throw error;
  }
}
