import { describe, expect, test } from "vitest";
import { Entry, type EntryDraft } from "../../../src/protocol/entries.ts";
import type { Message } from "../../../src/protocol/message.ts";
import { MemberName } from "../../../src/protocol/names.ts";
import { openFold } from "../../../src/team/fold.ts";
import { senderOf } from "../../../src/team/provenance.ts";
import {
  ada,
  bob,
  cyd,
  type Desk,
  entryId,
  id,
  instance,
  openDesk,
  reasonOf,
} from "../../support/team-entries.ts";

function starts(desk: Desk, member: typeof ada, life: string): void {
  desk.must({ op: "start", by: "system", member, instance: instance(life) });
}

type Written = Pick<Message, "id" | "from" | "instance">;

function written(from: Message["from"], life: string, shell?: string): Written {
  return { from, id: entryId(life, 7), ...(shell === undefined ? {} : { instance: instance(shell) }) };
}

/** The lead ada in her second life, bob in his first, cyd driven by hand, the second supervisor. */
function livingDesk(): Desk {
  const desk = openDesk({ planApproval: "lead" });
  const lease = (life: string, replaces?: string): EntryDraft => ({
    op: "lease",
    by: "system",
    instance: instance(life),
    pid: 1,
    ...(replaces === undefined ? {} : { replaces: desk.fold.state.team?.lease?.id }),
  });
  desk.must(lease("super1"));
  starts(desk, ada, "adas1");
  starts(desk, bob, "bobs1");
  starts(desk, ada, "adas2");
  desk.must(lease("super2", "super1"));
  return desk;
}

describe("L2 who wrote a message is checked against the processes that the journal knows", () => {
  test.each([
    ["the lead's own process", written(ada, "adas2"), "teammate"],
    ["a process of hers that is over", written(ada, "adas1"), "teammate"],
    ["her own shell", written(ada, "newone", "adas2"), "teammate"],
    ["a member that is driven by hand", written(cyd, "anyone"), "teammate"],
    ["the person's command line", written("user", "anyone"), "user"],
    ["the supervisor", written("system", "super2"), "troupe"],
    ["a supervisor that is over", written("system", "super1"), "troupe"],
    ["a member that tells of a death", written("system", "bobs1"), "troupe"],
    ["bob's process in the lead's name", written(ada, "bobs1"), "unverified"],
    ["bob's shell in the lead's name", written(ada, "newone", "bobs1"), "unverified"],
    ["a process that nobody started, in the lead's name", written(ada, "anyone"), "unverified"],
    ["an instance that names the lead's life beside bob's", written(ada, "bobs1", "adas2"), "unverified"],
    ["bob's process in the user's name", written("user", "bobs1"), "unverified"],
    ["bob's shell in the user's name", written("user", "newone", "bobs1"), "unverified"],
    ["bob's process in the name of who is driven by hand", written(cyd, "bobs1"), "unverified"],
    ["a process that nobody started, in troupe's name", written("system", "anyone"), "unverified"],
    ["somebody who is no member", written(MemberName.parse("dan"), "anyone"), "unverified"],
  ])("%s", (_, message, sender) => {
    const { state } = livingDesk().fold;

    expect(senderOf(state, message)).toBe(sender);
  });
});

test("L2 a snapshot keeps whose processes there were", () => {
  const { state } = openFold(livingDesk().fold.save());

  expect(senderOf(state, written(ada, "adas1"))).toBe("teammate");
  expect(senderOf(state, written("system", "super1"))).toBe("troupe");
});

/** An entry that was not written by the process of whoever it names. */
function forged(desk: Desk, draft: EntryDraft, life: string): unknown {
  const entry = Entry.parse({ ...draft, v: 1, id: entryId(life, 1), at: "2026-11-20T12:00:00.000Z" });
  const verdict = desk.fold.add(entry);
  if (verdict === undefined) throw new Error("an id was used twice");
  return verdict.ok ? "counts" : reasonOf(verdict);
}

describe("L2, L4 a command in the lead's name counts from the lead's own process only", () => {
  const commands = [
    ["to interrupt", { op: "control", by: ada, member: bob, what: "interrupt" }],
    ["to change a model", { op: "control", by: ada, member: bob, what: "model", value: "opus" }],
    ["to stop a member", { op: "stop", by: ada, member: bob }],
    ["to stop the team", { op: "stop", by: ada }],
  ] as const satisfies readonly (readonly [string, EntryDraft])[];

  test.each(commands)("%s", (_, draft) => {
    expect(forged(livingDesk(), draft, "anyone")).toMatchObject({ kind: "not_allowed", who: "ada" });
    expect(forged(livingDesk(), draft, "bobs1")).toMatchObject({ kind: "not_allowed", who: "ada" });
    expect(forged(livingDesk(), draft, "adas2")).toBe("counts");
    expect(forged(livingDesk(), { ...draft, by: "user" }, "anyone")).toBe("counts");
  });

  test("to approve a plan", () => {
    const desk = livingDesk();
    desk.must({ op: "create", by: ada, task: id(1), subject: "Parser" });
    desk.must({ op: "claim", by: bob, task: id(1) });
    const digest = "a".repeat(64);
    const plan = { version: 1, text: "First the lexer.", files: [] };
    desk.must({ op: "ask", by: bob, kind: "plan", task: id(1), digest, summary: "Parser", plan });
    const [ask] = desk.fold.state.approvals.keys();
    if (ask === undefined) throw new Error("nobody has asked");
    const answer = { op: "answer", by: ada, ask, verdict: "allow", digest } as const;

    expect(forged(desk, answer, "bobs1")).toMatchObject({ kind: "not_allowed", who: "ada" });
    expect(forged(desk, answer, "adas1")).toBe("counts");
  });
});
