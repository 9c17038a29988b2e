import { describe, expect, test } from "vitest";
import { blocks, openBlockers, taskState } from "../../../src/team/derive.ts";
import { refusalText } from "../../../src/team/refusal-text.ts";
import type { Refusal } from "../../../src/team/state.ts";
import {
  ada,
  bob,
  createTasks,
  cyd,
  engineer,
  entryId,
  id,
  instance,
  openDesk,
} from "../../support/team-entries.ts";

describe("the derived state of a task", () => {
  test("says what its status, its blockers and its owner's life make of it", () => {
    const desk = openDesk({ review: true });
    createTasks(desk, 9);
    const claim = (task: number, by = bob) => desk.must({ op: "claim", by, task: id(task) });
    desk.must({ op: "block", by: ada, task: id(2), on: [id(1)] });
    claim(3);
    claim(4, cyd);
    for (let death = 0; death < 3; death++) {
      claim(5);
      desk.must({ op: "release", by: ada, task: id(5), claim: desk.claimOf(5), why: "died" });
    }
    claim(6);
    desk.must({ op: "complete", by: bob, task: id(6), claim: desk.claimOf(6) });
    claim(7);
    desk.must({ op: "fail", by: bob, task: id(7), claim: desk.claimOf(7), reason: "no" });
    claim(8);
    desk.must({ op: "complete", by: bob, task: id(8), claim: desk.claimOf(8) });
    desk.must({ op: "review", by: ada, task: id(8), verdict: "passed" });
    desk.must({ op: "delete", by: ada, task: id(9) });
    const { state } = desk.fold;

    const states = [...state.tasks.values()].map((task) => taskState(state, task, (owner) => owner === cyd));

    expect(states).toEqual([
      "claimable",
      "blocked",
      "working",
      "orphaned",
      "held",
      "review",
      "failed",
      "done",
      "deleted",
    ]);
    expect(openBlockers(state, desk.task(2))).toEqual(["1"]);
    expect(blocks(state, desk.task(1))).toEqual(["2"]);
    expect(blocks(state, desk.task(2))).toEqual([]);
  });
});

