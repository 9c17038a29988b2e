import type { LoopDeps, Model } from "../agent/loop-deps.ts";
import { type OwnApprovals, openApprovals } from "./approvals.ts";
import { chosenModel } from "./chosen-model.ts";
import { hasTool, type Permissions } from "./gate.ts";
import { type MemberCompaction, openCompaction } from "./member-compaction.ts";
import { memberGate } from "./member-gate.ts";
import type { HookSeam } from "./member-hooks.ts";
import type { MemberJob } from "./member-job.ts";
import { openMemberShell } from "./member-shell.ts";
import { type SubagentSeat, subagentTools } from "./member-subagents.ts";
import { memberTools } from "./member-tools.ts";
import { systemPrompt } from "./prompt.ts";

/** What every turn of a life is made with. The model is asked for at the beginning of each: it may be another one. */
export interface Setup extends Pick<LoopDeps, "system" | "tools" | "gate" | "hide" | HookSeam> {
  readonly model: () => Model;
  readonly compaction: MemberCompaction;
  readonly approvals: OwnApprovals;
}

export async function setUp(job: MemberJob, seat: SubagentSeat): Promise<Setup> {
  const { team, facts, member } = job;
  const { control, hooks } = seat;
  const { definition, lead } = member;
  const permissions: Permissions = { dir: definition.dir ?? facts.dir, lead, tools: definition.tools };
  const { dir } = permissions;
  const approvals = openApprovals(team, member.name);
  const shell = await openMemberShell(job, permissions);
  const allTools = (): ReturnType<typeof memberTools> =>
    memberTools(job, shell, { approvals, control, hooks });
  const own = allTools().filter(({ name }) => hasTool(permissions, name));
  const model = chosenModel(job);
  const { gate, callsFor } = memberGate(job, permissions, hooks);
  const { spillDir } = shell.toolset;
  const parent = { permissions, spillDir, tools: () => own, freshTools: allTools, model, callsFor };
  const tools = [...own, ...(await subagentTools(job, seat, parent))];
  return {
    model,
    compaction: openCompaction(team, member.name),
    system: systemPrompt(facts, member, dir),
    approvals,
    tools: () => tools,
    hide: job.redactor.hide,
    gate,
    ...hooks.seams,
  };
}
