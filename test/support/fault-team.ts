import { openHost } from "../../src/base/host.ts";
import { nodeFiles } from "../../src/base/node-files.ts";
import { openWorkspace, type Workspace } from "../../src/runtime/workspace.ts";
import { sameHost } from "../fixtures/fault-answers.mjs";
import { operationNamed } from "../fixtures/fault-operations.mjs";
import { sourceParts } from "./fault-table-parts.ts";

/** Makes the team `faulty` that most operations of the fault table need: ada and bob, six tasks, four of them ada's. */
export async function fillTeam(configDir: string): Promise<void> {
  const { fill } = operationNamed("claim");
  await fill({ parts: sourceParts, fs: nodeFiles(), host: sameHost(), configDir });
}

/** The teams of a folder, seen by a process whose clock is ahead by what `aheadMs` answers. */
export function workspaceAhead(configDir: string, aheadMs: () => number): Workspace {
  const host = openHost("troupe.js", configDir, { CLAUDE_CONFIG_DIR: configDir });
  return openWorkspace({ ...host, home: configDir, now: () => host.now() + aheadMs() });
}
