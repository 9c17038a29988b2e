import { describe, expect, test } from "vitest";
import { joinMember, leaveMember } from "../../../src/team/members.ts";
import {
  assignTask,
  blockTask,
  claimTask,
  completeTask,
  createTask,
  deleteTask,
  failTask,
  noteTask,
  releaseTask,
  reopenTask,
  reviewTask,
  taskHistory,
  unblockTask,
  updateTask,
} from "../../../src/team/tasks.ts";
import { ada, bob, cyd, engineer, id } from "../../support/team-entries.ts";
import { addTasks, openProcesses } from "../../support/team-processes.ts";

function notOwner(owner: string | undefined, task = "1"): unknown {
  return { ok: false, reason: { kind: "not_owner", task, owner } };
}

describe("the owner's calls", () => {
  test("complete, fail and release find the claim by themselves, in another process of the member too", async () => {
    const { lead, one, two } = await openProcesses();
    await addTasks(lead, 3);
    for (const number of [1, 2, 3]) await claimTask(one, bob, id(number));

    const done = await completeTask(two, bob, id(1), "in src/");
    const failed = await failTask(two, bob, id(2), "no compiler");
    const released = await releaseTask(two, bob, id(3), { note: "half done" });

    expect(done).toMatchObject({ ok: true, task: { status: "completed", result: "in src/" } });
    expect(failed).toMatchObject({ ok: true, task: { status: "failed" } });
    expect(released).toMatchObject({ ok: true, task: { status: "pending", notes: [{ text: "half done" }] } });
  });

  test("are refused with the owner's name for anybody else, the user too", async () => {
    const { lead } = await openProcesses();
    await addTasks(lead, 2);
    await claimTask(lead, bob, id(1));

    expect(await completeTask(lead, "user", id(1))).toEqual(notOwner("bob"));
    expect(await failTask(lead, cyd, id(1), "no")).toEqual(notOwner("bob"));
    expect(await completeTask(lead, bob, id(2))).toEqual(notOwner(undefined, "2"));
    expect(await completeTask(lead, bob, id(9))).toEqual({
      ok: false,
      reason: { kind: "not_found", task: "9" },
    });
  });

  test("a name in another case is the same owner", async () => {
    const { lead } = await openProcesses();
    await addTasks(lead, 1);
    await claimTask(lead, bob, id(1));

    expect(await completeTask(lead, "BOB" as typeof bob, id(1))).toMatchObject({ ok: true });
  });

  test("the user and troupe itself give back what a member has; the lead does not", async () => {
    const { lead } = await openProcesses();
    await addTasks(lead, 2);
    for (const number of [1, 2]) await claimTask(lead, bob, id(number));

    expect(await releaseTask(lead, ada, id(1))).toMatchObject({ ok: false, reason: { kind: "not_owner" } });
    expect(await releaseTask(lead, "user", id(1))).toMatchObject({ ok: true, task: { status: "pending" } });
    expect(await releaseTask(lead, "system", id(2), { why: "stopped" })).toMatchObject({ ok: true });
  });

  test("M13 a stale process that completes after a rescue is told, and changes nothing", async () => {
    const { lead, one, two } = await openProcesses();
    await addTasks(lead, 1);
    const claimed = await claimTask(one, bob, id(1));
    if (!claimed.ok || !claimed.task.claim) throw new Error("not claimed");
    await two.commit({ op: "release", by: cyd, task: id(1), claim: claimed.task.claim, why: "died" });
    await claimTask(two, cyd, id(1));

    // `one` has slept: its fold still says that bob has the task.
    expect(one.state().tasks.get(id(1))?.owner).toBe("bob");
    expect(await completeTask(one, bob, id(1), "late")).toEqual({
      ok: false,
      reason: { kind: "not_owner", task: "1", owner: "cyd" },
    });
    expect((await lead.readOn()).tasks.get(id(1))).toMatchObject({ owner: "cyd", deaths: 1 });
  });
});

