import { setTimeout as pause } from "node:timers/promises";
import type { TurnEnd, UserInput } from "../agent/loop-deps.ts";
import type { Bell } from "./member-bell.ts";
import type { LifeControl } from "./member-control.ts";
import type { MemberJob } from "./member-job.ts";
import type { Life, StopReason, TurnOutcome } from "./member-life.ts";
import type { MemberParts } from "./member-parts.ts";
import { isAsked, isRefused, isTrouble, tellTrouble, troubleText } from "./member-trouble.ts";
import { phaseOf } from "./phase.ts";

/** Members who were refused in the same moment ask one after another within this, in ms. */
const TURNS_MS = 2_000;
/** Whom a person interrupted waits so long for a word before it goes on by itself, in ms. */
const QUIET_MS = 600_000;
/** Between two looks whether there is a budget, in ms: trouble with the disk passes without an entry. */
const SPENT_MS = 10_000;
/** After trouble with mailbox or journal, in ms. */
const LOOK_AGAIN_MS = 1_000;

export interface Living {
  readonly parts: MemberParts;
  readonly control: LifeControl;
  readonly bell: Bell;
}

type Idle = Extract<Life, { status: "idle" }>;

/** Turn, rest, turn: until the life is over. */
export async function workUntilStopped(job: MemberJob, living: Living): Promise<StopReason> {
  const { control, parts } = living;
  let inputs = parts.first;
  for (;;) {
    const life = control.life();
    if (life.status === "stopped") return life.why;
    if (life.status === "idle") inputs = await waitForWork(job, living, life);
    else if (life.status === "paused") await living.bell.wait(null);
    else {
      const end = await turn(job, living, inputs);
      inputs = [];
      control.dispatch({ type: "turn_ended", outcome: outcomeOf(end) });
    }
  }
}

async function turn(job: MemberJob, living: Living, inputs: readonly UserInput[]): Promise<TurnEnd> {
  const { parts, control } = living;
  const { member, onTrouble } = job;
  const life = control.life();
  const isFirst = life.status !== "working" || life.failures === 0;
  const end = await outcomeOfRun(job, parts, inputs);
  parts.duty.rested(parts.agent.hasAsked());
  // The turn has come to its end: what an earlier life asked in it is not asked any more.
  if (end.reason === "done") await parts.approvals.withdrawForgotten().catch(onTrouble);
  const text = control.isStopping() || !isFirst ? undefined : troubleText(member.name, end);
  if (text !== undefined) await tell(job, end, text).catch(onTrouble);
  return end;
}

/** A key is refused to all members in the same moment: each waits its part of two seconds and looks who has asked. */
async function tell({ team, member, instance }: MemberJob, end: TurnEnd, text: string): Promise<void> {
  if (end.reason === "failed" && isRefused(end)) {
    await pause(phaseOf(instance, TURNS_MS));
    if (await isAsked(team)) return;
  }
  await tellTrouble(team, member, text);
}

/** The boundary: trouble with the disk in the middle of a turn is a turn that failed. */
async function outcomeOfRun(
  { onTrouble }: MemberJob,
  { agent }: MemberParts,
  inputs: readonly UserInput[],
): Promise<TurnEnd> {
  try {
    return await agent.run(inputs);
  } catch (error) {
    if (!isTrouble(error)) throw error;
    onTrouble(error);
    return { reason: "failed", code: "failed", message: error.message };
  }
}

function outcomeOf(end: TurnEnd): TurnOutcome {
  if (end.reason === "interrupted") return "cut";
  if (end.reason === "stopped") return end.waitsForNews === true ? "stuck" : "halted";
  if (end.reason !== "failed") return "finished";
  return isRefused(end) ? "refused" : "unreachable";
}

/** Waits until there is something for the model, or a retry is due, or the life ends. Makes no model call. */
async function waitForWork(
  job: MemberJob,
  { parts, control, bell }: Living,
  { failures, retryInMs, quiet = false, stuck = false }: Idle,
): Promise<readonly UserInput[]> {
  const { clock } = job;
  const retryAt = retryInMs === null ? null : clock() + retryInMs;
  const quietMs = quiet ? QUIET_MS : 0;
  const quietUntil = stuck ? Number.POSITIVE_INFINITY : clock() + quietMs;
  while (control.life().status === "idle") {
    const { inputs, againInMs } = await look(job, parts, { failures, restMs: quietUntil - clock() });
    if (inputs.length > 0) {
      control.dispatch({ type: "input" });
      if (control.life().status === "working") return inputs;
      // Paused or stopped while it looked.
      parts.intake.putBack();
    }
    if (retryAt !== null && clock() >= retryAt) control.dispatch({ type: "retry_due" });
    else await bell.wait(sooner(againInMs, retryAt === null ? null : Math.max(1, retryAt - clock())));
  }
  return [];
}

interface Look {
  readonly inputs: readonly UserInput[];
  /** When to look again though nothing rings; null: not at all. */
  readonly againInMs: number | null;
}

/** Whoever has no model to work with, or was just interrupted, claims nothing and reminds nobody. */
async function look(
  { onTrouble, budget }: MemberJob,
  { intake, duty, mailbox, hooks }: MemberParts,
  { failures, restMs }: { readonly failures: number; readonly restMs: number },
): Promise<Look> {
  try {
    // Mail stays in the mailbox, and no task is claimed. A larger budget comes with an entry, and each of them rings.
    if (!(await budget.look()).go) return { inputs: [], againInMs: SPENT_MS };
    const taken = await intake.take();
    const fresh = [...hooks.takeWoken(), ...taken];
    if (fresh.length > 0 || failures > 0) return { inputs: fresh, againInMs: null };
    if (restMs > 0) return { inputs: [], againInMs: Number.isFinite(restMs) ? restMs : null };
    const inputs = await duty.next();
    // A receipt that the disk did not take would be told with the next message only, and that may never come.
    if (inputs.length > 0) return { inputs, againInMs: null };
    await mailbox.settle();
    const dueInMs = mailbox.held().reduce<number | null>((least, held) => sooner(least, held.dueInMs), null);
    return {
      inputs: await hooks.turns.idle(hooks.resting),
      againInMs: sooner(duty.dueInMs(), dueInMs),
    };
  } catch (error) {
    if (!isTrouble(error)) throw error;
    onTrouble(error);
    return { inputs: [], againInMs: LOOK_AGAIN_MS };
  }
}

function sooner(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