describe("the words of a refusal", () => {
  const task = id(3);
  const lease = {
    id: entryId("first", 1),
    instance: instance("first"),
    pid: 4711,
    at: "2026-11-20T14:03:00.000Z",
  };
  const cases: readonly [Refusal, string, string][] = [
    [{ kind: "no_team" }, "team_not_found", "there is no team yet"],
    [{ kind: "team_exists" }, "name_taken", "the journal has a team already"],
    [{ kind: "closed" }, "team_not_found", "the team is closed; nothing was changed"],
    [{ kind: "not_found", task }, "task_not_found", "there is no task #3"],
    [
      { kind: "number_taken", task, next: id(4) },
      "conflict",
      "task number 3 is not the next one, which is 4",
    ],
    [
      { kind: "missing", tasks: [id(8), id(9)] },
      "task_not_found",
      "no such task to wait for or to belong to: #8, #9",
    ],
    [
      { kind: "cycle", through: [id(1), id(2), id(1)] },
      "conflict",
      "a task would wait for itself: #1 waits for #2 waits for #1",
    ],
    [{ kind: "taken", task, by: bob }, "task_taken", "task #3 is already claimed by bob"],
    [{ kind: "blocked", task, by: [id(1), id(2)] }, "task_blocked", "task #3 is blocked by #1 and #2"],
    [{ kind: "held", task, deaths: 3 }, "task_blocked", "task #3 is held: 3 members died over it"],
    [{ kind: "assigned", task, to: cyd }, "task_taken", "task #3 is reserved for cyd"],
    [{ kind: "wrong_role", task, role: engineer }, "task_blocked", "task #3 is for the role engineer only"],
    [
      { kind: "not_owner", task, owner: cyd },
      "task_taken",
      "task #3 belongs to cyd by now; nothing was changed",
    ],
    [
      { kind: "not_owner", task, owner: undefined },
      "task_taken",
      "task #3 is not claimed by anybody at the moment; nothing was changed",
    ],
    [
      { kind: "bad_status", task, status: "completed" },
      "conflict",
      "task #3 is completed; only the lead or the user reopens it",
    ],
    [{ kind: "not_allowed", who: "bob", what: "close the team" }, "denied", "bob may not close the team"],
    [
      { kind: "unknown_member", name: "bub", nearest: ["bob"] },
      "agent_not_found",
      'no agent named "bub"; nothing was changed',
    ],
    [
      { kind: "name_taken", name: "bob" },
      "name_taken",
      "the name bob is or was in use; names are not used again",
    ],
    [
      { kind: "supervised", lease },
      "already_running",
      "the team is already run by process 4711 since 2026-11-20T14:03:00.000Z",
    ],
    [{ kind: "open_tasks", tasks: [task] }, "conflict", "a task is still open: #3"],
    [{ kind: "led", by: ada }, "conflict", "the team has a lead already: ada"],
    [
      { kind: "stale", what: "life", named: "life1" },
      "conflict",
      "life1 is not the current life; nothing was changed",
    ],
    [
      { kind: "unknown_approval", ask: entryId("nobody", 1) },
      "approval_not_found",
      "there is no question nobody00.1, or it was settled long ago",
    ],
    [
      {
        kind: "already_answered",
        ask: entryId("bob", 1),
        number: 19,
        answer: { at: "2026-11-20T14:03:00.000Z", by: "user", verdict: "deny" },
      },
      "already_answered",
      "a_19 is already denied by user (14:03 UTC)",
    ],
    [
      { kind: "settled", number: 19, how: "withdrawn" },
      "conflict",
      "a_19 was withdrawn: nobody waits for its answer any more",
    ],
    [{ kind: "settled", number: 19, how: "used" }, "conflict", "a_19 was used before"],
    [
      { kind: "other_digest", number: 19 },
      "conflict",
      "a_19 asks for something else than what was answered; nothing was changed",
    ],
    [{ kind: "unanswered", number: 19 }, "conflict", "a_19 is not answered yet"],
    [{ kind: "plan_version", task, next: 2 }, "conflict", "the next plan for task #3 is number 2"],
    [{ kind: "none_claimable" }, "conflict", "no task can be claimed at the moment"],
    [
      {
        kind: "unknown_recipients",
        recipients: [
          { name: "bub", nearest: ["bob"] },
          { name: "x", nearest: [] },
        ],
      },
      "agent_not_found",
      'no agent named "bub", "x"; nothing was sent',
    ],
    [
      { kind: "too_large", bytes: 10485761, limit: 10485760 },
      "usage",
      "the text has 10485761 bytes, the limit is 10485760 (10 MiB); nothing was sent",
    ],
    [{ kind: "empty", what: "text" }, "usage", "the text is empty; nothing was sent"],
    [{ kind: "empty", what: "recipients" }, "usage", "nobody would get it; nothing was sent"],
  ];

  test.each(cases)("%j is %s", (reason, code, message) => {
    expect(refusalText(reason)).toMatchObject({ code, message });
  });

  test("a wrong name gets the nearest ones as a hint", () => {
    const recipients = [
      { name: "bub", nearest: ["bob"] },
      { name: "ad", nearest: ["ada", "bob"] },
    ];

    expect(refusalText({ kind: "unknown_recipients", recipients }).hint).toBe(
      "did you mean bob or ada? all names: troupe agent list",
    );
    expect(refusalText({ kind: "unknown_member", name: "x", nearest: [] }).hint).toBe(
      "all names: troupe agent list",
    );
  });

  test("with the state it says who works since when", () => {
    const desk = openDesk();
    createTasks(desk, 3);
    desk.must({ op: "claim", by: bob, task: id(1) });
    const { state } = desk.fold;

    expect(refusalText({ kind: "taken", task: id(1), by: bob }, state)).toEqual({
      code: "task_taken",
      message: "task #1 is already claimed by bob (last change 12:00 UTC)",
      hint: "troupe task show 1, or take it over: troupe task assign 1 --to me --force",
    });
    expect(refusalText({ kind: "blocked", task: id(3), by: [id(1), id(2)] }, state).message).toBe(
      "task #3 is blocked by #1 (working, bob) and #2 (pending)",
    );
  });

  test("a long circle and a long list are shortened", () => {
    const many = Array.from({ length: 40 }, (_, index) => id(index + 1));

    expect(refusalText({ kind: "cycle", through: [...many, id(1)] }).message).toBe(
      "a task would wait for itself: #1 waits for #2 waits for #3 waits for #4 waits for … waits for #39 waits for #40 waits for #1",
    );
    expect(refusalText({ kind: "open_tasks", tasks: many }).message).toBe(
      "40 tasks are still open: #1, #2, #3, #4, #5, #6, #7, #8, #9, #10 and 30 more",
    );
  });
});
