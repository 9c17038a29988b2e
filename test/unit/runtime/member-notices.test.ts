import { expect, test } from "vitest";
import { InstanceId, MemberName, Role, TaskId } from "../../../src/protocol/names.ts";
import { leadNotices, reportNotice, standstillNotice } from "../../../src/runtime/member-notices.ts";
import type { Member } from "../../../src/team/state.ts";
import { memberRecord, ownedRecord, stateOf, taskRecord } from "../../support/member-records.ts";

const id = (number: number) => TaskId.parse(String(number));

function ended(name: string, how: "stopped" | "died" | "failed", stopping = false): Member {
  const life = { instance: InstanceId.parse(`${name}-life`), startedAt: "", ended: { at: "", how } };
  return memberRecord(name, { life, stopping });
}

test("the lead is told what waits for it, derived from the state alone", () => {
  const state = stateOf({
    members: [
      memberRecord("lead"),
      ended("ada", "failed"),
      ended("bob", "died"),
      ended("carl", "stopped", true),
    ],
    tasks: [
      taskRecord(1, { status: "failed", attempts: 1 }),
      taskRecord(2, { status: "review", attempts: 1 }),
      taskRecord(3, { deaths: 3, attempts: 3 }),
      taskRecord(4),
      ownedRecord(5, "ada"),
      taskRecord(6, { status: "completed" }),
    ],
  });

  expect(leadNotices(state, () => "m").map((notice) => notice.id)).toEqual([
    "failed:1:1",
    "review:2:1",
    "held:3:3",
    "ended:ada:ada-life",
    "ended:carl:carl-life",
  ]);
});

test.each([
  ["a goal and no tasks", { team: { goal: "x" } }, true],
  ["only finished tasks", { tasks: [taskRecord(1, { status: "completed" })] }, true],
  ["finished and failed tasks", { tasks: [taskRecord(1, { status: "failed" })] }, true],
  [
    "a task behind a failed one",
    { tasks: [taskRecord(1, { status: "failed" }), taskRecord(2, { blockedBy: [id(1)] })] },
    true,
  ],
  ["a task that somebody may claim", { tasks: [taskRecord(1)] }, false],
  ["a task that somebody works on", { tasks: [ownedRecord(1, "ada")] }, false],
  ["neither goal nor tasks", {}, false],
])("with %s the lead is asked for its report: %#", (_, given, isAsked) => {
  expect(reportNotice(stateOf(given), 1) !== undefined).toBe(isAsked);
});

test("who stopped with the whole team is not missed while the team comes back", () => {
  const state = stateOf({ members: [memberRecord("lead"), ended("ada", "stopped")] });

  expect(leadNotices(state, () => "m")).toEqual([]);
});

test("after its report the lead is not asked again", () => {
  const state = stateOf({ team: { goal: "x", report: { at: "", by: "lead", text: "done" } } });

  expect(reportNotice(state, 1)).toBeUndefined();
});

test("a standstill names the reason for each task", () => {
  const state = stateOf({
    members: [memberRecord("lead"), memberRecord("ada")],
    tasks: [
      taskRecord(1, { role: Role.parse("tester") }),
      taskRecord(2, { assignee: MemberName.parse("lead") }),
      taskRecord(3, { blockedBy: [id(1), id(2)] }),
    ],
  });

  expect(
    standstillNotice(state, () => false)
      ?.text.split("\n")
      .slice(1),
  ).toEqual([
    "#1 needs the role tester, which no teammate at work has.",
    "#2 is assigned to lead, who does not claim it.",
    "#3 is blocked by #1 and #2.",
  ]);
});

test("no standstill while somebody works or may claim, nor without open tasks", () => {
  const members = [memberRecord("lead"), memberRecord("ada")];
  const open = stateOf({ members, tasks: [taskRecord(1)] });
  const busy = stateOf({
    members,
    tasks: [taskRecord(1, { assignee: MemberName.parse("lead") }), ownedRecord(2, "ada")],
  });

  expect(standstillNotice(open, (member) => member.name === "ada")).toBeUndefined();
  expect(standstillNotice(busy, () => false)).toBeUndefined();
  expect(standstillNotice(stateOf({ members }), () => false)).toBeUndefined();
});

test("a team without teammates stands still, and the lead hears what it can do", () => {
  const state = stateOf({ members: [memberRecord("lead"), ended("ada", "failed")], tasks: [taskRecord(1)] });

  expect(standstillNotice(state, () => true)?.text).toContain("there is no teammate at work. SpawnTeammate");
});
