import type { LoopDeps, Turn } from "../agent/loop-deps.ts";
import { type OwnApprovals, openApprovals } from "./approvals.ts";
import { type OwnModel, openOwnModel } from "./chosen-model.ts";
import { type Connectors, openConnectors } from "./connectors.ts";
import { type CallSeat, memberCalls } from "./member-calls.ts";
import { type MemberCompaction, openCompaction } from "./member-compaction.ts";
import type { HookSeam } from "./member-hooks.ts";
import { type MemberJob, permissionsOf, toolFilter } from "./member-job.ts";
import { openMemberShell } from "./member-shell.ts";
import { type SubagentSeat, subagentTools } from "./member-subagents.ts";
import { memberTools } from "./member-tools.ts";
import { systemPrompt } from "./prompt.ts";

/** What every turn of a life is made with. The model is asked for at the beginning of each: it may be another one. */
export interface Setup
  extends Pick<LoopDeps, "system" | "tools" | "gate" | "hide" | "rateGate" | "beforeCall" | HookSeam> {
  readonly model: OwnModel["model"];
  readonly rate: OwnModel["rate"];
  readonly compaction: MemberCompaction;
  readonly approvals: OwnApprovals;
  readonly connectors: Connectors;
}

/** The life that all this is for. */
type SetupSeat = SubagentSeat & Pick<CallSeat, "untrusted">;

/** `turns` is the conversation so far. */
export async function setUp(job: MemberJob, seat: SetupSeat, turns: readonly Turn[]): Promise<Setup> {
  const { team, facts, member } = job;
  const { control, hooks, untrusted } = seat;
  const settings = hooks.asker.settings();
  const permissions = permissionsOf(job);
  const { dir } = permissions;
  const approvals = openApprovals(team, member.name, job.redactor.hideWordsIn);
  const shell = await openMemberShell(job, permissions, settings);
  hooks.meet({ addEnv: shell.addEnv });
  const connectors = await openConnectors(job, turns, settings);
  const { judge } = connectors;
  const seats = { hooks, approvals, settings, judge, sandbox: shell.sandbox, untrusted };
  const { gate, callsFor, isOffered, searchable } = await memberCalls(job, permissions, seats);
  const searching = { ...shell, toolset: { ...shell.toolset, searchable } };
  const ofTroupe = (): ReturnType<typeof memberTools> =>
    memberTools(job, searching, { approvals, control, hooks, gate });
  const inList = toolFilter(permissions);
  // Who begins anew with each task has one at a time, and gets it when it is idle.
  const isFresh = member.definition.session === "fresh" && !member.lead;
  const has: typeof inList = (tool) => inList(tool) && !(isFresh && tool.name === "TaskClaim");
  const fixed = ofTroupe().filter(has);
  // Those of connectors behind the others, as they come: what stands in front of them stays in the server's cache.
  const own = (): ReturnType<typeof memberTools> => [...fixed, ...connectors.tools().filter(has)];
  const allTools = (): ReturnType<typeof memberTools> => [...ofTroupe(), ...connectors.tools()];
  const { model, rate } = openOwnModel(job);
  hooks.meet({ rate });
  const { spillDir } = shell.toolset;
  const parent = { permissions, spillDir, tools: own, freshTools: allTools, model, callsFor, rateGate: rate };
  const agents = await subagentTools(job, seat, parent);
  return {
    connectors,
    model,
    compaction: openCompaction(job, hooks.session),
    system: systemPrompt(facts, member, dir),
    approvals,
    tools: () =>
      [...fixed, ...agents, ...connectors.tools().filter(has)].filter(({ name }) => isOffered(name)),
    hide: job.redactor.hide,
    beforeCall: job.budget.whenFree,
    gate,
    rate,
    rateGate: rate,
    ...hooks.seams,
  };
}
