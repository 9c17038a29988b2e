import { describe, expect, test } from "vitest";
import { DEATHS_HELD } from "../../../src/team/state.ts";
import {
  ada,
  bob,
  createTasks,
  cyd,
  type Desk,
  engineer,
  entryId,
  id,
  openDesk,
  reasonOf,
  someText,
} from "../../support/team-entries.ts";

/** Task 1 in the hands of bob. */
function claimedByBob(settings = {}): Desk {
  const desk = openDesk(settings);
  createTasks(desk, 1);
  desk.must({ op: "claim", by: bob, task: id(1) });
  return desk;
}

/** Bob dies over task 1 as often as it takes to hold it. */
function heldTask(): Desk {
  const desk = openDesk();
  createTasks(desk, 2);
  for (let death = 0; death < DEATHS_HELD; death++) {
    desk.must({ op: "claim", by: bob, task: id(1) });
    desk.must({ op: "release", by: "system", task: id(1), claim: desk.claimOf(1), why: "died" });
  }
  return desk;
}

describe("claim", () => {
  test("the first claim wins and its id is the fencing token", () => {
    const desk = openDesk();
    createTasks(desk, 1);

    const first = desk.tell({ op: "claim", by: bob, task: id(1) });
    const second = desk.tell({ op: "claim", by: cyd, task: id(1) });

    expect(first.ok).toBe(true);
    expect(reasonOf(second)).toEqual({ kind: "taken", task: "1", by: "bob" });
    expect(desk.task(1)).toMatchObject({
      status: "in_progress",
      owner: "bob",
      claim: entryId("desk", 5),
      attempts: 1,
      version: 2,
    });
  });

  test("its owner cannot claim it a second time", () => {
    const desk = claimedByBob();

    expect(reasonOf(desk.tell({ op: "claim", by: bob, task: id(1) }))).toEqual({
      kind: "taken",
      task: "1",
      by: "bob",
    });
  });

  test("a task that does not exist, or was deleted, is not found", () => {
    const desk = openDesk();
    createTasks(desk, 1);
    desk.must({ op: "delete", by: ada, task: id(1) });

    expect(reasonOf(desk.tell({ op: "claim", by: bob, task: id(1) }))).toEqual({
      kind: "not_found",
      task: "1",
    });
    expect(reasonOf(desk.tell({ op: "claim", by: bob, task: id(2) }))).toEqual({
      kind: "not_found",
      task: "2",
    });
  });

  test("a completed task cannot be claimed", () => {
    const desk = claimedByBob();
    desk.must({ op: "complete", by: bob, task: id(1), claim: desk.claimOf(1) });

    expect(reasonOf(desk.tell({ op: "claim", by: cyd, task: id(1) }))).toEqual({
      kind: "bad_status",
      task: "1",
      status: "completed",
    });
  });

  test("a blocked task cannot be claimed before its last blocker is completed or deleted", () => {
    const desk = openDesk();
    createTasks(desk, 3);
    desk.must({ op: "block", by: ada, task: id(3), on: [id(1), id(2)] });

    const blockedByTwo = desk.tell({ op: "claim", by: bob, task: id(3) });
    desk.must({ op: "delete", by: ada, task: id(2) });
    const blockedByOne = desk.tell({ op: "claim", by: bob, task: id(3) });
    desk.must({ op: "claim", by: bob, task: id(1) });
    desk.must({ op: "complete", by: bob, task: id(1), claim: desk.claimOf(1) });

    expect(reasonOf(blockedByTwo)).toEqual({ kind: "blocked", task: "3", by: ["1", "2"] });
    expect(reasonOf(blockedByOne)).toEqual({ kind: "blocked", task: "3", by: ["1"] });
    expect(desk.tell({ op: "claim", by: bob, task: id(3) }).ok).toBe(true);
  });

  test("a role keeps out everybody who has another one, in whatever case, but not the user", () => {
    const desk = openDesk();
    desk.must({ op: "create", by: ada, task: id(1), subject: "Build", role: engineer });

    expect(reasonOf(desk.tell({ op: "claim", by: cyd, task: id(1) }))).toEqual({
      kind: "wrong_role",
      task: "1",
      role: "engineer",
    });
    expect(reasonOf(desk.tell({ op: "claim", by: ada, task: id(1) }))).toMatchObject({ kind: "wrong_role" });
    expect(desk.tell({ op: "claim", by: "user", task: id(1) }).ok).toBe(true);
  });

  test("a reserved task is for its assignee alone", () => {
    const desk = openDesk();
    desk.must({ op: "create", by: ada, task: id(1), subject: "Build", assignee: bob });

    expect(reasonOf(desk.tell({ op: "claim", by: cyd, task: id(1) }))).toEqual({
      kind: "assigned",
      task: "1",
      to: "bob",
    });
    expect(desk.tell({ op: "claim", by: bob, task: id(1) }).ok).toBe(true);
  });

  test("neither troupe itself nor a stranger nor one who left can claim", () => {
    const desk = openDesk();
    createTasks(desk, 1);
    desk.must({ op: "leave", by: "user", member: cyd });

    expect(reasonOf(desk.tell({ op: "claim", by: "system", task: id(1) }))).toMatchObject({
      kind: "not_allowed",
    });
    expect(reasonOf(desk.tell({ op: "claim", by: cyd, task: id(1) }))).toMatchObject({
      kind: "unknown_member",
      name: "cyd",
    });
  });

  test("a task that three owners died over is held until the lead or the user reopens it", () => {
    const desk = heldTask();

    const held = desk.tell({ op: "claim", by: cyd, task: id(1) });
    const notLead = desk.tell({ op: "reopen", by: cyd, task: id(1) });
    desk.must({ op: "reopen", by: ada, task: id(1), note: "it was the disk" });

    expect(reasonOf(held)).toEqual({ kind: "held", task: "1", deaths: 3 });
    expect(reasonOf(notLead)).toMatchObject({ kind: "not_allowed", who: "cyd" });
    expect(desk.task(1)).toMatchObject({ deaths: 0, attempts: 3, previousOwner: "bob" });
    expect(desk.task(1).notes.map(({ text }) => text)).toEqual(["it was the disk"]);
    expect(desk.tell({ op: "claim", by: cyd, task: id(1) }).ok).toBe(true);
  });
});

