import type { AgentDefinition } from "./agent-definition.ts";

type Entry = Pick<AgentDefinition, "name" | "description">;

const SENTENCE = 160;
const HINT = 1_536;

/**
 * The agents there are, a line each, in at most `budget` characters: every name as long as they fit, then from the first
 * entry on a sentence each, then whole descriptions, as long as the budget lasts. The same entries give the same text,
 * so that a server can cache it. Source: plugins.md §C4.
 */
export function agentsMenu(agents: readonly Entry[], budget: number): string {
  const bare = agents.map(({ name }) => `- ${name}`);
  return lengthOf(bare) > budget ? counted(bare, budget) : raised(agents, bare, budget);
}

/** As many as fit, and how many there are besides. */
function counted(bare: readonly string[], budget: number): string {
  for (let shown = bare.length - 1; shown > 0; shown--) {
    const lines = [...bare.slice(0, shown), `… and ${bare.length - shown} more`];
    if (lengthOf(lines) <= budget) return lines.join("\n");
  }
  return "";
}

function raised(agents: readonly Entry[], bare: readonly string[], budget: number): string {
  const lines = [...bare];
  let left = budget - lengthOf(lines);
  for (const level of [sentence, hint]) {
    for (const [index, { name, description }] of agents.entries()) {
      const line = `- ${name}: ${level(description)}`;
      const cost = line.length - (lines[index]?.length ?? 0);
      // In rank order: what stands lower never gets what a higher one could not have.
      if (cost > left) return lines.join("\n");
      lines[index] = line;
      left -= cost;
    }
  }
  return lines.join("\n");
}

function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, -1);
}

function sentence(description: string): string {
  const first = /^.*?[.!?](?=\s|$)/.exec(description)?.[0] ?? description;
  return cut(first, SENTENCE);
}

function hint(description: string): string {
  return cut(description, HINT);
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}
