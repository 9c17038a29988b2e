import { expect, test } from "vitest";
import type { ToolResult } from "../../../src/agent/tool.ts";
import { MemberName, TaskId } from "../../../src/protocol/names.ts";
import { teamTools } from "../../../src/runtime/team-tools.ts";
import { readMailbox } from "../../../src/team/mail.ts";
import { joinMember } from "../../../src/team/members.ts";
import { claimTask, createTask } from "../../../src/team/tasks.ts";
import type { Team } from "../../../src/team/team.ts";
import { containing } from "../../support/member-matchers.ts";
import { memoryTeam } from "../../support/member-memory.ts";

type Call = (name: string, input?: unknown) => Promise<ToolResult>;

const ada = MemberName.parse("ada");
const first = TaskId.parse("1");

/** The tools of one member, called as its model does. */
function caller(team: Team, name: string, tools?: readonly string[]): Call {
  const set = teamTools({ team, me: MemberName.parse(name), lead: name === "lead", tools });
  return async (toolName, input = {}) => {
    const tool = set.find((one) => one.name === toolName);
    if (tool === undefined) throw new Error(`no tool ${toolName}`);
    return tool.run(input, new AbortController().signal);
  };
}

const ok = (text: string): ToolResult => ({ text, isError: false });

test("L2 SendMessage sends in the caller's own name and answers with the ids", async () => {
  const { team } = await memoryTeam(["lead", "ada", "bob"]);
  const call = caller(team, "ada");

  const sent = await call("SendMessage", { to: ["bob", "user"], text: "ready", urgent: true, from: "lead" });

  const [{ message } = { message: undefined }] = await readMailbox(team, MemberName.parse("bob"));
  expect(message).toMatchObject({ from: "ada", kind: "text", text: "ready", urgent: true });
  expect(sent).toEqual(ok(`sent to bob (id ${message?.id}), user (id test-view.5)`));
});

test("a message to nobody is refused with the nearest name, and nothing is sent", async () => {
  const { team } = await memoryTeam(["lead", "ada", "bob"]);

  const sent = await caller(team, "ada")("SendMessage", { to: "bobb", text: "hi" });

  expect(sent).toMatchObject({ isError: true, text: containing("bob") });
  expect(await readMailbox(team, MemberName.parse("bob"))).toEqual([]);
});

test("TaskCreate answers with the number and what it waits for", async () => {
  const { team } = await memoryTeam(["lead"]);
  const call = caller(team, "lead");

  const answers = [
    await call("TaskCreate", { subject: "Lexer" }),
    await call("TaskCreate", { subject: "Parser", blockedBy: ["#1"], role: "engineer", priority: 2 }),
    await call("TaskCreate", { subject: "Lost", blockedBy: [7] }),
  ];

  expect(answers).toEqual([
    ok("created #1"),
    ok("created #2, blocked by #1"),
    { isError: true, text: containing("#7") },
  ]);
  expect(team.state().tasks.get(TaskId.parse("2"))).toMatchObject({
    createdBy: "lead",
    role: "engineer",
    priority: 2,
  });
});

test("TaskClaim tells what was claimed, or who has it", async () => {
  const { team } = await memoryTeam(["lead", "ada", "bob"]);
  await createTask(team, "user", { subject: "Lexer" });

  const won = await caller(team, "ada")("TaskClaim", { task: 1 });
  const lost = await caller(team, "bob")("TaskClaim", { task: "#1" });
  const none = await caller(team, "bob")("TaskClaim");

  expect(won).toEqual(ok('You claimed task #1 "Lexer".'));
  expect(lost).toMatchObject({ isError: true, text: containing("ada") });
  expect(none.isError).toBe(true);
});

test("TaskList shows one line a task with what matters about it", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const call = caller(team, "ada");
  await createTask(team, "user", { subject: "Lexer" });
  await createTask(team, "user", { subject: 'Parse "a\nb"', blockedBy: [first], assignee: ada });
  await claimTask(team, ada, first);

  expect(await call("TaskList")).toEqual(
    ok('#1 [working] "Lexer" (owner ada)\n#2 [blocked] "Parse \\"a b\\"" (by #1, for ada)'),
  );
  expect(await call("TaskList", { status: "done" })).toEqual(ok("No task is done."));
});

