import { expect, test } from "vitest";
import { Entry, type EntryDraft } from "../../../src/protocol/entries.ts";
import { EntryId, InstanceId, MemberName, TaskId } from "../../../src/protocol/names.ts";
import { followTimeline, type TimelineFilter, timeline } from "../../../src/runtime/timeline.ts";
import type { TimelineItem } from "../../../src/runtime/timeline-items.ts";
import { sendMessage } from "../../../src/team/mail.ts";
import { joinMember } from "../../../src/team/members.ts";
import {
  blockTask,
  claimTask,
  completeTask,
  createTask,
  failTask,
  noteTask,
  reopenTask,
} from "../../../src/team/tasks.ts";
import type { Team } from "../../../src/team/team.ts";
import { memoryTeam } from "../../support/cli-memory-team.ts";
import { until } from "../../support/until.ts";

const ada = MemberName.parse("ada");
const bob = MemberName.parse("bob");

async function lines(team: Team, filter: TimelineFilter = {}): Promise<readonly string[]> {
  return (await timeline(team, filter)).map(line);
}

function line({ type, agent, text, to }: TimelineItem): string {
  return `${type} ${agent ?? "-"}${to ? ` → ${to.join(",")}` : ""}: ${text}`;
}

test("everything that was accepted is told once, in order, with the subjects of the tasks", async () => {
  const team = await memoryTeam();
  const one = TaskId.parse("1");
  await createTask(team, "user", { subject: "Lexer" });
  await createTask(team, ada, { subject: "Parser", blockedBy: [one] });
  await claimTask(team, ada, one);
  await claimTask(team, bob, one);
  await noteTask(team, bob, one, "mind the minus");
  await failTask(team, ada, one, "no grammar");
  await reopenTask(team, "user", one, "there is one now");
  await claimTask(team, bob, one);
  await completeTask(team, bob, one, "tokenize()");
  await blockTask(team, "user", TaskId.parse("2"), [TaskId.parse("1")]);

  expect(await lines(team, { kind: "task" })).toEqual([
    "task.created user: #1 Lexer",
    "task.created ada: #2 Parser (after #1)",
    "task.claimed ada: #1 Lexer",
    "task.noted bob: #1 Lexer: mind the minus",
    "task.failed ada: #1 Lexer: no grammar",
    "task.reopened user: #1 Lexer: there is one now",
    "task.claimed bob: #1 Lexer",
    "task.completed bob: #1 Lexer: tokenize()",
    "task.blocked user: #2 Parser on #1",
  ]);
});

test("the beginning of the team and its members are told", async () => {
  const team = await memoryTeam();

  expect(await lines(team)).toEqual([
    "team.created user: A calculator",
    "agent.joined ada: ",
    "agent.joined bob: ",
  ]);
});

test("processes are told by the member they are of", async () => {
  const team = await memoryTeam();
  const life = InstanceId.parse("life01");
  const drafts: readonly EntryDraft[] = [
    { op: "start", by: "system", member: ada, instance: life },
    { op: "stop", by: "user", member: ada },
    { op: "end", by: "system", member: ada, instance: life, how: "died", detail: "killed (signal 9)" },
    { op: "stop", by: "user" },
  ];
  for (const draft of drafts) expect(await team.commit(draft)).toMatchObject({ ok: true });

  expect((await lines(team)).slice(3)).toEqual([
    "agent.started ada: ",
    "agent.stopping ada: is asked to end",
    "agent.died ada: killed (signal 9)",
    "team.stopping user: everybody is asked to end",
  ]);
});

test("a message to several is told once, with all who got it", async () => {
  const team = await memoryTeam();
  await sendMessage(team, "user", { to: ["@all"], text: "hello" });
  await sendMessage(team, ada, { to: ["bob"], text: "mind the minus" });

  expect(await lines(team, { kind: "message" })).toEqual([
    "message.sent user → ada,bob: hello",
    "message.sent ada → bob: mind the minus",
  ]);
});

test("a filter by agent keeps what it did and what it was told", async () => {
  const team = await memoryTeam();
  await createTask(team, bob, { subject: "Lexer" });
  await sendMessage(team, "user", { to: ["ADA"], text: "hello" });

  expect(await lines(team, { agent: "Ada" })).toEqual([
    "agent.joined ada: ",
    "message.sent user → ada: hello",
  ]);
});

