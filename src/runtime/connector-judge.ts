import type { Standing } from "../agent/gate/gate-context.ts";
import type { Pins } from "../mcp/pins.ts";
import type { Toolbox } from "../mcp/toolbox.ts";

/** What a server says of a tool, and what was approved: facts for the gate, which decides. Tools of others: false. */
export interface ConnectorJudge {
  /** A person is to be asked for each call. */
  readonly needsPerson: (tool: string) => boolean;
  readonly isReadOnly: (tool: string) => boolean;
  /** It reads, and what it is told goes no further than its server. */
  readonly isClosed: (tool: string) => boolean;
  /** Its description or schema is another than when it was last allowed to run (faults.md J9). */
  readonly changedSinceApproval: (tool: string) => boolean;
}

export function connectorJudge(toolbox: Toolbox | undefined, pins: Pins | undefined): ConnectorJudge {
  return {
    needsPerson: (tool) => toolbox?.remote(tool)?.needsPerson === true,
    isReadOnly: (tool) => toolbox?.remote(tool)?.isReadOnly === true,
    isClosed: (tool) => toolbox?.remote(tool)?.isClosed === true,
    changedSinceApproval: (tool) => {
      const remote = toolbox?.remote(tool);
      return remote !== undefined && pins?.isChanged(tool, remote.hash) === true;
    },
  };
}

/** What a server says of its tool lowers nothing; what it changed since somebody allowed it is asked about again (faults.md J9). */
export function connectorStanding(judge: ConnectorJudge, tool: string): Standing | undefined {
  if (judge.needsPerson(tool) || judge.changedSinceApproval(tool)) return "asks";
  return judge.isReadOnly(tool) ? "reads" : undefined;
}