describe("complete and fail", () => {
  test("complete keeps the result and who did it, and ends the claim", () => {
    const desk = claimedByBob();

    desk.must({ op: "complete", by: bob, task: id(1), claim: desk.claimOf(1), result: "in src/parse.ts" });

    const { owner, claim, ...task } = desk.task(1);
    expect({ owner, claim }).toEqual({ owner: undefined, claim: undefined });
    expect(task).toMatchObject({ status: "completed", result: "in src/parse.ts", previousOwner: "bob" });
  });

  test("with reviews, a completed task waits for a verdict of somebody else", () => {
    const desk = claimedByBob({ review: true });
    desk.must({ op: "complete", by: bob, task: id(1), claim: desk.claimOf(1) });

    const own = desk.tell({ op: "review", by: bob, task: id(1), verdict: "passed" });
    const status = desk.task(1).status;
    desk.must({ op: "review", by: cyd, task: id(1), verdict: "returned", note: "no tests" });
    const returned = desk.task(1);
    desk.must({ op: "claim", by: bob, task: id(1) });
    desk.must({ op: "complete", by: bob, task: id(1), claim: desk.claimOf(1) });
    desk.must({ op: "review", by: cyd, task: id(1), verdict: "passed" });

    expect(reasonOf(own)).toMatchObject({ kind: "not_allowed", who: "bob" });
    expect(status).toBe("review");
    expect(returned).toMatchObject({ status: "pending", previousOwner: "bob" });
    expect(returned.notes).toEqual([{ at: someText, by: "cyd", text: "no tests" }]);
    expect(desk.task(1).status).toBe("completed");
  });

  test("a verdict on a task that is not in review does not count", () => {
    const desk = claimedByBob();

    expect(reasonOf(desk.tell({ op: "review", by: cyd, task: id(1), verdict: "passed" }))).toEqual({
      kind: "bad_status",
      task: "1",
      status: "in_progress",
    });
  });

  test("fail keeps the reason as a note", () => {
    const desk = claimedByBob();

    desk.must({ op: "fail", by: bob, task: id(1), claim: desk.claimOf(1), reason: "no compiler" });

    expect(desk.task(1)).toMatchObject({ status: "failed", previousOwner: "bob" });
    expect(desk.task(1).notes.map(({ by, text }) => [by, text])).toEqual([["bob", "no compiler"]]);
  });

  test.each(["complete", "fail", "release"] as const)("%s by anybody but the owner does not count", (op) => {
    const desk = claimedByBob();
    const rest = { complete: {}, fail: { reason: "bored" }, release: { why: "given_back" } }[op];

    const verdict = desk.tell({ op, by: cyd, task: id(1), claim: desk.claimOf(1), ...rest } as never);

    expect(verdict.ok).toBe(false);
    expect(desk.task(1).owner).toBe("bob");
  });

  test("B1 a stopped owner cannot complete a rescued task", () => {
    const desk = claimedByBob();
    const old = desk.claimOf(1);
    desk.must({ op: "release", by: cyd, task: id(1), claim: old, why: "died" });

    const late = desk.tell({ op: "complete", by: bob, task: id(1), claim: old });
    desk.must({ op: "claim", by: cyd, task: id(1) });
    const later = desk.tell({ op: "complete", by: bob, task: id(1), claim: old });

    expect(reasonOf(late)).toEqual({ kind: "not_owner", task: "1", owner: undefined });
    expect(reasonOf(later)).toEqual({ kind: "not_owner", task: "1", owner: "cyd" });
  });

  test("M13 an old claim of the same owner is void after it has claimed the task again", () => {
    const desk = claimedByBob();
    const old = desk.claimOf(1);
    desk.must({ op: "release", by: "system", task: id(1), claim: old, why: "died" });
    desk.must({ op: "claim", by: bob, task: id(1) });

    expect(reasonOf(desk.tell({ op: "complete", by: bob, task: id(1), claim: old }))).toMatchObject({
      kind: "not_owner",
      owner: "bob",
    });
  });
});

