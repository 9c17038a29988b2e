import { TroupeError } from "../base/errors.ts";
import { TeamName } from "../protocol/names.ts";
import { checkReady } from "../runtime/check-ready.ts";
import { given } from "../runtime/given.ts";
import { openWorkspace } from "../runtime/workspace.ts";
import type { Context } from "./command.ts";
import { interruptedExit } from "./ending.ts";
import { parseTeamName } from "./parse-team-name.ts";
import { styled } from "./piece.ts";
import { freeName, type PlanWishes, planTeam } from "./plan-team.ts";
import { showEnd } from "./run-end.ts";
import { runTeam } from "./run-team.ts";

export interface HeadlessWishes extends Omit<PlanWishes, "dir" | "name"> {
  readonly context: Context;
  readonly timeoutMs?: number | undefined;
  readonly answerWithinMs?: number | undefined;
}

/** `run`: a new team from its first entry to the lead's report; answers the worst of how it went. */
export async function runHeadless(
  { context, timeoutMs, answerWithinMs, ...wishes }: HeadlessWishes,
  signal: AbortSignal,
): Promise<number> {
  const { host, flags } = context;
  const workspace = openWorkspace(host);
  const name = flags.team === undefined ? undefined : parseTeamName(flags.team, "--team");
  const plan = await planTeam(context, { ...wishes, dir: host.cwd, name });
  if (plan.goal === undefined)
    throw new TroupeError("usage", "a goal is needed", {
      hint: 'troupe run -p "GOAL", or "goal" in the team file',
    });
  await checkReady(host, plan);
  // A name that was asked for is not silently another one; without it each run gets the next free one.
  const free = name ?? freeName(plan.name, await workspace.list(), (text) => TeamName.parse(text));
  let exit = 0;
  const end = await runTeam(
    {
      context,
      workspace,
      plan: { ...plan, name: free },
      ...given({ timeoutMs, answerWithinMs }),
      after: async (team, how) => {
        exit = await showEnd(context, team, how);
        context.screen.say(styled("dim", `next: troupe timeline --team ${team.name}`));
      },
    },
    signal,
  );
  return end.reason === "interrupted" ? interruptedExit(signal) : exit;
}
