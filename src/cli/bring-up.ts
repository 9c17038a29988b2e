import { checkReady } from "../runtime/check-ready.ts";
import { openWorkspace } from "../runtime/workspace.ts";
import type { Context } from "./command.ts";
import { interruptedExit } from "./ending.ts";
import { showLiveLog } from "./live-log.ts";
import { openOrCreate } from "./open-or-create.ts";
import { parseTeamName } from "./parse-team-name.ts";
import { type PlanWishes, planTeam } from "./plan-team.ts";
import { startWithBudget } from "./start-with-budget.ts";
import { showTeam } from "./team-view.ts";

export interface UpWishes extends Omit<PlanWishes, "dir" | "name"> {
  readonly context: Context;
  readonly detach: boolean;
}

/** `up`: the team is there and runs, or somebody hears why not. Ctrl-C in its log stops nobody. */
export async function bringUp(
  { context, detach, ...wishes }: UpWishes,
  signal: AbortSignal,
): Promise<number> {
  const { host, flags, screen } = context;
  const workspace = openWorkspace(host);
  const name = flags.team === undefined ? undefined : parseTeamName(flags.team, "--team");
  const plan = await planTeam(context, { ...wishes, dir: host.cwd, name });
  // Before anything is made: without a model nobody could work.
  await checkReady(host, plan);
  // Before it is made: who joins a new team stands in its log.
  const since = new Date(host.now()).toISOString();
  const team = await openOrCreate(workspace, plan, { mayRun: wishes.budget !== undefined });
  try {
    await startWithBudget(context, workspace, team, wishes.budget);
    if (detach) {
      showTeam(context, team, { running: true, next: `troupe status ${team.name}` });
      return 0;
    }
    screen.say(`${team.name} is running; Ctrl-C leaves it running`);
    await showLiveLog(context, team, { tools: true, since, until: isOver }, signal);
    if (!signal.aborted) return 0;
    screen.say(
      `${team.name} goes on. Look: troupe timeline --follow --team ${team.name}; stop: troupe down ${team.name}`,
    );
    return interruptedExit(signal);
  } finally {
    await team.close();
  }
}

/** Nobody supervises it any more: it was stopped from elsewhere. */
function isOver({ type }: { readonly type: string }): boolean {
  return type === "team.unsupervised" || type === "team.closed";
}
