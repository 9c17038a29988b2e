import { z } from "zod";
import { defineTool, type Tool } from "../agent/tool.ts";
import { isByHand, presentMembers } from "../team/derive.ts";
import type { Member } from "../team/state.ts";
import { numbers } from "./inputs.ts";
import { completeHooked, failed, ownTasks, refused, type TeamToolDeps } from "./team-tools-caller.ts";
import { spawnTeammate } from "./team-tools-spawn.ts";

export function memberTools(deps: TeamToolDeps): readonly Tool[] {
  return [
    listMembers(deps),
    ...(deps.lead ? [spawnTeammate(deps)] : []),
    deps.lead ? leadReport(deps) : taskReport(deps),
  ];
}

function listMembers({ team }: TeamToolDeps): Tool {
  return defineTool({
    name: "ListMembers",
    description: "Lists who is in the team, with role and what each is doing.",
    effect: "read",
    input: z.object({}),
    run: async () => {
      const state = await team.readOn();
      const lines = await Promise.all(
        presentMembers(state).map(async (member) => {
          const role = member.role === undefined ? "" : `, role ${member.role}`;
          return `${member.name}${member.lead ? " (lead)" : ""}${role}: ${await doing(team, member)}`;
        }),
      );
      return lines.join("\n");
    },
  });
}

async function doing(team: TeamToolDeps["team"], member: Member): Promise<string> {
  const { name, life } = member;
  const owned = team.index.owned(name);
  const task = owned.length === 0 ? "" : ` on ${numbers(owned)}`;
  if (isByHand(member)) return `joined by hand${task}`;
  if (life === undefined) return "not started";
  if (life.ended !== undefined) return life.ended.how === "died" ? "died, is started again" : life.ended.how;
  const run = await team.store.presence.read(name);
  return `${run?.instance === life.instance ? run.status : "starting"}${task}`;
}

function leadReport({ team, me }: TeamToolDeps): Tool {
  return defineTool({
    name: "ReportDone",
    description:
      "Tells the user how the goal stands at the end: what was made, where it is, what is left. Ends the team's work; refused while tasks are open.",
    effect: "write",
    input: z.object({ text: z.string().trim().min(1).max(65_536) }),
    run: async ({ text }) => {
      const reported = await team.commit({ op: "report", by: me, text });
      return reported.ok ? "reported to the user; the team's work is done" : refused(reported.reason);
    },
  });
}

function taskReport(deps: TeamToolDeps): Tool {
  return defineTool({
    name: "ReportDone",
    description: "Completes the one task that you own, with a result for those who come after you.",
    effect: "write",
    input: z.object({ text: z.string().trim().min(1).max(65_536) }),
    run: async ({ text }, signal) => {
      await deps.team.readOn();
      const [task, ...others] = ownTasks(deps);
      if (task === undefined) return failed("you own no task: nothing was reported");
      if (others.length > 0)
        return failed(
          `you own ${numbers([task, ...others].map(({ id }) => id))}: complete each with TaskUpdate`,
        );
      const done = await completeHooked(deps, task.id, text, signal);
      return done.ok ? `#${task.id} ${done.task.status}` : refused(done.reason);
    },
  });
}
