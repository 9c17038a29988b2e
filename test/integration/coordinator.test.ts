import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MemberName } from "../../src/protocol/names.ts";
import { openTranscript } from "../../src/runtime/transcript.ts";
import { memberNamed } from "../../src/team/derive.ts";
import { memberTeam } from "../support/member-team.ts";
import { asking, toolNames } from "../support/subagent-team.ts";
import { until } from "../support/until.ts";

const WRITING = ["Write", "Edit", "Bash"];

test("L20 a lead without writing tools coordinates and writes nothing: not itself, not by a subagent, not by whom it adds", async () => {
  const members = await memberTeam(
    `
  lead:
    - text: /A tower/
      call:
        - { tool: Write, input: { file_path: own.txt, content: x } }
        - { tool: Bash, input: { command: touch shell.txt } }
        - { tool: Agent, input: { description: write, prompt: Write it for me } }
        - { tool: SpawnTeammate, input: { name: mason, tools: [Write] } }
        - { tool: SpawnTeammate, input: { name: clerk } }
        - { tool: TaskCreate, input: { subject: Build it } }
      next: [{ say: Shared out. }]
    - text: /Write it for me/
      call: [{ tool: Write, input: { file_path: sub.txt, content: x } }, { tool: Bash, input: { command: touch sub-shell.txt } }]
    - { heard: /Write it for me/, say: I cannot write. }
`,
    { lead: { definition: { tools: ["Read", "Glob", "Grep", "Agent"] } } },
    "A tower",
  );
  const { team, dir, start } = members;
  const lead = MemberName.parse("lead");

  await start("lead");
  await until(async () => (await openTranscript(team, lead)).turns.length >= 4, { within: 15_000 });
  await team.readOn();

  const [own] = asking(members, "A tower");
  const [sub] = asking(members, "Write it for me");
  for (const request of [own, sub]) {
    expect(toolNames(request)).toContain("Read");
    expect(toolNames(request).filter((name) => WRITING.includes(name))).toEqual([]);
  }
  for (const file of ["own.txt", "shell.txt", "sub.txt", "sub-shell.txt"])
    expect([file, existsSync(join(dir, file))]).toEqual([file, false]);
  expect(memberNamed(team.state(), "mason")).toBeUndefined();
  expect(memberNamed(team.state(), "clerk")?.definition.tools).toEqual(["Read", "Glob", "Grep", "Agent"]);
  expect([...team.state().tasks.values()].map(({ subject }) => subject)).toEqual(["Build it"]);
});
