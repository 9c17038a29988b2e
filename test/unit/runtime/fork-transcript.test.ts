import { expect, test } from "vitest";
import { createConversation } from "../../../src/agent/conversation.ts";
import type { Turn } from "../../../src/agent/loop-deps.ts";
import { MemberName } from "../../../src/protocol/names.ts";
import { copyFork, definitionOfFork, type Fork, forkOf } from "../../../src/runtime/fork-transcript.ts";
import { openTranscript } from "../../../src/runtime/transcript.ts";
import type { Team } from "../../../src/team/team.ts";
import { memoryTeam } from "../../support/member-memory.ts";
import { memberRecord } from "../../support/member-records.ts";

const ada = MemberName.parse("ada");
const bob = MemberName.parse("bob");

const user = (text: string, inputs: string[] = []): Turn => ({
  message: { role: "user", content: [{ type: "text", text }] },
  inputs,
});
const calls: Turn = {
  message: { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "Read", input: {} }] },
  inputs: [],
};

async function record(team: Team, turns: readonly Turn[]): Promise<void> {
  const transcript = await openTranscript(team, ada);
  for (const turn of turns) await transcript.record(turn);
}

async function forkNow(team: Team): Promise<Fork> {
  const fork = await forkOf(team, ada);
  if (fork === undefined) throw new Error("ada has no conversation");
  return fork;
}

const forked = (fork: Fork) => memberRecord("bob", { definition: { fork } });

/** What bob's model would be sent, one text a message. */
async function wordsOf(team: Team): Promise<readonly string[]> {
  const { turns } = await openTranscript(team, bob);
  return createConversation(turns)
    .messages()
    .map(({ role, content }) =>
      [role, ...content.map((block) => ("text" in block ? block.text : block.type))].join(" | "),
    );
}

test("a fork begins with the other's conversation, knows who it is now, and has nothing to answer", async () => {
  const { team } = await memoryTeam(["ada", "bob"]);
  await record(team, [user("look at it", ["mail.1"]), calls]);
  const fork = await forkNow(team);
  await record(team, [user("said to ada later")]);

  await copyFork(team, forked(fork));

  expect(await wordsOf(team)).toEqual([
    expect.stringMatching(
      /^user \| \(You, bob, begin with a copy of the conversation that ada had until 2026.* \| look at it$/,
    ),
    "assistant | tool_use",
    expect.stringMatching(
      /^user \| tool_result \| From here on you are bob, no longer ada: you were forked from ada at 2026/,
    ),
    "assistant | (Seen. I wait for what comes next.)",
  ]);
  const { seen, isAnswered } = await openTranscript(team, bob);
  expect([...seen]).toEqual([`fork:ada:${fork.upTo}`]);
  expect(isAnswered).toBe(true);
});

test("a fork is copied once, also when its process is killed between any two entries", async () => {
  const { team, view } = await memoryTeam(["ada", "bob"]);
  await record(team, [
    user("first"),
    { ...calls, message: { role: "assistant", content: "answer" } },
    user("second"),
  ]);
  const fork = await forkNow(team);
  let left = 0;
  const dying = (one: Team): Team => ({
    ...one,
    store: {
      ...one.store,
      agentLog: (member, name) => {
        const log = one.store.agentLog(member, name);
        return {
          ...log,
          append: (entry) => (left-- > 0 ? log.append(entry) : Promise.reject(new Error("killed"))),
        };
      },
    },
  });

  for (let lives = 0; lives < 6; lives++) {
    left = lives;
    await copyFork(dying(await view(`life${lives}`)), forked(fork)).catch(() => undefined);
  }
  await copyFork(team, forked(fork));
  const once = await wordsOf(team);
  await copyFork(team, forked(fork));

  expect(await wordsOf(team)).toEqual(once);
  expect(once).toEqual([
    expect.stringMatching(/^user \| \(You, bob.* \| first$/),
    "assistant | answer",
    expect.stringMatching(/^user \| second \| From here on you are bob/),
    "assistant | (Seen. I wait for what comes next.)",
  ]);
});

test("of a conversation that was summarised the summary and what followed is copied", async () => {
  const { team } = await memoryTeam(["ada", "bob"]);
  await record(team, [
    user("long ago"),
    { ...user("the summary"), replaces: { block: null, isAnswered: false } },
    { message: { role: "assistant", content: "on I go" }, inputs: [] },
  ]);

  await copyFork(team, forked(await forkNow(team)));

  expect((await wordsOf(team))[0]).toBe("user | the summary");
  expect((await wordsOf(team))[1]).toBe("assistant | on I go");
});

test("L1 what nobody vouched for in the other's conversation, nobody vouches for in the fork", async () => {
  const { team } = await memoryTeam(["ada", "bob"]);
  const transcript = await openTranscript(team, ada);
  await transcript.record({ ...user("from the web"), untrusted: ["the web"] });
  await transcript.record({ ...user("the summary"), replaces: { block: null, isAnswered: false } });

  await copyFork(team, forked(await forkNow(team)));

  expect((await openTranscript(team, bob)).untrusted).toEqual(["the web"]);
});

test("a fork is otherwise as the other is, with the model that was chosen last", async () => {
  const { team } = await memoryTeam(["ada"]);
  expect(await forkOf(team, ada)).toBeUndefined();
  await record(team, [user("hello")]);
  const fork = await forkNow(team);

  const member = memberRecord("ada", {
    model: "opus",
    definition: { model: "haiku", tools: ["Read"], dir: "/srv/x", prompt: "You are ada.", plan: true },
  });

  expect(definitionOfFork(member, fork)).toEqual({
    model: "opus",
    tools: ["Read"],
    dir: "/srv/x",
    plan: true,
    fork,
  });
});
