import { describe, expect, test } from "vitest";
import { nextTaskId } from "../../../src/team/task-rules.ts";
import {
  ada,
  bob,
  createTasks,
  cyd,
  engineer,
  id,
  openDesk,
  reasonOf,
  reviewer,
  someText,
} from "../../support/team-entries.ts";

describe("create", () => {
  test("a new task has what was given and the defaults of the rest", () => {
    const desk = openDesk();

    desk.must({ op: "create", by: bob, task: id(1), subject: "  Parse  " });
    desk.must({
      op: "create",
      by: ada,
      task: id(2),
      subject: "Check",
      description: "all of it",
      activeForm: "Checking",
      role: reviewer,
      priority: 5,
      blockedBy: [id(1), id(1)],
      parent: id(1),
      assignee: cyd,
    });

    const at = someText;
    const fresh = {
      status: "pending",
      attempts: 0,
      deaths: 0,
      notes: [],
      version: 1,
      createdAt: at,
      updatedAt: at,
    };
    expect(desk.task(1)).toEqual({
      ...fresh,
      id: "1",
      subject: "Parse",
      description: "",
      priority: 0,
      blockedBy: [],
      createdBy: "bob",
    });
    expect(desk.task(2)).toEqual({
      ...fresh,
      id: "2",
      subject: "Check",
      description: "all of it",
      activeForm: "Checking",
      role: "reviewer",
      priority: 5,
      blockedBy: ["1"],
      parent: "1",
      assignee: "cyd",
      createdBy: "ada",
    });
  });

  test("numbers have no gaps: a taken one and one too high are refused with the next", () => {
    const desk = openDesk();
    createTasks(desk, 2);
    desk.must({ op: "delete", by: ada, task: id(2) });

    for (const number of [1, 2, 4])
      expect(reasonOf(desk.tell({ op: "create", by: ada, task: id(number), subject: "Late" }))).toEqual({
        kind: "number_taken",
        task: String(number),
        next: "3",
      });
    expect(nextTaskId(desk.fold.state)).toBe("3");
  });

  test("D12 a task that waits for itself, for nothing or for a deleted one is refused", () => {
    const desk = openDesk();
    createTasks(desk, 2);
    desk.must({ op: "delete", by: ada, task: id(2) });
    const create = (on: number[]) =>
      desk.tell({ op: "create", by: ada, task: id(3), subject: "Late", blockedBy: on.map(id) });

    expect(reasonOf(create([3]))).toEqual({ kind: "cycle", through: ["3", "3"] });
    expect(reasonOf(create([1, 2, 9]))).toEqual({ kind: "missing", tasks: ["2", "9"] });
    expect(create([1]).ok).toBe(true);
  });

  test("a parent must exist and cannot be the task itself", () => {
    const desk = openDesk();
    const create = (parent: number) =>
      desk.tell({ op: "create", by: ada, task: id(1), subject: "Child", parent: id(parent) });

    expect(reasonOf(create(7))).toEqual({ kind: "missing", tasks: ["7"] });
    expect(reasonOf(create(1))).toEqual({ kind: "cycle", through: ["1", "1"] });
  });

  test("an assignee must be there and have the role, and is spelled its own way", () => {
    const desk = openDesk();
    const create = (assignee: string, role = engineer) =>
      desk.tell({
        op: "create",
        by: ada,
        task: id(1),
        subject: "Build",
        role,
        assignee: assignee as typeof bob,
      });

    expect(reasonOf(create("bub"))).toEqual({ kind: "unknown_member", name: "bub", nearest: ["bob"] });
    expect(reasonOf(create("cyd"))).toEqual({ kind: "wrong_role", task: "1", role: "engineer" });
    expect(create("BOB").ok).toBe(true);
    expect(desk.task(1).assignee).toBe("bob");
  });
});

