import { expect, test } from "vitest";
import { ownIdentity } from "../../../src/base/process-identity.ts";
import { MemberName } from "../../../src/protocol/names.ts";
import { roster } from "../../../src/runtime/roster.ts";
import { sendMessage } from "../../../src/team/mail.ts";
import { memoryTeam, must } from "../../fixtures/agent-stand-in-memory.ts";
import { deadIdentity } from "../../fixtures/agent-stand-in-process.ts";

const name = (text: string) => MemberName.parse(text);

test("the roster says what each process says of itself, and what the team knows", async () => {
  const { team, live, own } = await memoryTeam();
  const me = await ownIdentity();
  const since = "2026-11-20T12:34:56.000Z";
  await live("lead", me, { status: "working", since, model: "sonnet" });
  await live("ada", await deadIdentity());
  await own("lead", "2");
  await sendMessage(team, "user", { to: ["lead"], text: "one" });
  await sendMessage(team, "user", { to: ["lead"], text: "two" });

  const [lead, ada, bob] = await roster(team);

  expect(lead).toEqual({
    name: "lead",
    role: null,
    lead: true,
    state: "working",
    waitingFor: null,
    waitsUntil: null,
    since,
    detail: null,
    model: "sonnet",
    permissionMode: "default",
    backend: "child",
    pid: me.pid,
    task: "2",
    unread: 2,
    approvals: 0,
    restarts: 0,
    tokens: { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 },
    costUsd: 0.5,
    context: { used: 10, max: 200 },
    budget: null,
  });
  expect(ada).toMatchObject({ name: "ada", state: "died" });
  expect(bob).toMatchObject({
    state: "stopped",
    pid: null,
    tokens: null,
    costUsd: null,
    context: null,
    budget: null,
    unread: 0,
  });
});

test("A16 the roster says how a process ended", async () => {
  const { team, live } = await memoryTeam(["lead"]);
  const instance = await live("lead");
  await must(team, {
    op: "end",
    by: "system",
    member: name("lead"),
    instance,
    how: "died",
    detail: "killed (signal 9)",
  });
  await live("lead");
  expect((await roster(team))[0]).toMatchObject({ state: "starting", restarts: 1, detail: null });

  const again = team.state().members.get("lead")?.life?.instance;
  if (!again) throw new Error("no life");
  await must(team, {
    op: "end",
    by: "system",
    member: name("lead"),
    instance: again,
    how: "failed",
    detail: "killed (signal 9)",
  });

  expect((await roster(team))[0]).toMatchObject({ state: "died", detail: "killed (signal 9)" });
});

test("F7 who left is not in the roster, who joined by hand is working while it owns a task", async () => {
  const { team } = await memoryTeam();
  await must(team, { op: "leave", by: "user", member: name("ada") });
  await must(team, {
    op: "join",
    by: "user",
    member: name("carl"),
    backend: "hand",
    definition: { model: "me" },
  });
  const before = await roster(team);
  await team.commit({
    op: "claim",
    by: name("carl"),
    task: team.state().tasks.keys().next().value ?? failed(),
  });

  expect(before.map((one) => [one.name, one.state])).toEqual([
    ["lead", "stopped"],
    ["bob", "stopped"],
    ["carl", "idle"],
  ]);
  expect((await roster(team))[2]).toMatchObject({ name: "carl", state: "working", task: "1", model: "me" });
});

function failed(): never {
  throw new Error("no task");
}
