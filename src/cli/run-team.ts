import { given } from "../runtime/given.ts";
import type { TeamPlan } from "../runtime/team-plan.ts";
import { type TeamEnd, waitUntilDone } from "../runtime/wait-until-done.ts";
import type { Workspace } from "../runtime/workspace.ts";
import type { Team } from "../team/team.ts";
import type { Context } from "./command.ts";
import { showLiveLog } from "./live-log.ts";

export interface TeamRun {
  readonly context: Pick<Context, "screen" | "flags">;
  readonly workspace: Workspace;
  readonly plan: TeamPlan;
  readonly timeoutMs?: number;
  /** How long a question of an agent waits for its answer; absent: as long as it takes. */
  readonly answerWithinMs?: number;
  /** Called with the open team once its processes have ended, before it is closed. */
  readonly after: (team: Team, end: TeamEnd) => Promise<void>;
}

/** The team has reported: what still runs only has to say goodbye. */
const DONE_LIMITS = { graceMs: 10_000, termMs: 5_000 } as const;
/** Somebody waits for the prompt, and after 10 s this process is ended by force. */
const BREAK_LIMITS = { graceMs: 4_000, termMs: 2_000 } as const;

/**
 * A team's whole life: makes it, starts its processes, shows what happens, waits for its end, stops every process.
 * Nothing of it runs when this comes back, whatever happened in between.
 */
export async function runTeam(run: TeamRun, signal: AbortSignal): Promise<TeamEnd> {
  const { context, workspace, plan, timeoutMs, answerWithinMs, after } = run;
  const { startTeam } = await import("../runtime/start-team.ts");
  const { stopTeam } = await import("../runtime/stop-team.ts");
  const team = await workspace.create(plan);
  const over = new AbortController();
  let shown: Promise<void> = Promise.resolve();
  try {
    let end: TeamEnd;
    try {
      shown = showLiveLog(context, team, { tools: true }, over.signal);
      // Awaited below; without this a failure before that would end the process.
      shown.catch(() => undefined);
      await startTeam(workspace, team, given({ answerWithinMs }));
      end = await waitUntilDone(team, timeoutMs === undefined ? {} : { timeoutMs }, signal);
    } finally {
      await stopTeam(workspace, team, signal.aborted ? BREAK_LIMITS : DONE_LIMITS);
      over.abort();
      await shown;
    }
    await after(team, end);
    return end;
  } finally {
    await team.close();
  }
}