describe("release", () => {
  test("given back by its owner: free, with no death counted", () => {
    const desk = claimedByBob();

    desk.must({
      op: "release",
      by: bob,
      task: id(1),
      claim: desk.claimOf(1),
      why: "given_back",
      note: "too hard",
    });

    expect(desk.task(1)).toMatchObject({ status: "pending", deaths: 0, attempts: 1, previousOwner: "bob" });
    expect(desk.task(1).notes.map(({ text }) => text)).toEqual(["too hard"]);
  });

  test("A6 of two releases of a dead owner's claim the second is void", () => {
    const desk = claimedByBob();
    const claim = desk.claimOf(1);
    desk.must({ op: "release", by: ada, task: id(1), claim, why: "died" });

    const second = desk.tell({ op: "release", by: cyd, task: id(1), claim, why: "died" });

    expect(reasonOf(second)).toEqual({ kind: "not_owner", task: "1", owner: undefined });
    expect(desk.task(1).deaths).toBe(1);
  });

  test.each(["user", "system"] as const)("%s may give back what a member has", (by) => {
    const desk = claimedByBob();

    desk.must({ op: "release", by, task: id(1), claim: desk.claimOf(1), why: "stopped" });

    expect(desk.task(1)).toMatchObject({ status: "pending", deaths: 0 });
  });
});

describe("reopen", () => {
  test("completed stays completed unless the lead or the user reopens it", () => {
    const desk = claimedByBob();
    desk.must({ op: "complete", by: bob, task: id(1), claim: desk.claimOf(1), result: "v1" });

    const byWorker = desk.tell({ op: "reopen", by: bob, task: id(1) });
    const status = desk.task(1).status;
    desk.must({ op: "reopen", by: "user", task: id(1), note: "it fails on 2+2" });

    expect(reasonOf(byWorker)).toMatchObject({ kind: "not_allowed", who: "bob" });
    expect(status).toBe("completed");
    expect(desk.task(1)).toMatchObject({ status: "pending", result: "v1", previousOwner: "bob" });
  });

  test("what waits for a reopened task is blocked again", () => {
    const desk = openDesk();
    createTasks(desk, 2);
    desk.must({ op: "block", by: ada, task: id(2), on: [id(1)] });
    desk.must({ op: "claim", by: bob, task: id(1) });
    desk.must({ op: "complete", by: bob, task: id(1), claim: desk.claimOf(1) });
    desk.must({ op: "reopen", by: ada, task: id(1) });

    expect(reasonOf(desk.tell({ op: "claim", by: bob, task: id(2) }))).toMatchObject({ kind: "blocked" });
  });

  test.each(["pending", "in_progress"] as const)("a task that is %s is not reopened", (status) => {
    const desk = openDesk();
    createTasks(desk, 1);
    if (status === "in_progress") desk.must({ op: "claim", by: bob, task: id(1) });

    expect(reasonOf(desk.tell({ op: "reopen", by: ada, task: id(1) }))).toEqual({
      kind: "bad_status",
      task: "1",
      status,
    });
  });

  test("a failed task and one in review can be reopened", () => {
    const failed = claimedByBob();
    failed.must({ op: "fail", by: bob, task: id(1), claim: failed.claimOf(1), reason: "no" });
    const inReview = claimedByBob({ review: true });
    inReview.must({ op: "complete", by: bob, task: id(1), claim: inReview.claimOf(1) });

    for (const desk of [failed, inReview]) {
      desk.must({ op: "reopen", by: ada, task: id(1) });
      expect(desk.task(1).status).toBe("pending");
    }
  });
});