test("TaskGet shows a task whole, and says so when there is none", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const call = caller(team, "ada");
  await createTask(team, "user", { subject: "Lexer", description: "Tokens, please" });

  const { text } = await call("TaskGet", { task: 1 });

  expect(text).toMatch(/^task #1 "Lexer"\.\nDescription:\n<<<(\S+)\nTokens, please\n\1>>>\n/);
  expect(text).toContain("State: claimable; created by user.");
  expect(await call("TaskGet", { task: 9 })).toEqual({ isError: true, text: "there is no task #9" });
});

test("TaskUpdate ends one's own task, with the reason where one is needed", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const call = caller(team, "ada");
  await createTask(team, "user", { subject: "Lexer" });
  await call("TaskClaim");

  const silent = await call("TaskUpdate", { task: 1, status: "failed" });
  const failed = await call("TaskUpdate", { task: 1, status: "failed", note: "no compiler" });

  expect(silent).toMatchObject({ isError: true, text: containing("needs a note") });
  expect(failed).toEqual(ok("#1 failed"));
  expect(team.state().tasks.get(first)?.notes.at(-1)).toMatchObject({ by: "ada", text: "no compiler" });
});

test("B1 a stale owner cannot complete a task that is not its own any more", async () => {
  const { team, view } = await memoryTeam(["lead", "ada", "bob"]);
  await createTask(team, "user", { subject: "Lexer" });
  const slow = await view("slow");
  const call = caller(slow, "ada");
  await call("TaskClaim");
  await team.commit({
    op: "release",
    by: "system",
    task: first,
    claim: (await team.readOn()).tasks.get(first)?.claim ?? ("" as never),
    why: "died",
  });
  await claimTask(team, MemberName.parse("bob"), first);

  const late = await call("TaskUpdate", { task: 1, status: "completed", result: "mine" });

  expect(late).toMatchObject({ isError: true, text: containing("bob") });
  expect(team.state().tasks.get(first)?.status).toBe("in_progress");
});

test("TaskUpdate makes several changes in one call and says which were made", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const call = caller(team, "lead");
  await createTask(team, "user", { subject: "Lexer" });
  await createTask(team, "user", { subject: "Parser" });

  const changed = await call("TaskUpdate", {
    task: 2,
    subject: "Parser with errors",
    addBlockedBy: [1],
    assignee: "ada",
    note: "see the grammar",
  });
  const half = await call("TaskUpdate", { task: 2, priority: 3, addBlockedBy: [2] });

  expect(changed).toEqual(ok("#2 changed, blocked, assigned to ada, noted"));
  expect(half).toMatchObject({ isError: true, text: containing("Done before that: #2 changed.") });
  expect(team.state().tasks.get(TaskId.parse("2"))).toMatchObject({
    subject: "Parser with errors",
    blockedBy: ["1"],
    priority: 3,
    assignee: "ada",
  });
});

test("TaskUpdate without anything to change says what could be given", async () => {
  const { team } = await memoryTeam(["lead"]);

  expect(await caller(team, "lead")("TaskUpdate", { task: 1 })).toEqual({
    isError: true,
    text: "nothing to change in #1: give a status, a note or a field",
  });
});

test("only the lead reopens, and reviews are not for the worker", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  await createTask(team, "user", { subject: "Lexer" });
  const call = caller(team, "ada");
  await call("TaskClaim");
  await call("TaskUpdate", { task: 1, status: "completed" });

  const own = await call("TaskUpdate", { task: 1, status: "reopened" });
  const leads = await caller(team, "lead")("TaskUpdate", { task: 1, status: "reopened", note: "once more" });

  expect(own.isError).toBe(true);
  expect(leads).toEqual(ok("#1 reopened"));
});

test("a wrong input names the field, and nothing is run", async () => {
  const { team } = await memoryTeam(["lead"]);

  const wrong = await caller(team, "lead")("TaskCreate", { subject: "", blockedBy: ["x"] });

  expect(wrong).toMatchObject({ isError: true, isWrongInput: true, text: containing("blockedBy") });
  expect(team.state().tasks.size).toBe(0);
});

