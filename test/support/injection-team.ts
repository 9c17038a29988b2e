import { createServer } from "node:http";
import { onTestFinished } from "vitest";
import type { MemberName } from "../../src/protocol/names.ts";
import { answerApproval } from "../../src/team/approvals.ts";
import { sendMessage } from "../../src/team/mail.ts";
import { openQuestions } from "./member-asks.ts";
import type { MemberTeam } from "./member-team.ts";
import { writePermissive } from "./permissive.ts";

/** Somebody on the network, who takes what he is told. Ended with the test. */
export async function listener(): Promise<{ readonly url: string; readonly heard: readonly string[] }> {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(request.url ?? "");
    response.end("thanks");
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the listener has no port");
  return { url: `http://127.0.0.1:${address.port}`, heard };
}

/** Nothing confines commands, and the user lets curl and the connector run without a question. */
export function openSettings({ workspace }: MemberTeam): void {
  writePermissive(workspace.configDir, {
    permissions: { allow: ["Bash(curl *)", "mcp__everything"] },
    enableAllProjectMcpServers: true,
  });
}

export async function say({ team }: MemberTeam, text: string): Promise<void> {
  await sendMessage(team, "user", { to: ["ada"], text });
}

/** As bob's process, or one that nobody started, writes it. */
export async function writeAs(
  members: MemberTeam,
  from: MemberName,
  text: string,
  life?: Parameters<MemberTeam["workspace"]["open"]>[1],
): Promise<void> {
  const other = await members.workspace.open(members.team.name, life);
  await sendMessage(other, from, { to: ["ada"], text });
  await other.close();
}

export async function denyAll(members: MemberTeam): Promise<void> {
  for (const question of await openQuestions(members))
    await answerApproval(members.team, "user", question, { verdict: "deny" });
}