describe("update", () => {
  test("changes what is named, takes away what is null and keeps the rest", () => {
    const desk = openDesk();
    createTasks(desk, 1);
    desk.must({
      op: "create",
      by: ada,
      task: id(2),
      subject: "Two",
      role: engineer,
      parent: id(1),
      activeForm: "…",
    });

    desk.must({ op: "update", by: ada, task: id(2), subject: "Second", priority: 3 });
    const changed = desk.task(2);
    desk.must({ op: "update", by: ada, task: id(2), role: null, parent: null, activeForm: null });

    expect(changed).toMatchObject({
      subject: "Second",
      priority: 3,
      role: "engineer",
      parent: "1",
      version: 2,
    });
    const { role, parent, activeForm } = desk.task(2);
    expect([role, parent, activeForm]).toEqual([undefined, undefined, undefined]);
    expect(desk.task(2)).toMatchObject({ subject: "Second", priority: 3, version: 3 });
  });

  test("is for the lead, the user, the creator and the owner", () => {
    const desk = openDesk();
    createTasks(desk, 1, bob);
    const update = (by: typeof ada | "user") => desk.tell({ op: "update", by, task: id(1), priority: 1 });

    expect(reasonOf(update(cyd))).toMatchObject({ kind: "not_allowed", who: "cyd" });
    expect([ada, bob, "user" as const].map((by) => update(by).ok)).toEqual([true, true, true]);
    desk.must({ op: "claim", by: cyd, task: id(1) });
    expect(update(cyd).ok).toBe(true);
  });

  test("parents make no circle", () => {
    const desk = openDesk();
    createTasks(desk, 3);
    desk.must({ op: "update", by: ada, task: id(1), parent: id(2) });
    desk.must({ op: "update", by: ada, task: id(2), parent: id(3) });

    expect(reasonOf(desk.tell({ op: "update", by: ada, task: id(3), parent: id(1) }))).toEqual({
      kind: "cycle",
      through: ["3", "1", "2", "3"],
    });
  });

  test("a role that its assignee does not have is refused", () => {
    const desk = openDesk();
    desk.must({ op: "create", by: ada, task: id(1), subject: "Build", assignee: bob });

    expect(reasonOf(desk.tell({ op: "update", by: ada, task: id(1), role: reviewer }))).toMatchObject({
      kind: "wrong_role",
    });
  });
});

describe("assign", () => {
  test("reserves a free task and frees it again", () => {
    const desk = openDesk();
    createTasks(desk, 1);

    desk.must({ op: "assign", by: ada, task: id(1), to: bob });
    const reserved = desk.task(1).assignee;
    desk.must({ op: "assign", by: ada, task: id(1), to: null });

    expect(reserved).toBe("bob");
    expect(desk.task(1).assignee).toBeUndefined();
  });

  test("an owned task is taken by the user's force only", () => {
    const desk = openDesk();
    createTasks(desk, 1);
    desk.must({ op: "claim", by: bob, task: id(1) });
    const claim = desk.claimOf(1);

    const without = desk.tell({ op: "assign", by: "user", task: id(1), to: cyd });
    const byLead = desk.tell({ op: "assign", by: ada, task: id(1), to: cyd, force: true });
    desk.must({ op: "assign", by: "user", task: id(1), to: cyd, force: true });

    expect(reasonOf(without)).toEqual({ kind: "taken", task: "1", by: "bob" });
    expect(reasonOf(byLead)).toMatchObject({ kind: "not_allowed", who: "ada" });
    expect(desk.task(1)).toMatchObject({ status: "pending", assignee: "cyd", previousOwner: "bob" });
    expect(reasonOf(desk.tell({ op: "complete", by: bob, task: id(1), claim }))).toMatchObject({
      kind: "not_owner",
    });
  });

  test("to its owner it takes nothing away", () => {
    const desk = openDesk();
    createTasks(desk, 1);
    desk.must({ op: "claim", by: bob, task: id(1) });

    desk.must({ op: "assign", by: ada, task: id(1), to: bob });

    expect(desk.task(1)).toMatchObject({ status: "in_progress", owner: "bob", assignee: "bob" });
  });

  test("is refused for a completed task, a stranger, a wrong role, and by somebody it is not for", () => {
    const desk = openDesk();
    desk.must({ op: "create", by: ada, task: id(1), subject: "Build", role: engineer });
    const assign = (by: typeof ada, to: string) =>
      desk.tell({ op: "assign", by, task: id(1), to: to as typeof bob });

    expect(reasonOf(assign(cyd, "cyd"))).toMatchObject({ kind: "not_allowed", who: "cyd" });
    expect(reasonOf(assign(ada, "zoe"))).toMatchObject({ kind: "unknown_member", name: "zoe" });
    expect(reasonOf(assign(ada, "cyd"))).toMatchObject({ kind: "wrong_role" });
    desk.must({ op: "claim", by: bob, task: id(1) });
    desk.must({ op: "complete", by: bob, task: id(1), claim: desk.claimOf(1) });
    expect(reasonOf(assign(ada, "bob"))).toMatchObject({ kind: "bad_status", status: "completed" });
  });
});

