import type { Tool } from "../agent/tool.ts";
import type { AgentDefinition } from "../plugins/agent-definition.ts";
import { chooseTools } from "../plugins/agent-tools.ts";
import { TEAM_TOOLS } from "./gate.ts";

/** What no subagent has, whatever its caller has: no third level, nobody to ask, no plan of its own. Source: plugins.md §A4, §C8. */
const NEVER: ReadonlySet<string> = new Set([
  "Agent",
  "SpawnTeammate",
  "AskUserQuestion",
  "EnterPlanMode",
  "ExitPlanMode",
  "TaskOutput",
  "ScheduleWakeup",
  "Workflow",
]);

export interface SubagentTools {
  /** Asked before each model call: the caller may load tools meanwhile. */
  readonly now: () => readonly Tool[];
  /** Words of the definition that name no tool. */
  readonly unknown: readonly string[];
}

/**
 * The tools of a subagent: what its definition names of what its caller has. It reads the team's tasks and members and
 * changes nothing there: a task and a message have one author, the member. `fresh`: tools that remember what was read
 * are its own, or its caller would write over what it never saw. A string: why it cannot be started.
 */
export function toolsOf(
  definition: AgentDefinition,
  callers: () => readonly Tool[],
  fresh: readonly Tool[],
): SubagentTools | string {
  const own = new Map(fresh.map((tool) => [tool.name, tool]));
  const there = (): readonly Tool[] => callers().filter(isForSubagents);
  const chosen = chooseTools(definition, names(there()));
  if (typeof chosen === "string") return chosen;
  return {
    unknown: chosen.unknown,
    now: () => {
      const tools = there();
      const now = chooseTools(definition, names(tools));
      const wanted = new Set(typeof now === "string" ? [] : now.names);
      return tools.filter(({ name }) => wanted.has(name)).map((tool) => own.get(tool.name) ?? tool);
    },
  };
}

function isForSubagents({ name, effect }: Tool): boolean {
  return !NEVER.has(name) && !(TEAM_TOOLS.has(name) && effect === "write");
}

function names(tools: readonly Tool[]): readonly string[] {
  return tools.map(({ name }) => name);
}
