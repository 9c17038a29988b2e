import type { Turn } from "../agent/loop-deps.ts";
import { loadedIn, TOOL_SEARCH } from "../mcp/toolbox.ts";

/** The connector tools that a conversation has: those that `ToolSearch` loaded, and those that were called. */
export function loadedTools(turns: readonly Turn[]): readonly string[] {
  const searches = new Set<string>();
  const names = new Set<string>();
  for (const { message } of turns) {
    for (const block of typeof message.content === "string" ? [] : (message.content ?? [])) {
      if (block.type === "tool_use" && block.name === TOOL_SEARCH) searches.add(block.id);
      else if (block.type === "tool_use" && block.name.startsWith("mcp__")) names.add(block.name);
      else if (block.type === "tool_result" && searches.has(block.tool_use_id))
        addAll(names, loadedIn(textOf(block.content)));
    }
  }
  return [...names];
}

function addAll(names: Set<string>, more: readonly string[]): void {
  for (const name of more) names.add(name);
}

function textOf(content: unknown): string {
  return typeof content === "string" ? content : "";
}
