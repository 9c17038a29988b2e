import { join } from "node:path";
import { onTestFinished } from "vitest";
import { MemberName, TeamName } from "../../src/protocol/names.ts";
import { openTranscript } from "../../src/runtime/transcript.ts";
import { openWorkspace } from "../../src/runtime/workspace.ts";
import { sendMessage } from "../../src/team/mail.ts";
import { stateHash } from "../../src/team/state-hash.ts";
import { claimTask, completeTask, createTask } from "../../src/team/tasks.ts";
import type { Team } from "../../src/team/team.ts";
import type { TeamFacts } from "./chaos-check.ts";
import { tempFolder } from "./temp-folder.ts";
import { testHost } from "./test-host.ts";

export const ada = MemberName.parse("ada");
export const bob = MemberName.parse("bob");

export interface Rest {
  readonly team: Team;
  readonly teamDir: string;
  readonly facts: TeamFacts;
}

const call = (name: string) => ({ type: "tool_use" as const, id: `call-${name}`, name, input: {} });
const result = (name: string, text: string) => ({
  type: "tool_result" as const,
  tool_use_id: `call-${name}`,
  content: text,
});

/** A team at rest as agents leave it: ada did a task and told bob, who heard of it. */
export async function teamAtRest(): Promise<Rest> {
  const configDir = tempFolder();
  const workspace = openWorkspace(testHost("rest", { CLAUDE_CONFIG_DIR: configDir }));
  const member = { lead: false, backend: "child" as const, definition: {} };
  const team = await workspace.create({
    name: TeamName.parse("rest"),
    dir: configDir,
    settings: {},
    tasks: [],
    members: [ada, bob].map((name) => ({ name, ...member })),
  });
  onTestFinished(team.close);
  const task = await createTask(team, "user", { subject: "Work" });
  if (!task.ok) throw new Error(task.reason.kind);
  await claimTask(team, ada, task.task.id);
  const sent = await sendMessage(team, ada, { to: [bob], text: "It is done." });
  await completeTask(team, ada, task.task.id, "done");
  const id = sent.ok ? (sent.messages[0]?.id ?? "") : "";
  const worker = await openTranscript(team, ada);
  await worker.record({
    message: { role: "assistant", content: [call("SendMessage"), call("TaskUpdate")] },
    inputs: [],
  });
  await worker.record({
    message: {
      role: "user",
      content: [result("SendMessage", `sent to bob (id ${id})`), result("TaskUpdate", "#1 completed")],
    },
    inputs: [],
  });
  const hearer = await openTranscript(team, bob);
  await hearer.record({
    message: { role: "user", content: [{ type: "text", text: `Message from ada (id ${id}):\nIt is done.` }] },
    inputs: [id],
  });
  return {
    team,
    teamDir: join(configDir, "teams", "rest"),
    facts: {
      members: [ada, bob],
      acknowledged: [{ log: "mail/bob", id }],
      hashes: [{ who: "the test", hash: stateHash(team.state()) }],
      processes: [],
      kills: 0,
      wasFull: () => false,
      hadFullDisk: false,
      refused: [],
    },
  };
}
