import { waitingApprovals } from "../../src/team/approvals.ts";
import type { Approval } from "../../src/team/state.ts";
import { startTroupe } from "./cli-process.ts";
import type { MemberTeam } from "./member-team.ts";
import { until } from "./until.ts";

/** Processes on a loaded machine. */
export const LIMIT = { within: 20_000 };

/** The questions that wait for a person. */
export async function openQuestions({ team }: MemberTeam): Promise<readonly Approval[]> {
  return waitingApprovals(await team.readOn());
}

export async function allQuestions({ team }: MemberTeam): Promise<readonly Approval[]> {
  return [...(await team.readOn()).approvals.values()];
}

/** The first of `count` open questions, once there are so many. */
export async function asked(members: MemberTeam, count = 1): Promise<Approval> {
  await until(async () => (await openQuestions(members)).length === count, LIMIT);
  const [found] = await openQuestions(members);
  if (!found) throw new Error("nobody asks");
  return found;
}

/** `troupe` as a person types it, in a process of its own. */
export function troupe(members: MemberTeam, ...argv: readonly string[]): ReturnType<typeof startTroupe> {
  return startTroupe(
    [...argv, "--team", "demo"],
    { ...members.envOf("nobody"), HOME: members.dir },
    members.dir,
  );
}
