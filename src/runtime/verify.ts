import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LoopDeps } from "../agent/loop-deps.ts";
import { cleanOutput } from "../agent/tools/clean-output.ts";
import { type CommandEnd, runCommand } from "../agent/tools/run-command.ts";
import { noShelter } from "../agent/tools/shelter.ts";
import type { ToolsetOptions } from "../agent/toolset.ts";
import { isSystemError } from "../base/disk-error.ts";
import { isRecord } from "../base/is-record.ts";
import { type MemberName, sameName, type TaskId } from "../protocol/names.ts";
import type { Refusal } from "../team/state.ts";
import type { Team } from "../team/team.ts";

const DEFAULT_SECONDS = 600;
/** What the member reads of a failure. */
const LAST_LINES = 100;
const LAST_CHARACTERS = 8_000;

/** Whether the commands passed that a task has to pass. */
export interface Verified {
  /** Those that did. */
  readonly verified: readonly string[];
  /** Why the task may not be completed yet. */
  readonly refusal?: Refusal;
}

export type Verify = (task: TaskId, signal: AbortSignal) => Promise<Verified>;

export interface VerifyDeps {
  readonly team: Team;
  readonly me: MemberName;
  /** In what the commands run. */
  readonly reach: () => Promise<ToolsetOptions>;
  /** Judges a command that another member wrote, as if `me` called it itself (faults.md L20). */
  readonly mayRun: LoopDeps["gate"];
}

interface Check {
  readonly command: string;
  readonly timeout?: number | undefined;
  /** Who wrote it. The user's needs no permission. */
  readonly by: string;
}

/**
 * Runs the team's `verify` and then the task's own in the member's folder, confined as its commands are, before a task of
 * its own counts as done. A failure refuses the completion with the last 100 lines; the whole output is kept in a file
 * (faults.md K8). A task that is not the member's is refused by the rules and costs no run.
 */
export function openVerify(deps: VerifyDeps): Verify {
  const { team, me } = deps;
  return async (task, signal) => {
    if (!team.index.owned(me).includes(task)) return { verified: [] };
    const { verify } = team.state().team?.settings ?? {};
    const own = team.state().tasks.get(task)?.verify;
    const checks: readonly Check[] = [
      ...(verify === undefined ? [] : [{ ...verify, by: "user" }]),
      ...(own === undefined ? [] : [own]),
    ];
    const verified: string[] = [];
    for (const check of checks) {
      const why = await whyNot(deps, task, check, signal);
      if (why !== undefined) return { verified, refusal: { kind: "vetoed", why } };
      verified.push(check.command);
    }
    return { verified };
  };
}

/** Why it did not pass; undefined: it did. */
async function whyNot(
  deps: VerifyDeps,
  task: TaskId,
  check: Check,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { timeout = DEFAULT_SECONDS } = check;
  const permitted = await permittedCommand(deps, check, signal);
  if ("refusal" in permitted) return permitted.refusal;
  const { command } = permitted;
  const { dir, env, spillDir, shelter = noShelter() } = await deps.reach();
  const sandbox = shelter.choose(command, false);
  if ("refusal" in sandbox) return `${command} cannot be run: ${sandbox.refusal}`;
  const end = await runCommand({ command, dir, env, timeoutMs: timeout * 1_000, sandbox, spillDir }, signal);
  if (end.how === "exited" && end.code === 0) return undefined;
  const output = cleanOutput(end.output).trimEnd();
  const kept = spillDir === undefined ? undefined : await keep(spillDir, task, { end, output });
  return failure(command, { end, output, kept, timeout });
}

/** What another member wrote is a call of whoever runs it: nobody gets done by a task what he may not do himself. */
async function permittedCommand(
  { team, me, mayRun }: VerifyDeps,
  { command, by }: Check,
  signal: AbortSignal,
): Promise<{ readonly command: string } | { readonly refusal: string }> {
  if (by === "user") return { command };
  const verdict = await mayRun(
    { id: `verify-${team.host.newId()}`, name: "Bash", input: { command } },
    signal,
  );
  if (!verdict.allowed) {
    const whose = sameName(by, me) ? "you" : by;
    return {
      refusal: `${command} has to pass before the task is done, ${whose} set it, and it is not run here: ${verdict.reason}`,
    };
  }
  const { input } = verdict;
  return { command: isRecord(input) && typeof input["command"] === "string" ? input["command"] : command };
}

interface Failed {
  readonly end: CommandEnd;
  readonly output: string;
  readonly kept: Kept | undefined;
  readonly timeout: number;
}

function failure(command: string, { end, output, kept, timeout }: Failed): string {
  const lines = output.split("\n");
  const last = lines.slice(-LAST_LINES).join("\n").slice(-LAST_CHARACTERS);
  const where = kept === undefined ? "" : ` ${kept.what} is in ${kept.path}.`;
  return `${command} has to pass before the task is done, and it ${how(end, timeout)}.${where} Repair it, then complete the task again.\n${last}`;
}

function how({ how: ended, code, signal }: CommandEnd, timeout: number): string {
  if (ended === "timeout") return `took longer than ${timeout} s`;
  if (ended === "aborted") return "was interrupted";
  return code === null ? `was ended by ${signal ?? "a signal"}` : `ended with exit code ${code}`;
}

interface Kept {
  readonly path: string;
  readonly what: string;
}

/** Undefined when it cannot be kept: the refusal matters more than the file. */
async function keep(
  folder: string,
  task: TaskId,
  { end, output }: Pick<Failed, "end" | "output">,
): Promise<Kept | undefined> {
  const path = join(folder, `verify-${task}.log`);
  try {
    // What is too long to be held stands in a file already.
    if (end.spilled !== undefined) {
      await rename(end.spilled.path, path);
      const { cut } = end.spilled;
      return { path, what: cut === undefined ? "The whole output" : `The output's beginning (${cut})` };
    }
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(path, `${output}\n`, { mode: 0o600 });
    return { path, what: "The whole output" };
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
