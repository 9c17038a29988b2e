import { AGENT_TOOL } from "../agent/events.ts";
import { createPlaces } from "../agent/places.ts";
import { defineTool, type Tool, type ToolResult } from "../agent/tool.ts";
import type { AgentDefinition } from "../plugins/agent-definition.ts";
import { agentsMenu } from "../plugins/agents-menu.ts";
import { placed } from "../plugins/diagnostic.ts";
import { type AgentCatalog, findAgent } from "../plugins/load-agents.ts";
import { nearestNames } from "../team/derive.ts";
import { AgentInput, DEFAULT_TYPE } from "./subagent-input.ts";
import { resultText } from "./subagent-result.ts";
import { runDefinition, type SubagentDeps } from "./subagent-run.ts";
import { failed } from "./team-tools-caller.ts";

/** Characters of the list of agents in the tool's description. Source: plugins.md §C4, for a window of 200k. */
const MENU_CHARACTERS = 8_000;

export interface AgentToolDeps extends SubagentDeps {
  /** As it was read at the start of the process: what the description lists stays the same, so that a server can cache it. */
  readonly listed: AgentCatalog;
  /** As it stands now: an edited definition counts with the next call. */
  readonly catalog: () => Promise<AgentCatalog>;
  /** Subagents that run at the same time; more wait for a place. */
  readonly atOnce: number;
}

/** Hands a piece of work to a subagent, waits for it and gives its last words. Several calls of one reply run side by side. */
export function agentTool(deps: AgentToolDeps): Tool {
  const places = createPlaces(deps.atOnce);
  return defineTool({
    name: AGENT_TOOL,
    description: `${ABOUT}\n${agentsMenu(deps.listed.agents, MENU_CHARACTERS)}`,
    effect: "read",
    input: AgentInput,
    run: async (input, signal) => {
      const definition = chosen(await deps.catalog(), input.subagent_type ?? DEFAULT_TYPE);
      if ("isError" in definition) return definition;
      const asked = performance.now();
      const leave = await places.take(signal);
      if (leave === undefined)
        return failed(`Not started: the turn ended while it waited for a place; ${deps.atOnce} run at most.`);
      try {
        return await answered(deps, definition, input, { waitedMs: performance.now() - asked, signal });
      } finally {
        leave();
      }
    },
  });
}

const ABOUT =
  "Gives one piece of work to a subagent: an agent of its own context that works alone, with some of your tools, and answers once. " +
  "For work whose details you need not see, such as a wide search. It costs several times the tokens of doing it yourself, " +
  "and it can neither message, nor change tasks, nor start others. Several calls in one reply run at the same time. Types:";

async function answered(
  deps: AgentToolDeps,
  definition: AgentDefinition,
  input: AgentInput,
  { waitedMs, signal }: { readonly waitedMs: number; readonly signal: AbortSignal },
): Promise<ToolResult> {
  const result = await runDefinition(deps, definition, input, signal);
  if (typeof result === "string") return failed(`Not started: ${result}`);
  return resultText(deps.me, deps.spillDir, result, waitedMs);
}

function chosen(catalog: AgentCatalog, type: string): AgentDefinition | ToolResult {
  const found = findAgent(catalog, type);
  if (found.kind === "found") return found.definition;
  if (found.kind === "broken")
    return failed(`${type} was not started: its definition is broken. ${placed(found.broken.why)}`);
  const names = catalog.agents.map(({ name }) => name);
  const [near] = nearestNames(type, names);
  const hint = near === undefined ? `Types: ${names.slice(0, 50).join(", ")}.` : `Did you mean ${near}?`;
  return failed(`There is no type ${JSON.stringify(type)}. ${hint}`);
}
