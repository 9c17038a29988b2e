import type { PermissionMode } from "../agent/gate/behavior.ts";
import type { ToolCall } from "../agent/tool.ts";
import type { Settings } from "../protocol/settings.ts";
import type { ConnectorJudge } from "./connector-judge.ts";
import { standingOf } from "./gate.ts";
import type { MemberSandbox } from "./member-sandbox.ts";
import { namedSources, type Untrusted } from "./untrusted.ts";

/** What decides whether a call is looked at because of what the conversation holds. */
export interface LeavingSeat {
  readonly judge: ConnectorJudge;
  readonly sandbox: MemberSandbox | undefined;
  readonly untrusted: Pick<Untrusted, "sources">;
}

/** Tools that stay in the files of this machine. */
const LOCAL: ReadonlySet<string> = new Set([
  "Read",
  "Write",
  "Edit",
  "MultiEdit",
  "NotebookEdit",
  "Glob",
  "Grep",
  "Cd",
  "Skill",
]);

/**
 * Why a person looks at a call that may send something out, or use what the user may use elsewhere; undefined: nobody
 * has to. Without a word in the settings it is asked where commands may reach the network, and not in the mode that a
 * person chose in order not to be asked.
 */
export function whyLookedAt(
  call: ToolCall,
  { askAfterUntrustedText }: Settings,
  mode: PermissionMode,
  { judge, sandbox, untrusted }: LeavingSeat,
): string | undefined {
  const sources = untrusted.sources();
  if (sources.length === 0) return undefined;
  const isWanted =
    askAfterUntrustedText ?? (mode !== "bypassPermissions" && sandbox !== undefined && sandbox.hasNetwork);
  if (!isWanted || !mayLeave(call, judge, sandbox)) return undefined;
  return `The turn read text from ${namedSources(sources)}, and this may send something out or use your credentials.`;
}

function mayLeave(call: ToolCall, judge: ConnectorJudge, sandbox: MemberSandbox | undefined): boolean {
  const { name } = call;
  if (standingOf(name) === "free" || LOCAL.has(name)) return false;
  if (name === "Bash") return sandbox?.isOffline(call) !== true;
  return !judge.isClosed(name);
}
