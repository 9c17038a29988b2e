import { join } from "node:path";
import { openPins, type Pins } from "../mcp/pins.ts";
import type { RemoteTool } from "../mcp/remote-tool.ts";

/** new: nobody has allowed it to run yet. changed: its description is another than when it was allowed (faults.md J9). */
export type PinState = "new" | "pinned" | "changed";

export interface TriedTool {
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** Of name, description and schema, about: four characters each. */
  readonly tokens: number;
  /** null: there is no member whose pins it could be compared with. */
  readonly pin: PinState | null;
}

const CHARACTERS_OF_A_TOKEN = 4;

/** `folder`: what the team keeps of the member. */
export function triedTools(tools: readonly RemoteTool[], folder: string | undefined): readonly TriedTool[] {
  const pins = folder === undefined ? undefined : openPins(join(folder, "connectors.json"));
  return tools.map((tool) => triedTool(tool, pins));
}

function triedTool(tool: RemoteTool, pins: Pins | undefined): TriedTool {
  const { name, description, inputSchema } = tool;
  const [line = ""] = description.split("\n", 1);
  return {
    name,
    description: line,
    tokens: tokensOf(`${name}${description}${JSON.stringify(inputSchema)}`),
    pin: pins === undefined ? null : pinOf(tool, pins),
  };
}

function pinOf({ name, hash }: RemoteTool, pins: Pins): PinState {
  if (pins.isChanged(name, hash)) return "changed";
  return pins.isPinned(name) ? "pinned" : "new";
}

/** About. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / CHARACTERS_OF_A_TOKEN);
}
