import { describe, expect, test } from "vitest";
import { openTasks } from "../../../src/team/derive.ts";
import {
  ada,
  bob,
  createTasks,
  cyd,
  type Desk,
  entryId,
  id,
  instance,
  openDesk,
  reasonOf,
  teamEntry,
} from "../../support/team-entries.ts";

function finish(desk: Desk, number: number): void {
  desk.must({ op: "claim", by: bob, task: id(number) });
  desk.must({ op: "complete", by: bob, task: id(number), claim: desk.claimOf(number) });
}

describe("team and close", () => {
  test("a second team entry does not count", () => {
    const desk = openDesk();
    const second = { ...teamEntry(), id: entryId("founder", 2) };

    expect(reasonOf(desk.fold.add(second) ?? { ok: true, change: {} })).toEqual({ kind: "team_exists" });
    expect(desk.fold.state.team).toEqual({
      name: "parser",
      instance: instance("theteam"),
      dir: "/work",
      settings: {},
      createdAt: "2026-11-20T12:00:00.000Z",
      createdBy: "user",
      stopping: false,
      closed: false,
    });
  });

  test("A13 nothing behind a close counts", () => {
    const desk = openDesk();
    createTasks(desk, 1);

    const byMember = desk.tell({ op: "close", by: ada });
    desk.must({ op: "close", by: "user" });

    expect(reasonOf(byMember)).toMatchObject({ kind: "not_allowed", who: "ada" });
    expect(desk.fold.state.team?.closed).toBe(true);
    for (const draft of [
      { op: "close", by: "user" },
      { op: "claim", by: bob, task: id(1) },
      { op: "leave", by: ada, member: bob },
      { op: "stop", by: "user" },
    ] as const)
      expect(reasonOf(desk.tell(draft))).toEqual({ kind: "closed" });
    expect(desk.task(1).status).toBe("pending");
  });
});

describe("lease", () => {
  const lease = { op: "lease", by: "system", pid: 41 } as const;

  test("F3 the first lease counts, a second one only when it names the first", () => {
    const desk = openDesk();
    const current = () => desk.fold.state.team?.lease;

    desk.must({ ...lease, instance: instance("first") });
    const first = current();
    const second = desk.tell({ ...lease, instance: instance("second") });
    const wrong = desk.tell({ ...lease, instance: instance("second"), replaces: entryId("desk", 1) });
    desk.must({ ...lease, instance: instance("second"), replaces: first?.id });

    expect(first).toMatchObject({ pid: 41, instance: instance("first") });
    expect(reasonOf(second)).toEqual({ kind: "supervised", lease: first });
    expect(reasonOf(wrong)).toMatchObject({ kind: "supervised" });
    expect(current()?.instance).toBe(instance("second"));
  });

  test("of two supervisors that replace the same dead one, the second hears of the first", () => {
    const desk = openDesk();
    desk.must({ ...lease, instance: instance("dead") });
    const replaces = desk.fold.state.team?.lease?.id;
    desk.must({ ...lease, instance: instance("one"), replaces });

    expect(reasonOf(desk.tell({ ...lease, instance: instance("two"), replaces }))).toMatchObject({
      kind: "supervised",
      lease: { instance: instance("one") },
    });
  });

  test("a lapse frees the lease it names and no other", () => {
    const desk = openDesk();
    desk.must({ ...lease, instance: instance("first") });
    const named = desk.fold.state.team?.lease?.id ?? entryId("desk", 1);

    const stranger = desk.tell({ op: "lapse", by: "system", lease: entryId("desk", 1) });
    desk.must({ op: "lapse", by: "system", lease: named });

    expect(reasonOf(stranger)).toMatchObject({ kind: "stale", what: "lease" });
    expect(desk.fold.state.team).not.toHaveProperty("lease");
    expect(reasonOf(desk.tell({ op: "lapse", by: "system", lease: named }))).toMatchObject({ kind: "stale" });
    expect(desk.tell({ ...lease, instance: instance("second") }).ok).toBe(true);
  });

  test("the next lease ends a stop of the whole team", () => {
    const desk = openDesk();

    const byTeammate = desk.tell({ op: "stop", by: bob });
    desk.must({ op: "stop", by: "user" });
    const stopping = desk.fold.state.team?.stopping;
    desk.must({ ...lease, instance: instance("first") });

    expect(reasonOf(byTeammate)).toMatchObject({ kind: "not_allowed", who: "bob" });
    expect([stopping, desk.fold.state.team?.stopping]).toEqual([true, false]);
  });
});

describe("report", () => {
  const report = { op: "report", by: ada, text: "built" } as const;

  test("is the lead's or the user's, and refused while tasks are open", () => {
    const desk = openDesk({ review: true });
    createTasks(desk, 3);
    finish(desk, 1);
    desk.must({ op: "claim", by: bob, task: id(2) });

    expect(reasonOf(desk.tell({ ...report, by: bob }))).toMatchObject({ kind: "not_allowed", who: "bob" });
    expect(reasonOf(desk.tell(report))).toEqual({ kind: "open_tasks", tasks: ["1", "2", "3"] });
    expect(desk.fold.state.team?.report).toBeUndefined();
  });

  test("counts when everything is done or deleted, and a new or reopened task takes it back", () => {
    const desk = openDesk();
    createTasks(desk, 2);
    finish(desk, 1);
    desk.must({ op: "delete", by: ada, task: id(2) });
    const told = () => desk.fold.state.team?.report?.text;

    desk.must(report);
    const first = told();
    createTasks(desk, 1);
    const afterCreate = told();
    finish(desk, 3);
    desk.must({ ...report, by: "user" });
    const second = told();
    desk.must({ op: "reopen", by: ada, task: id(3) });

    expect([first, afterCreate, second, told()]).toEqual(["built", undefined, "built", undefined]);
  });

  test("failed and held tasks, and what waits for them at any distance, are not open", () => {
    const desk = openDesk();
    createTasks(desk, 6);
    // 1 fails, 2 is held; 3 waits for 1, 4 for 3, 5 for 2 and 6; 6 is free.
    for (const [task, on] of [
      [3, 1],
      [4, 3],
      [5, 2],
      [5, 6],
    ] as const)
      desk.must({ op: "block", by: ada, task: id(task), on: [id(on)] });
    desk.must({ op: "claim", by: bob, task: id(1) });
    desk.must({ op: "fail", by: bob, task: id(1), claim: desk.claimOf(1), reason: "no" });
    for (let death = 0; death < 3; death++) {
      desk.must({ op: "claim", by: bob, task: id(2) });
      desk.must({ op: "release", by: cyd, task: id(2), claim: desk.claimOf(2), why: "died" });
    }

    expect(openTasks(desk.fold.state)).toEqual(["6"]);
    finish(desk, 6);
    expect(desk.tell(report).ok).toBe(true);
    desk.must({ op: "reopen", by: ada, task: id(1) });
    expect(openTasks(desk.fold.state)).toEqual(["1", "3", "4"]);
  });
});
