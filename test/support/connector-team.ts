import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type FoundProcess, taggedProcesses } from "../../src/base/process-identity.ts";
import type { ServerEntry } from "../../src/mcp/server-config.ts";
import { MemberName } from "../../src/protocol/names.ts";
import { teamPaths } from "../../src/protocol/paths.ts";
import { trustFolder } from "../../src/runtime/trust.ts";
import { sendMessage } from "../../src/team/mail.ts";
import type { MemberTeam } from "./member-team.ts";
import { writePermissive } from "./permissive.ts";
import { until } from "./until.ts";

const Request = z.looseObject({
  messages: z.array(z.unknown()),
  tools: z.array(z.looseObject({ name: z.string() })).default([]),
  system: z.unknown(),
});

/** Requests for an answer, each with the names of its connector tools. */
export function requests({ model }: MemberTeam): readonly z.infer<typeof Request>[] {
  return model
    .requests()
    .filter(({ path }) => path === "/v1/messages")
    .map(({ body }) => Request.parse(body));
}

export function connectorTools({ tools }: z.infer<typeof Request>): readonly string[] {
  return tools.map(({ name }) => name).filter((name) => name.startsWith("mcp__") || name === "ToolSearch");
}

/** Puts servers into the folder's `.mcp.json`, and has the user approve them. */
export async function configure(
  members: MemberTeam,
  mcpServers: Readonly<Record<string, ServerEntry>>,
): Promise<void> {
  writePermissive(members.workspace.configDir, { enableAllProjectMcpServers: true });
  await bring(members, mcpServers);
}

/** The same, where the user's settings stand already. */
export async function bring(
  { dir, workspace }: MemberTeam,
  mcpServers: Readonly<Record<string, ServerEntry>>,
): Promise<void> {
  writeFileSync(join(dir, ".mcp.json"), JSON.stringify({ mcpServers }));
  await trustFolder(workspace.host, dir);
}

export async function send({ team }: MemberTeam, text: string): Promise<void> {
  const sent = await sendMessage(team, "user", { to: ["ada"], text });
  if (!sent.ok) throw new Error(sent.reason.kind);
}

export function folderOf({ workspace, team }: MemberTeam): string {
  return teamPaths(workspace.configDir, team.name).agent(MemberName.parse("ada"));
}

export function logOf(members: MemberTeam, server: string): string {
  return join(folderOf(members), `mcp-${server}.log`);
}

/** Waits until these servers have told their tools. */
export async function ready(members: MemberTeam, ...servers: readonly string[]): Promise<void> {
  for (const server of servers)
    await until(() => /^ready: /m.test(readLog(logOf(members, server))), { within: 20_000, what: server });
}

function readLog(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

/** Every process of connectors that this team has. */
export async function serversOf({ workspace }: MemberTeam): Promise<readonly FoundProcess[]> {
  const found = await taggedProcesses({ CLAUDE_CONFIG_DIR: workspace.configDir });
  return found.filter(({ env }) => env.has("TROUPE_CONNECTOR"));
}