test("since keeps what happened at that time and later", async () => {
  const team = await memoryTeam();
  const since = new Date(team.host.now()).toISOString();
  await createTask(team, bob, { subject: "Lexer" });

  expect(await lines(team, { since })).toEqual(["task.created bob: #1 Lexer"]);
});

test("an entry whose writer's clock was behind keeps its place in the journal", async () => {
  const team = await memoryTeam();
  await team.store.journal.append(
    Entry.parse({
      op: "create",
      v: 1,
      id: "slow01.1",
      at: "2020-01-01T00:00:00.000Z",
      by: "user",
      task: "1",
      subject: "Old",
    }),
  );
  await createTask(team, bob, { subject: "New" });

  const items = await timeline(team, {});

  expect(items.map(line).slice(-2)).toEqual(["task.created user: #1 Old", "task.created bob: #2 New"]);
  expect(items.map(({ at }) => at)).toEqual(items.map(({ at }) => at).toSorted());
});

test("what the tools do is told when it is asked for: what they run, and what went wrong", async () => {
  const team = await memoryTeam();
  const log = team.store.agentLog(ada, "events");
  const events = [
    { type: "turn_started" },
    { type: "text", delta: "I look." },
    { type: "tool_started", id: "t1", name: "Bash", input: { command: "npm test" } },
    { type: "tool_ended", id: "t1", name: "Bash", isError: true, ms: 5, text: "1 failed\nexit code 1\n" },
    {
      type: "tool_started",
      id: "t2",
      name: "Write",
      input: { file_path: "/srv/calc/src/a.js", content: "x" },
    },
    { type: "tool_ended", id: "t2", name: "Write", isError: false, ms: 5, text: "ok" },
    { type: "tool_started", id: "t3", name: "TaskList", input: {} },
    { type: "tool_denied", id: "t4", name: "Write", reason: "/etc is not yours" },
    { type: "retrying", attempt: 1, why: "overloaded" },
    { type: "turn_ended", reason: "done", detail: null },
    { type: "turn_ended", reason: "failed", detail: "no answer" },
    { type: "of a later version" },
  ];
  for (const [index, event] of events.entries())
    await log.append({
      id: EntryId.parse(`life01.${index + 1}`),
      at: new Date(team.host.now()).toISOString(),
      task: index === 2 ? "1" : null,
      event,
    });

  expect(await lines(team, { kind: "message" })).toEqual([]);
  expect((await lines(team, { tools: true })).slice(3)).toEqual([
    "tool.started ada: npm test",
    "tool.failed ada: exit code 1",
    "tool.started ada: src/a.js",
    "tool.denied ada: /etc is not yours",
    "agent.retrying ada: overloaded",
    "agent.stuck ada: no answer",
  ]);
  expect((await timeline(team, { kind: "tool" }))[0]).toMatchObject({ tool: "Bash", task: "1", v: 1 });
});

test("following tells what was, then what comes, also from members who join later, and ends with the signal", async () => {
  const team = await memoryTeam();
  const over = new AbortController();
  const told: string[] = [];
  const following = (async () => {
    for await (const item of followTimeline(team, { tools: true }, over.signal)) told.push(line(item));
  })();
  await until(() => told.length === 3);

  const cyd = MemberName.parse("cyd");
  await joinMember(team, "user", { name: cyd, backend: "child", definition: {} });
  await until(() => told.length === 4);
  await sendMessage(team, ada, { to: ["cyd"], text: "welcome" });
  await team.store.agentLog(cyd, "events").append({
    id: EntryId.parse("life02.1"),
    at: new Date(team.host.now()).toISOString(),
    task: null,
    event: { type: "tool_started", id: "t1", name: "Read", input: { path: "x" } },
  });
  await until(() => told.length === 6);
  over.abort();
  await following;

  expect(told.slice(3).toSorted()).toEqual([
    "agent.joined cyd: ",
    "message.sent ada → cyd: welcome",
    "tool.started cyd: x",
  ]);
});

test("what was written before the signal is still told", async () => {
  const team = await memoryTeam();
  const told: string[] = [];

  for await (const item of followTimeline(team, {}, AbortSignal.abort())) told.push(line(item));

  expect(told).toHaveLength(3);
});

test("a journal that cannot be read ends the following with its error", async () => {
  const team = await memoryTeam();
  const broken: Team = {
    ...team,
    store: {
      ...team.store,
      journal: { ...team.store.journal, read: () => Promise.reject(new Error("journal shrank")) },
    },
  };

  await expect(timeline(broken, {})).rejects.toThrow("journal shrank");
});
