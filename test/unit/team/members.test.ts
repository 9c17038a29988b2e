import { describe, expect, test } from "vitest";
import type { EntryDraft } from "../../../src/protocol/entries.ts";
import { MemberName } from "../../../src/protocol/names.ts";
import { memberNamed, nearestNames } from "../../../src/team/derive.ts";
import {
  ada,
  bob,
  createTasks,
  cyd,
  emptyDesk,
  engineer,
  id,
  instance,
  openDesk,
  reasonOf,
  someText,
} from "../../support/team-entries.ts";

const dan = MemberName.parse("dan");

function join(fields: Partial<Extract<EntryDraft, { op: "join" }>> = {}): EntryDraft {
  return { op: "join", by: ada, member: dan, backend: "child", definition: {}, ...fields };
}

/** The end of one of bob's lives. */
function end(life: string): EntryDraft {
  return { op: "end", by: "system", member: bob, instance: instance(life), how: "died", detail: "signal 9" };
}

describe("join", () => {
  test("a member has what was given, no life yet and no restarts", () => {
    const desk = openDesk();

    desk.must(join({ role: engineer, definition: { model: "sonnet", tools: ["Read"] } }));

    expect(memberNamed(desk.fold.state, "DAN")).toEqual({
      name: "dan",
      role: "engineer",
      lead: false,
      backend: "child",
      definition: { model: "sonnet", tools: ["Read"] },
      joinedAt: someText,
      restarts: 0,
      stopping: false,
    });
  });

  test("E3 F5 a name is taken in whatever case, also by one who left", () => {
    const desk = openDesk();
    desk.must({ op: "leave", by: ada, member: cyd });

    for (const member of ["BOB", "Cyd"])
      expect(reasonOf(desk.tell(join({ member: MemberName.parse(member) })))).toEqual({
        kind: "name_taken",
        name: member.toLowerCase(),
      });
  });

  test("F3 a second lead is refused until the first has left", () => {
    const desk = openDesk();

    const second = desk.tell(join({ lead: true }));
    desk.must({ op: "leave", by: ada, member: ada });
    const third = desk.tell(join({ by: "user", lead: true }));

    expect(reasonOf(second)).toEqual({ kind: "led", by: "ada" });
    expect(third.ok).toBe(true);
  });

  test("one may introduce itself, a stranger may not introduce another", () => {
    const desk = openDesk();

    expect(reasonOf(desk.tell(join({ by: MemberName.parse("eve") })))).toMatchObject({
      kind: "unknown_member",
    });
    expect(desk.tell(join({ by: dan, backend: "hand" })).ok).toBe(true);
  });
});

describe("leave", () => {
  test("frees what the member has and what is reserved for it", () => {
    const desk = openDesk();
    createTasks(desk, 3);
    desk.must({ op: "claim", by: bob, task: id(1) });
    desk.must({ op: "assign", by: ada, task: id(1), to: bob });
    desk.must({ op: "assign", by: ada, task: id(2), to: bob });
    const claim = desk.claimOf(1);

    desk.must({ op: "leave", by: bob, member: bob, reason: "done here" });

    expect(desk.task(1)).toMatchObject({ status: "pending", previousOwner: "bob", deaths: 0, version: 4 });
    for (const number of [1, 2]) expect(desk.task(number)).not.toHaveProperty("assignee");
    expect(desk.task(3).version).toBe(1);
    expect(memberNamed(desk.fold.state, bob)?.left).toEqual({ at: someText, reason: "done here" });
    expect(reasonOf(desk.tell({ op: "complete", by: bob, task: id(1), claim }))).toMatchObject({
      kind: "unknown_member",
    });
  });

  test("is for the member itself, the lead, the user and troupe", () => {
    const desk = openDesk();

    expect(reasonOf(desk.tell({ op: "leave", by: cyd, member: bob }))).toMatchObject({ kind: "not_allowed" });
    expect(reasonOf(desk.tell({ op: "leave", by: ada, member: dan }))).toMatchObject({
      kind: "unknown_member",
    });
    desk.must({ op: "leave", by: "system", member: bob });
    expect(reasonOf(desk.tell({ op: "leave", by: ada, member: bob }))).toMatchObject({
      kind: "unknown_member",
    });
  });
});

describe("a life", () => {
  test("begins, ends, and a later one takes its place", () => {
    const desk = openDesk();
    const life = () => memberNamed(desk.fold.state, bob);

    desk.must({ op: "start", by: "system", member: bob, instance: instance("life1") });
    const first = life();
    desk.must(end("life1"));
    const ended = life();
    desk.must({ op: "start", by: "system", member: bob, instance: instance("life2") });
    desk.must({ op: "start", by: "system", member: bob, instance: instance("life3") });

    expect(first).toMatchObject({ restarts: 0, life: { instance: instance("life1") } });
    expect(ended?.life?.ended).toEqual({ at: someText, how: "died", detail: "signal 9" });
    expect(life()).toMatchObject({ restarts: 2, life: { instance: instance("life3") } });
    expect(life()?.life).not.toHaveProperty("ended");
    for (const old of ["life1", "life2"])
      expect(reasonOf(desk.tell(end(old)))).toEqual({ kind: "stale", what: "life", named: instance(old) });
    desk.must(end("life3"));
    expect(reasonOf(desk.tell(end("life3")))).toMatchObject({ kind: "stale" });
  });

  test("does not begin for a stranger or one who left, but may end for one who left", () => {
    const desk = openDesk();
    desk.must({ op: "start", by: "system", member: bob, instance: instance("life1") });
    desk.must({ op: "leave", by: ada, member: bob });

    for (const member of [bob, dan])
      expect(
        reasonOf(desk.tell({ op: "start", by: "system", member, instance: instance("life2") })),
      ).toMatchObject({ kind: "unknown_member" });
    desk.must({ op: "end", by: bob, member: bob, instance: instance("life1"), how: "stopped" });
  });

  test("is asked to stop by those in charge or itself, and a new start forgets it", () => {
    const desk = openDesk();
    const stopping = () => memberNamed(desk.fold.state, bob)?.stopping;

    expect(reasonOf(desk.tell({ op: "stop", by: cyd, member: bob }))).toMatchObject({ kind: "not_allowed" });
    desk.must({ op: "stop", by: bob, member: bob });
    const asked = stopping();
    desk.must({ op: "start", by: "system", member: bob, instance: instance("life1") });

    expect([asked, stopping()]).toEqual([true, false]);
    expect(reasonOf(desk.tell({ op: "stop", by: ada, member: dan }))).toMatchObject({
      kind: "unknown_member",
    });
  });
});

describe("before the team and behind its end", () => {
  test("the first entry makes the team, and there is one", () => {
    const desk = emptyDesk();

    expect(reasonOf(desk.tell(join()))).toEqual({ kind: "no_team" });
    expect(desk.fold.state.members.size).toBe(0);
  });

  test("nearest names allow a third of the letters to be wrong, and a swap counts once", () => {
    const names = ["builder", "reviewer", "bob", "Ada"];

    expect(nearestNames("bulider", names)).toEqual(["builder"]);
    expect(nearestNames("ADA", names)).toEqual(["Ada"]);
    expect(nearestNames("bo", names)).toEqual(["bob"]);
    expect(nearestNames("zzz", names)).toEqual([]);
    expect(nearestNames("", names)).toEqual([]);
  });
});
