import { expect, test } from "vitest";
import { TroupeError } from "../../../src/base/errors.ts";
import { MemberName } from "../../../src/protocol/names.ts";
import { openEventLog } from "../../../src/runtime/event-log.ts";
import { type MemberAgent, openMemberAgent } from "../../../src/runtime/member-agent.ts";
import { createControl } from "../../../src/runtime/member-control.ts";
import { openTranscript } from "../../../src/runtime/transcript.ts";
import type { Team } from "../../../src/team/team.ts";
import { openAdmissionOf } from "../../support/member-admission.ts";
import { memoryTeam } from "../../support/member-memory.ts";
import { scriptedClient } from "../../support/scripted-client.ts";

const ada = MemberName.parse("ada");

/** An agent with the one tool Count, in front of a scripted model. */
async function agentOf(team: Team, rules: string, counted: string[]): Promise<MemberAgent> {
  const { client } = await scriptedClient(rules);
  const transcript = await openTranscript(team, ada);
  return openMemberAgent({
    team,
    me: ada,
    transcript,
    admission: await openAdmissionOf(team, ada, transcript),
    control: createControl(),
    events: openEventLog(team, ada, () => undefined, { hideIn: (value) => value }),
    count: () => undefined,
    onTrouble: (error) => {
      throw error;
    },
    setup: {
      compaction: { brief: () => Promise.resolve(""), takeRequest: () => false, want: () => undefined },
      model: () => ({ client, name: "scripted", maxTokens: 1_000 }),
      system: "",
      gate: () => Promise.resolve({ allowed: true }),
      tools: () => [
        {
          name: "Count",
          description: "",
          inputSchema: { type: "object" },
          effect: "write",
          run: async () => {
            counted.push("run");
            return { text: `${counted.length}`, isError: false };
          },
        },
      ],
    },
  });
}

/** The team's transcript log takes `good` turns and then has no room until `free()`. */
function fullAfter(team: Team, good: number): { readonly team: Team; readonly free: () => void } {
  let left = good;
  const agentLog: Team["store"]["agentLog"] = (member, name) => {
    const log = team.store.agentLog(member, name);
    if (name !== "transcript") return log;
    return {
      ...log,
      append: (entry) =>
        left-- > 0
          ? log.append(entry)
          : Promise.reject(new TroupeError("disk_full", "no space left for the transcript")),
    };
  };
  return {
    team: { ...team, store: { ...team.store, agentLog } },
    free: () => {
      left = Number.POSITIVE_INFINITY;
    },
  };
}

test("C1 an answer that cannot be recorded runs no tool, and the turn goes on when there is room", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const disk = fullAfter(team, 1);
  const counted: string[] = [];
  const agent = await agentOf(
    disk.team,
    `
- text: count
  times: 2
  call: [{ tool: Count }]
- result: "1"
  say: One.
`,
    counted,
  );

  await expect(agent.run([{ id: "i1", text: "count" }])).rejects.toMatchObject({ code: "disk_full" });
  const atFirst = [counted.length, agent.isUnanswered()];
  disk.free();
  const end = await agent.run([]);

  expect(atFirst).toEqual([0, true]);
  expect(end).toEqual({ reason: "done", text: "One." });
  expect(counted).toEqual(["run"]);
});

test("C1 a result that cannot be recorded is not invented: the model hears that the call was interrupted", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const disk = fullAfter(team, 2);
  const counted: string[] = [];
  const agent = await agentOf(
    disk.team,
    `
- text: count
  call: [{ tool: Count }]
- result: /Interrupted/
  failed: true
  say: I look first.
`,
    counted,
  );

  await expect(agent.run([{ id: "i1", text: "count" }])).rejects.toMatchObject({ code: "disk_full" });
  disk.free();
  const end = await agent.run([]);

  expect(end).toEqual({ reason: "done", text: "I look first." });
  expect(counted).toEqual(["run"]);
});

test("a turn with nothing to say asks nobody", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const agent = await agentOf(team, "- say: Hello.", []);

  expect(await agent.run([])).toEqual({ reason: "done", text: "" });
  expect(agent.isUnanswered()).toBe(false);
});
