import type { LoopDeps, Model } from "../agent/loop-deps.ts";
import { memberNamed } from "../team/derive.ts";
import { type OwnApprovals, openApprovals } from "./approvals.ts";
import { auditedGate } from "./audited-gate.ts";
import { decide, hasTool, type Permissions } from "./gate.ts";
import { type MemberCompaction, openCompaction } from "./member-compaction.ts";
import type { LifeControl } from "./member-control.ts";
import type { MemberJob } from "./member-job.ts";
import { openMemberShell } from "./member-shell.ts";
import { memberTools } from "./member-tools.ts";
import { openModel } from "./model-source.ts";
import { modeOf } from "./plan-mode.ts";
import { systemPrompt } from "./prompt.ts";
import { readSettings } from "./settings.ts";

/** What every turn of a life is made with. The model is asked for at the beginning of each: it may be another one. */
export interface Setup extends Pick<LoopDeps, "system" | "tools" | "gate" | "hide"> {
  readonly model: () => Model;
  readonly compaction: MemberCompaction;
  readonly approvals: OwnApprovals;
}

export async function setUp(job: MemberJob, control: LifeControl): Promise<Setup> {
  const { team, facts, member } = job;
  const { definition, lead } = member;
  const permissions: Permissions = { dir: definition.dir ?? facts.dir, lead, tools: definition.tools };
  const approvals = openApprovals(team, member.name);
  const settings = await readSettings(team.host, { dir: permissions.dir });
  const shell = await openMemberShell(job, permissions, settings);
  const tools = memberTools(job, shell, { approvals, control }).filter(({ name }) =>
    hasTool(permissions, name),
  );
  return {
    model: chosenModel(job),
    compaction: openCompaction(team, member.name),
    system: systemPrompt(facts, member, permissions.dir),
    approvals,
    tools: () => tools,
    hide: job.redactor.hide,
    gate: auditedGate(job, (call) => decide({ ...permissions, mode: modeOf(team, member.name) }, call)),
  };
}

/** The one that the journal names last; the same client until that changes. */
function chosenModel({ team, member, source }: MemberJob): () => Model {
  const nameNow = (): string | undefined =>
    memberNamed(team.state(), member.name)?.model ?? member.definition.model;
  let name = nameNow();
  let model = openModel(team.host, name, source);
  return () => {
    const now = nameNow();
    if (now !== name) model = openModel(team.host, now, source);
    name = now;
    return model;
  };
}
