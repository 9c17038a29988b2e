import { expect, test } from "vitest";
import { MemberName } from "../../src/protocol/names.ts";
import { definitionOfFork, forkOf } from "../../src/runtime/fork-transcript.ts";
import { openTranscript } from "../../src/runtime/transcript.ts";
import { memberNamed } from "../../src/team/derive.ts";
import { readMailbox, sendMessage } from "../../src/team/mail.ts";
import { joinMember } from "../../src/team/members.ts";
import { memberProcess } from "../support/member-process.ts";
import { memberTeam } from "../support/member-team.ts";
import { until } from "../support/until.ts";

const ada = MemberName.parse("ada");
const bob = MemberName.parse("bob");

async function forkAda({ team }: Awaited<ReturnType<typeof memberTeam>>): Promise<void> {
  const member = memberNamed(team.state(), ada);
  const fork = await forkOf(team, ada);
  if (member === undefined || fork === undefined) throw new Error("ada has no conversation");
  const definition = definitionOfFork(member, fork);
  await joinMember(team, "user", { name: bob, backend: "child", definition });
}

test("a member is forked while it works; the fork knows what it knew, makes no call of its own, and survives kill -9", async () => {
  const members = await memberTeam(
    `
  ada:
    - text: /the word is/
      call: [{ tool: Bash, input: { command: sleep 30 } }]
  bob:
    - text: /what is the word/
      heard: '/the word is (\\w+)/'
      call: [{ tool: SendMessage, input: { to: user, text: "it is $1" } }]
      next: [{ say: Said. }]
`,
    { ada: { definition: { tools: ["Bash"] } } },
  );
  const { team, asked } = members;
  await memberProcess(members, "ada");
  await sendMessage(team, "user", { to: ["ada"], text: "the word is rhubarb" });
  await until(async () => (await openTranscript(team, ada)).turns.length === 2, { within: 10_000 });

  await forkAda(members);
  await (await memberProcess(members, "bob")).kill();
  await memberProcess(members, "bob");
  expect(asked("bob")).toBe(0);
  await sendMessage(team, "user", { to: ["bob"], text: "what is the word?" });

  const [told] = await until(
    async () => {
      const mail = await readMailbox(team, "user");
      return mail.length > 0 ? mail : undefined;
    },
    { within: 15_000, what: "bob's answer" },
  );
  expect(told?.message).toMatchObject({ from: "bob", text: "it is rhubarb" });
  expect(asked("ada")).toBe(1);
});

test("a forked conversation that is too long for its model is summarised before its first turn", async () => {
  const members = await memberTeam(
    `
  bob:
    - text: /has become too long/
      say: All about the essay.
      next: [{ text: /All about the essay/, say: Good. }]
`,
    { ada: { definition: { model: "scripted" } } },
  );
  const { team, start, asked } = members;
  const transcript = await openTranscript(team, ada);
  const essay = "The quick brown fox jumps over the lazy dog. ".repeat(9_000);
  for (const _ of [1, 2]) {
    await transcript.record({ message: { role: "user", content: essay }, inputs: [] });
    await transcript.record({ message: { role: "assistant", content: "Read." }, inputs: [] });
  }

  await forkAda(members);
  await start("bob");
  await sendMessage(team, "user", { to: ["bob"], text: "go on" });

  await until(() => asked("bob") === 2, { within: 10_000, what: "summary and answer" });
});
