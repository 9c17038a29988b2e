import type { LoopDeps, Model } from "../agent/loop-deps.ts";
import { type OwnApprovals, openApprovals } from "./approvals.ts";
import { auditedGate } from "./audited-gate.ts";
import { chosenModel } from "./chosen-model.ts";
import { decide, hasTool, type Permissions } from "./gate.ts";
import { type MemberCompaction, openCompaction } from "./member-compaction.ts";
import type { LifeControl } from "./member-control.ts";
import type { HookSeam, MemberHooks } from "./member-hooks.ts";
import type { MemberJob } from "./member-job.ts";
import { openMemberShell } from "./member-shell.ts";
import { memberTools } from "./member-tools.ts";
import { modeOf } from "./plan-mode.ts";
import { systemPrompt } from "./prompt.ts";
import { readSettings } from "./settings.ts";

/** What every turn of a life is made with. The model is asked for at the beginning of each: it may be another one. */
export interface Setup extends Pick<LoopDeps, "system" | "tools" | "gate" | "hide" | HookSeam> {
  readonly model: () => Model;
  readonly compaction: MemberCompaction;
  readonly approvals: OwnApprovals;
}

export async function setUp(
  job: MemberJob,
  { control, hooks }: { readonly control: LifeControl; readonly hooks: MemberHooks },
): Promise<Setup> {
  const { team, facts, member } = job;
  const { definition, lead } = member;
  const permissions: Permissions = { dir: definition.dir ?? facts.dir, lead, tools: definition.tools };
  const approvals = openApprovals(team, member.name);
  const settings = await readSettings(team.host, { dir: permissions.dir });
  const shell = await openMemberShell(job, permissions, settings);
  const tools = memberTools(job, shell, { approvals, control, hooks }).filter(({ name }) =>
    hasTool(permissions, name),
  );
  return {
    model: chosenModel(job),
    compaction: openCompaction(team, member.name),
    system: systemPrompt(facts, member, permissions.dir),
    approvals,
    tools: () => tools,
    hide: job.redactor.hide,
    gate: hooks.calls.guard(
      auditedGate(job, (call) => decide({ ...permissions, mode: modeOf(team, member.name) }, call)),
    ),
    ...hooks.seams,
  };
}
