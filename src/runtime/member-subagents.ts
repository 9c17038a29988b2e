import { AGENT_TOOL } from "../agent/events.ts";
import { SUBAGENT_LIMITS } from "../agent/limits.ts";
import type { Tool } from "../agent/tool.ts";
import { placed } from "../plugins/diagnostic.ts";
import { hasTool, type Permissions } from "./gate.ts";
import type { LifeControl } from "./member-control.ts";
import type { MemberHooks } from "./member-hooks.ts";
import type { MemberJob } from "./member-job.ts";
import { openModel } from "./model-source.ts";
import { agentsOf } from "./subagent-folders.ts";
import { subagentHooks } from "./subagent-hooks.ts";
import { type AgentToolDeps, agentTool } from "./subagent-tool.ts";

/** The life that its subagents are part of. */
export interface SubagentSeat extends Pick<AgentToolDeps, "hear" | "entered"> {
  readonly control: LifeControl;
  readonly hooks: MemberHooks;
}

/** What a subagent has of its member. */
interface Parent
  extends Pick<AgentToolDeps, "spillDir" | "tools" | "freshTools" | "model" | "callsFor" | "rateGate"> {
  readonly permissions: Permissions;
}

/**
 * The tool with which a member runs subagents, when it has it. A definition that is broken is told once and costs nobody
 * else anything.
 */
export async function subagentTools(
  job: MemberJob,
  { hear, entered, control, hooks }: SubagentSeat,
  { permissions, ...parent }: Parent,
): Promise<readonly Tool[]> {
  if (!hasTool(permissions, AGENT_TOOL)) return [];
  const { team, facts, member, source, redactor, onTrouble } = job;
  const { dir } = permissions;
  const catalog = (): ReturnType<typeof agentsOf> => agentsOf(team.host, dir);
  const listed = await catalog();
  for (const { why } of listed.broken) onTrouble(new Error(`no agent: ${placed(why)}`));
  for (const told of listed.diagnostics) onTrouble(new Error(`a definition of an agent: ${placed(told)}`));
  const { atOnce, turns, tokens } = facts.settings.subagents ?? {};
  const tool = agentTool({
    hear,
    entered,
    isStopping: control.isEnding,
    beforeCall: job.budget.whenFree,
    hooks: subagentHooks(job, hooks),
    ...parent,
    team,
    dir,
    redactor,
    me: member.name,
    // Another model of the same server: what is known of that stays.
    openModel: (name) => ({ ...parent.model(), ...openModel(team.host, name, source) }),
    limits: {
      maxTurns: turns ?? SUBAGENT_LIMITS.maxTurns,
      maxTokens: tokens ?? SUBAGENT_LIMITS.maxTokens,
    },
    atOnce: atOnce ?? SUBAGENT_LIMITS.atOnce,
    listed,
    catalog,
  });
  return [tool];
}