test("each call gives back the task as it is then", async () => {
  const { lead } = await openProcesses({ review: true });
  await addTasks(lead, 2);

  expect(await updateTask(lead, ada, id(1), { subject: "One" })).toMatchObject({ task: { subject: "One" } });
  expect(await blockTask(lead, ada, id(2), [id(1)])).toMatchObject({ task: { blockedBy: ["1"] } });
  expect(await unblockTask(lead, ada, id(2), [id(1)])).toMatchObject({ task: { blockedBy: [] } });
  expect(await assignTask(lead, ada, id(2), { to: bob })).toMatchObject({ task: { assignee: "bob" } });
  await claimTask(lead, bob, id(1));
  expect(await assignTask(lead, "user", id(1), { to: cyd, force: true })).toMatchObject({
    task: { status: "pending", assignee: "cyd" },
  });
  await claimTask(lead, cyd, id(1));
  expect(await completeTask(lead, cyd, id(1))).toMatchObject({ task: { status: "review" } });
  expect(await reviewTask(lead, ada, id(1), { verdict: "passed" })).toMatchObject({
    task: { status: "completed" },
  });
  expect(await reopenTask(lead, ada, id(1), "again")).toMatchObject({ task: { status: "pending" } });
  expect(await deleteTask(lead, ada, id(1))).toMatchObject({ ok: true, task: { status: "deleted" } });
  expect(await noteTask(lead, bob, id(1), "gone?")).toEqual({
    ok: false,
    reason: { kind: "not_found", task: "1" },
  });
});

test("a task's history is its accepted entries, oldest first, with the version behind each", async () => {
  const { lead } = await openProcesses();
  await addTasks(lead, 2);
  await claimTask(lead, bob, id(1));
  await claimTask(lead, cyd, id(1));
  await noteTask(lead, cyd, id(2), "another task");
  await noteTask(lead, bob, id(1), "half done");
  await leaveMember(lead, ada, bob, "enough");
  await assignTask(lead, ada, id(1), { to: cyd });
  await assignTask(lead, ada, id(1), { to: null });

  const history = await taskHistory(lead, id(1));

  expect(history.map(({ version, by, change }) => [version, by, change])).toEqual([
    [1, "ada", "created"],
    [2, "bob", "claimed"],
    [3, "bob", "noted"],
    [4, "ada", "released"],
    [5, "ada", "assigned"],
    [6, "ada", "unassigned"],
  ]);
  expect(history.map(({ entry }) => entry.op)).toEqual([
    "create",
    "claim",
    "note",
    "leave",
    "assign",
    "assign",
  ]);
  expect(lead.state().tasks.get(id(1))?.version).toBe(6);
});

test("members join and leave with the record as it is then, or with the reason", async () => {
  const { lead } = await openProcesses();
  const dan = "dan" as typeof bob;

  expect(
    await joinMember(lead, ada, { name: dan, role: engineer, backend: "hand", definition: { model: "m" } }),
  ).toMatchObject({ ok: true, member: { name: "dan", lead: false, definition: { model: "m" } } });
  expect(await joinMember(lead, ada, { name: dan, backend: "hand", definition: {} })).toEqual({
    ok: false,
    reason: { kind: "name_taken", name: "dan" },
  });
  expect(await leaveMember(lead, dan, dan, "done")).toMatchObject({
    ok: true,
    member: { left: { reason: "done" } },
  });
  expect(await leaveMember(lead, ada, dan)).toMatchObject({ ok: false, reason: { kind: "unknown_member" } });
});

test("bad input of an unchecked caller never reaches the journal", async () => {
  const { disk, lead } = await openProcesses();
  const before = disk.logs.get("journal")?.lines.length;

  await expect(createTask(lead, ada, { subject: "x".repeat(301) })).rejects.toMatchObject({ code: "usage" });
  await expect(createTask(lead, ada, { subject: " " })).rejects.toMatchObject({ code: "usage" });

  expect(disk.logs.get("journal")?.lines.length).toBe(before);
  expect(await createTask(lead, ada, { subject: "x" })).toMatchObject({ ok: true, task: { id: "1" } });
});
