/** What a member may do, from its definition in the journal. */
export interface Permissions {
  /** The working folder, absolute: files are written below it only. */
  readonly dir: string;
  readonly lead: boolean;
  /** `definition.tools`: the tools it has at all; undefined = all but Bash. */
  readonly tools: readonly string[] | undefined;
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

/** Why the member has not got that tool, for its model; undefined when it has. */
export function whyMissing(permissions: Permissions, name: string): string | undefined {
  return hasTool(permissions, name) ? undefined : missing(permissions, name);
}

function missing({ tools }: Permissions, name: string): string {
  if (name === "SpawnTeammate")
    return "Only the lead starts teammates. Tell the lead with SendMessage what help you need.";
  if (name === "Bash")
    return "You have no shell in this team: Bash is not among your tools. Work with the file tools, or ask a teammate who has it.";
  const own = tools === undefined ? "" : ` You have: ${tools.join(", ") || "the team tools only"}.`;
  return `${name} is not among your tools.${own}`;
}

/** Working together needs no permission, and what a subagent does is asked about by itself. */
const FREE: ReadonlySet<string> = new Set([...TEAM_TOOLS, "SpawnTeammate", "Agent", "ToolSearch"]);

/** What the gate is told of a tool beyond the rules, which still may deny it or ask. */
export function standingOf(tool: string): "free" | undefined {
  return FREE.has(tool) ? "free" : undefined;
}
