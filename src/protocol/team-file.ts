import { z } from "zod";
import { Budget, FileBudget } from "./budget.ts";
import { SubagentSettings, VerifySettings } from "./entries.ts";
import { McpServers } from "./mcp-servers.ts";
import { MemberName, Role, TeamName } from "./names.ts";
import { PermissionMode } from "./permissions.ts";

/** A command, or one with its limit. */
const Verify = z.union([
  VerifySettings.shape.command.transform((command) => ({ command })),
  z.strictObject(VerifySettings.shape),
]);

const Text = z
  .string()
  .trim()
  .min(1)
  .max(64 * 1024);

/** A member's line in `team.json`. `prompt` is text, or `@file` beside the team file; `dir` lies below the team's folder. */
export const TeamFileMember = z.strictObject({
  name: MemberName,
  role: Role.optional(),
  model: z.string().trim().min(1).max(200).optional(),
  prompt: Text.optional(),
  tools: z.array(z.string().trim().min(1).max(200)).max(200).optional(),
  dir: z.string().min(1).max(4096).optional(),
  permissionMode: PermissionMode.optional(),
  plan: z.boolean().optional(),
  session: z.literal("fresh").optional(),
  /** A number is dollars. */
  budget: FileBudget.optional(),
  mcpServers: McpServers.optional(),
});
export type TeamFileMember = z.infer<typeof TeamFileMember>;

/** A task of the list; `blockedBy` names others of this list by their number from 1 or by their subject. */
export const TeamFileTask = z.strictObject({
  subject: z.string().trim().min(1).max(300),
  description: Text.optional(),
  blockedBy: z
    .array(z.union([z.int().positive(), z.string().trim().min(1)]))
    .max(1000)
    .optional(),
  role: Role.optional(),
  priority: z.int().min(-1000).max(1000).optional(),
  verify: Verify.optional(),
});
export type TeamFileTask = z.infer<typeof TeamFileTask>;

/** `.claude/team.json`. Written by people, so a key that nobody knows is a mistake, not something to keep. */
export const TeamFile = z.strictObject({
  $schema: z.string().optional(),
  name: TeamName.optional(),
  goal: Text.optional(),
  members: z.array(TeamFileMember).max(64).optional(),
  tasks: z.array(TeamFileTask).max(10_000).optional(),
  review: z.boolean().optional(),
  durability: z.enum(["default", "power"]).optional(),
  planApproval: z.enum(["user", "lead"]).optional(),
  subagents: z.strictObject(SubagentSettings.shape).optional(),
  verify: Verify.optional(),
  budget: FileBudget.optional(),
  /** Connectors of every member; `${VAR}` is put in by the process that starts them, and never written down. */
  mcpServers: McpServers.optional(),
});
export type TeamFile = z.infer<typeof TeamFile>;

/** The keys a team file may have where `path` points: `[]` the file, `["members", 1]` a member, `["tasks", 0]` a task. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  if (path.at(-1) === "budget") return Object.keys(Budget.shape);
  if (path.length === 0) return Object.keys(TeamFile.shape);
  if (path[0] === "members") return Object.keys(TeamFileMember.shape);
  if (path[0] === "verify") return Object.keys(VerifySettings.shape);
  if (path[0] === "subagents") return Object.keys(SubagentSettings.shape);
  if (path[0] !== "tasks") return [];
  return Object.keys((path[2] === "verify" ? VerifySettings : TeamFileTask).shape);
}