test("ListMembers says who is there and what each does", async () => {
  const { team, join } = await memoryTeam(["lead", "ada"]);
  await join("bob", { role: "reviewer" });
  await createTask(team, "user", { subject: "Lexer" });

  const { text } = await caller(team, "ada")("ListMembers");

  expect(text.split("\n")).toEqual([
    "lead (lead): not started",
    "ada: not started",
    "bob, role reviewer: not started",
  ]);
});

test("SpawnTeammate is the lead's alone and adds a member that the supervisor starts", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);

  const spawned = await caller(team, "lead")("SpawnTeammate", {
    name: "carl",
    role: "tester",
    prompt: "Test it",
  });

  expect(spawned).toEqual(ok("carl has joined and is being started"));
  expect(team.state().members.get("carl")).toMatchObject({
    role: "tester",
    lead: false,
    backend: "child",
    definition: { prompt: "Test it" },
  });
  await expect(caller(team, "ada")("SpawnTeammate", { name: "dora" })).rejects.toThrow("no tool");
});

test("L20 a teammate gets no tool that the lead does not have", async () => {
  const { team } = await memoryTeam(["lead"]);
  const plain = caller(team, "lead");
  const reader = caller(team, "lead", ["Read", "Bash"]);

  const bash = await plain("SpawnTeammate", { name: "a1", tools: ["Read", "Bash"] });
  const write = await reader("SpawnTeammate", { name: "a2", tools: ["Write"] });
  const fewer = await reader("SpawnTeammate", { name: "a3", tools: ["Bash"] });

  expect(bash).toMatchObject({ isError: true, text: containing("you do not have Bash") });
  expect(write.isError).toBe(true);
  expect(fewer.isError).toBe(false);
  expect([...team.state().members.keys()]).toEqual(["lead", "a3"]);
});

test("L20 a lead that works by plans adds members that do, in a mode no wider than its own", async () => {
  const { team } = await memoryTeam([]);
  const definition = { plan: true, permissionMode: "dontAsk" } as const;
  await joinMember(team, "user", {
    name: MemberName.parse("lead"),
    lead: true,
    backend: "child",
    definition,
  });

  await caller(team, "lead")("SpawnTeammate", { name: "carl" });

  expect(team.state().members.get("carl")?.definition).toEqual(definition);
});

test("K10 a team stops growing at 16 members", async () => {
  const { team } = await memoryTeam(["lead"]);
  const call = caller(team, "lead");

  const answers: ToolResult[] = [];
  for (let count = 1; count <= 16; count++) answers.push(await call("SpawnTeammate", { name: `m${count}` }));

  expect(answers.filter(({ isError }) => isError)).toEqual([
    { isError: true, text: "the team has 16 members, which is the most: m16 was not added" },
  ]);
});

test("a name that is reserved is refused at the edge", async () => {
  const { team } = await memoryTeam(["lead"]);

  expect(await caller(team, "lead")("SpawnTeammate", { name: "all" })).toMatchObject({
    isError: true,
    text: containing("reserved"),
  });
});

test("ReportDone of the lead ends the goal, and is refused while tasks are open", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const call = caller(team, "lead");
  await createTask(team, "user", { subject: "Lexer" });

  const early = await call("ReportDone", { text: "done" });
  await caller(team, "ada")("TaskClaim");
  await caller(team, "ada")("ReportDone", { text: "src/lexer.js" });
  const report = await call("ReportDone", { text: "All is built." });

  expect(early).toMatchObject({ isError: true, text: containing("#1") });
  expect(report.isError).toBe(false);
  expect(team.state().team?.report).toMatchObject({ by: "lead", text: "All is built." });
  expect(team.state().tasks.get(first)?.result).toBe("src/lexer.js");
});

test("ReportDone of a teammate needs exactly one task of its own", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const call = caller(team, "ada");
  await createTask(team, "user", { subject: "One" });
  await createTask(team, "user", { subject: "Two" });

  const none = await call("ReportDone", { text: "x" });
  await call("TaskClaim", { task: 1 });
  await call("TaskClaim", { task: 2 });
  const two = await call("ReportDone", { text: "x" });

  expect(none).toEqual({ isError: true, text: "you own no task: nothing was reported" });
  expect(two).toEqual({ isError: true, text: "you own #1 and #2: complete each with TaskUpdate" });
});