describe("delete and note", () => {
  test("its creator, the lead and the user may delete a task that nobody works on", () => {
    const desk = openDesk();
    createTasks(desk, 3, bob);

    expect(reasonOf(desk.tell({ op: "delete", by: cyd, task: id(1) }))).toMatchObject({
      kind: "not_allowed",
    });
    desk.must({ op: "delete", by: bob, task: id(1) });
    desk.must({ op: "delete", by: ada, task: id(2) });
    desk.must({ op: "delete", by: "user", task: id(3) });

    expect([1, 2, 3].map((number) => desk.task(number).status)).toEqual(["deleted", "deleted", "deleted"]);
    expect(reasonOf(desk.tell({ op: "delete", by: bob, task: id(1) }))).toEqual({
      kind: "not_found",
      task: "1",
    });
  });

  test("an owned task is deleted by the user's force only, and not by its worker", () => {
    const desk = openDesk();
    createTasks(desk, 1);
    desk.must({ op: "claim", by: bob, task: id(1) });

    expect(reasonOf(desk.tell({ op: "delete", by: bob, task: id(1) }))).toMatchObject({
      kind: "not_allowed",
    });
    expect(reasonOf(desk.tell({ op: "delete", by: ada, task: id(1) }))).toMatchObject({
      kind: "taken",
      by: "bob",
    });
    expect(reasonOf(desk.tell({ op: "delete", by: ada, task: id(1), force: true }))).toMatchObject({
      kind: "not_allowed",
    });
    desk.must({ op: "delete", by: "user", task: id(1), force: true });
    expect(desk.task(1)).toMatchObject({ status: "deleted" });
    expect(desk.task(1).owner).toBeUndefined();
  });

  test("anybody of the team writes notes, a stranger does not", () => {
    const desk = openDesk();
    createTasks(desk, 1);

    for (const by of [ada, cyd, "user", "system"] as const)
      desk.must({ op: "note", by, task: id(1), text: `from ${by}` });

    expect(desk.task(1).notes.map(({ by }) => by)).toEqual(["ada", "cyd", "user", "system"]);
    expect(desk.task(1).version).toBe(5);
    expect(
      reasonOf(desk.tell({ op: "note", by: "eve" as typeof ada, task: id(1), text: "hi" })),
    ).toMatchObject({
      kind: "unknown_member",
      name: "eve",
    });
  });
});

describe("block and unblock", () => {
  test("edges are added once and taken away", () => {
    const desk = openDesk();
    createTasks(desk, 3);

    desk.must({ op: "block", by: cyd, task: id(3), on: [id(2), id(1), id(2)] });
    desk.must({ op: "block", by: cyd, task: id(3), on: [id(1)] });
    const both = desk.task(3).blockedBy;
    desk.must({ op: "unblock", by: cyd, task: id(3), on: [id(2)] });

    expect(both).toEqual(["2", "1"]);
    expect(desk.task(3).blockedBy).toEqual(["1"]);
    expect(reasonOf(desk.tell({ op: "unblock", by: ada, task: id(3), on: [id(2)] }))).toEqual({
      kind: "missing",
      tasks: ["2"],
    });
  });

  test("D12 K5 a circle is refused with the way round, through completed tasks too", () => {
    const desk = openDesk();
    createTasks(desk, 4);
    desk.must({ op: "block", by: ada, task: id(2), on: [id(1)] });
    desk.must({ op: "block", by: ada, task: id(3), on: [id(2)] });
    desk.must({ op: "claim", by: bob, task: id(1) });
    desk.must({ op: "complete", by: bob, task: id(1), claim: desk.claimOf(1) });
    desk.must({ op: "claim", by: bob, task: id(2) });
    desk.must({ op: "complete", by: bob, task: id(2), claim: desk.claimOf(2) });
    desk.must({ op: "reopen", by: ada, task: id(1) });

    expect(reasonOf(desk.tell({ op: "block", by: ada, task: id(1), on: [id(4), id(3)] }))).toEqual({
      kind: "cycle",
      through: ["1", "3", "2", "1"],
    });
    expect(desk.task(1).blockedBy).toEqual([]);
  });

  test("a deleted task closes no circle", () => {
    const desk = openDesk();
    createTasks(desk, 3);
    desk.must({ op: "block", by: ada, task: id(2), on: [id(1)] });
    desk.must({ op: "block", by: ada, task: id(3), on: [id(2)] });
    desk.must({ op: "delete", by: ada, task: id(2) });

    expect(desk.tell({ op: "block", by: ada, task: id(1), on: [id(3)] }).ok).toBe(true);
  });

  test("a chain of 20,000 tasks is searched without overflow", () => {
    const desk = openDesk();
    createTasks(desk, 1);
    for (let number = 2; number <= 20_000; number++)
      desk.must({ op: "create", by: ada, task: id(number), subject: "Next", blockedBy: [id(number - 1)] });

    const verdict = desk.tell({ op: "block", by: ada, task: id(1), on: [id(20_000)] });

    expect(reasonOf(verdict)).toMatchObject({ kind: "cycle" });
  });

  test("nothing blocks a completed task, and a missing one blocks nothing", () => {
    const desk = openDesk();
    createTasks(desk, 2);
    desk.must({ op: "claim", by: bob, task: id(1) });
    desk.must({ op: "complete", by: bob, task: id(1), claim: desk.claimOf(1) });

    expect(reasonOf(desk.tell({ op: "block", by: ada, task: id(1), on: [id(2)] }))).toMatchObject({
      kind: "bad_status",
    });
    expect(reasonOf(desk.tell({ op: "block", by: ada, task: id(2), on: [id(9)] }))).toEqual({
      kind: "missing",
      tasks: ["9"],
    });
  });
});
