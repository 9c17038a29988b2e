import { isAbsolute, relative, resolve, sep } from "node:path";
import { z } from "zod";
import type { Verdict } from "../agent/loop-deps.ts";
import type { ToolCall } from "../agent/tool.ts";
import type { PermissionMode } from "../protocol/permissions.ts";

/** What a member may do, from its definition in the journal. */
export interface Permissions {
  /** The working folder, absolute: files are written below it only. */
  readonly dir: string;
  readonly lead: boolean;
  /** `definition.tools`: the tools it has at all; undefined = all but Bash. */
  readonly tools: readonly string[] | undefined;
  /** `plan`: nothing that changes files. */
  readonly mode?: PermissionMode;
}

/** How a team works together: every member has these, whatever `definition.tools` names. */
export const TEAM_TOOLS: ReadonlySet<string> = new Set([
  "SendMessage",
  "TaskCreate",
  "TaskUpdate",
  "TaskClaim",
  "TaskList",
  "TaskGet",
  "ListMembers",
  "ReportDone",
  // Only who works by plans has the one, and only the lead of such a team the other.
  "ExitPlanMode",
  "AnswerPlan",
]);
/** Tools that change files, by the input field that names the file. */
const Written = z.looseObject({ file_path: z.string().optional(), path: z.string().optional() });
const WRITING: ReadonlySet<string> = new Set(["Write", "Edit"]);
/** What a member in plan mode may not use. A shell writes too. */
const CLOSED: ReadonlySet<string> = new Set([...WRITING, "Bash"]);

/** Whether the member has that tool at all; what it has not is not shown to its model either. */
export function hasTool({ lead, tools }: Permissions, name: string): boolean {
  if (name === "SpawnTeammate") return lead;
  return TEAM_TOOLS.has(name) || grants(tools, name);
}

/** What a list of tools gives: no list gives all but the shell. Connectors are named whole, `mcp__server`, or in part, `mcp__server__get_*`. */
export function grants(tools: Permissions["tools"], name: string): boolean {
  if (tools === undefined) return name !== "Bash";
  if (tools.includes(name)) return true;
  const connectors = tools.filter((one) => one.startsWith("mcp__"));
  // Who has connectors may look for their tools.
  if (name === "ToolSearch") return connectors.length > 0;
  return connectors.some((one) => name.startsWith(one.endsWith("*") ? one.slice(0, -1) : `${one}__`));
}

/** The one door in front of every tool call. Pure: a link that leads out of the folder is the file tools' to refuse. */
export function decide(permissions: Permissions, call: ToolCall): Verdict {
  if (!hasTool(permissions, call.name)) return denied(missing(permissions, call.name));
  if (permissions.mode === "plan" && CLOSED.has(call.name))
    return denied(
      `${call.name} is closed while you plan. Read what you need, then submit the plan for your task with ExitPlanMode; once it is approved you may write.`,
    );
  if (!WRITING.has(call.name)) return { allowed: true };
  const input = Written.safeParse(call.input);
  const path = input.success ? (input.data.file_path ?? input.data.path) : undefined;
  // An input without a path is not the gate's: the tool itself says which field is missing.
  if (path === undefined || isInside(permissions.dir, path)) return { allowed: true };
  return denied(
    `${call.name} may only change files below ${permissions.dir}; ${path} is outside. ` +
      "Choose a path in there, or tell the lead what has to be changed elsewhere.",
  );
}

function denied(reason: string): Verdict {
  return { allowed: false, reason };
}

function missing({ tools }: Permissions, name: string): string {
  if (name === "SpawnTeammate")
    return "Only the lead starts teammates. Tell the lead with SendMessage what help you need.";
  if (name === "Bash")
    return "You have no shell in this team: Bash is not among your tools. Work with the file tools, or ask a teammate who has it.";
  const own = tools === undefined ? "" : ` You have: ${tools.join(", ") || "the team tools only"}.`;
  return `${name} is not among your tools.${own}`;
}

/** True for the folder's content, not for the folder itself. Lexical: `..` is resolved, links are not. */
function isInside(dir: string, path: string): boolean {
  if (path.includes("\0")) return false;
  const way = relative(resolve(dir), resolve(dir, path));
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
