import { join } from "node:path";
import type { Turn } from "../agent/loop-deps.ts";
import { openPins } from "../mcp/pins.ts";
import type { Server } from "../mcp/server.ts";
import { openToolbox, type Toolbox } from "../mcp/toolbox.ts";
import { outputFolder } from "../protocol/paths.ts";
import { loadedTools } from "./connector-history.ts";
import { type ConnectorJudge, connectorJudge } from "./connector-judge.ts";
import { hasTool, type Permissions } from "./gate.ts";
import { resultFiles } from "./result-files.ts";

/** Where what is kept about tools and of their results stands, and what takes the secrets out of it. */
export interface ConnectorKeep {
  readonly folder: string;
  readonly hide: (text: string) => string;
}

/** The tools of these servers as the member may have them. */
export function connectorToolbox(
  servers: readonly Server[],
  turns: readonly Turn[],
  permissions: Permissions,
  { folder, hide }: ConnectorKeep,
): { readonly toolbox: Toolbox; readonly judge: ConnectorJudge } {
  const spill = resultFiles(outputFolder(folder));
  const pins = openPins(join(folder, "connectors.json"));
  const toolbox = openToolbox({
    servers,
    loaded: loadedTools(turns),
    isRemoved: (tool) => !hasTool(permissions, tool),
    pins,
    spill: (text) => spill(hide(text)),
  });
  return { toolbox, judge: connectorJudge(toolbox, pins) };
}
