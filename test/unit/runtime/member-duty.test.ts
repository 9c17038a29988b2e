import { expect, onTestFinished, test } from "vitest";
import { MemberName, Role, TaskId } from "../../../src/protocol/names.ts";
import { type Duty, openDuty } from "../../../src/runtime/member-duty.ts";
import { openIntake } from "../../../src/runtime/member-intake.ts";
import { openMailbox, readMailbox } from "../../../src/team/mail.ts";
import { steerMember } from "../../../src/team/members.ts";
import { claimTask, completeTask, createTask } from "../../../src/team/tasks.ts";
import type { Team } from "../../../src/team/team.ts";
import { memoryTeam } from "../../support/member-memory.ts";

const first = TaskId.parse("1");

interface Idle {
  readonly duty: Duty;
  /** Ids of what the duty has for the model now. */
  readonly next: () => Promise<readonly string[]>;
  readonly pass: (ms: number) => void;
}

async function idle(team: Team, name: string, seen: ReadonlySet<string> = new Set()): Promise<Idle> {
  const me = MemberName.parse(name);
  const lead = name === "lead";
  const intake = openIntake({ team, me, lead, mailbox: await openMailbox(team, me, new Set()), seen });
  onTestFinished(intake.close);
  let now = 0;
  const duty = openDuty({ team, me, lead, intake, clock: () => now });
  return {
    duty,
    next: async () => (await duty.next()).map(({ id }) => id),
    pass: (ms) => {
      now += ms;
    },
  };
}

test("an idle teammate claims the next task that it may have", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const { next } = await idle(team, "ada");
  await createTask(team, "user", { subject: "Later", blockedBy: [] });

  expect(await next()).toEqual([`claim:${team.state().tasks.get(first)?.claim}`]);
  expect(team.state().tasks.get(first)?.owner).toBe("ada");
});

test("the lead claims nothing by itself", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const { next } = await idle(team, "lead");
  await createTask(team, "user", { subject: "For ada" });

  expect(await next()).toEqual([]);
  expect(team.state().tasks.get(first)?.owner).toBeUndefined();
});

test("K7 an owner that rests is reminded at once, after 1 and 2 minutes, and after 4 more the task is free", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const { duty, next, pass } = await idle(team, "ada");
  await createTask(team, "user", { subject: "Forgotten" });
  const claimed = await claimTask(team, MemberName.parse("ada"), first);
  const claim = claimed.ok ? claimed.task.claim : undefined;
  const rest = (ms: number): void => {
    duty.rested(false);
    pass(ms);
  };

  rest(0);
  const atOnce = await next();
  rest(59_999);
  const early = await next();
  const due = duty.dueInMs();
  pass(1);
  const second = await next();
  rest(120_000);
  const third = await next();
  rest(240_000);
  const none = await next();

  expect([atOnce, early, due, second, third, none]).toEqual([
    [`owns:${claim}:1`],
    [],
    1,
    [`owns:${claim}:2`],
    [`owns:${claim}:3`],
    [],
  ]);
  expect(team.state().tasks.get(first)).toMatchObject({ status: "pending", deaths: 0, previousOwner: "ada" });
  expect((await readMailbox(team, MemberName.parse("lead")))[0]?.message).toMatchObject({
    kind: "system",
    text: "Task #1 was given back for ada, who was idle and did not go on after 3 reminders.",
  });
});

test("K7 who forgot a task does not claim it again before somebody else had it, but takes others", async () => {
  const { team } = await memoryTeam(["lead", "ada", "bob"]);
  const seen = new Set<string>();
  await createTask(team, "user", { subject: "Forgotten" });
  const claimed = await claimTask(team, MemberName.parse("ada"), first);
  const claim = claimed.ok ? claimed.task.claim : undefined;
  for (const count of [1, 2, 3]) seen.add(`owns:${claim}:${count}`);
  const { next, pass } = await idle(team, "ada", seen);
  pass(240_000);
  await next();

  const afterwards = await next();
  await createTask(team, "user", { subject: "Another" });
  const another = await next();
  await completeTask(team, MemberName.parse("ada"), TaskId.parse("2"));
  const bobs = await claimTask(team, MemberName.parse("bob"), first);
  await team.commit({
    op: "release",
    by: MemberName.parse("bob"),
    task: first,
    claim: (bobs.ok ? bobs.task.claim : undefined) ?? ("" as never),
    why: "given_back",
  });
  const again = await next();

  expect(afterwards).toEqual([]);
  // What became of the forgotten one is told along with the next.
  expect(another).toHaveLength(2);
  expect(again).toEqual([`claim:${team.state().tasks.get(first)?.claim}`]);
});

test("who has just asked somebody gets a minute for the answer", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const { duty, next, pass } = await idle(team, "ada");
  await createTask(team, "user", { subject: "With a question" });
  await claimTask(team, MemberName.parse("ada"), first);
  duty.rested(true);

  const waiting = [await next(), duty.dueInMs()];
  pass(60_000);

  expect(waiting).toEqual([[], 60_000]);
  expect(await next()).toHaveLength(1);
});

test("the lead is asked for its report at once, and three times at most", async () => {
  const { team } = await memoryTeam(["lead"], "A goal");
  const { duty, next, pass } = await idle(team, "lead");
  const asked: (readonly string[])[] = [];

  for (const ms of [0, 60_000, 120_000, 1_000_000]) {
    duty.rested(true);
    pass(ms);
    asked.push(await next());
  }

  expect(asked).toEqual([["done:0:0:1"], ["done:0:0:2"], ["done:0:0:3"], []]);
  expect(duty.dueInMs()).toBeNull();
});

test("K6 what its owner forgot is taken up by it once more after a minute, when nobody else did, and then not again", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const seen = new Set<string>();
  const { duty, next, pass } = await idle(team, "ada", seen);
  await createTask(team, "user", { subject: "Forgotten" });
  const forget = async (): Promise<void> => {
    for (const ms of [0, 60_000, 120_000, 240_000]) {
      duty.rested(false);
      pass(ms);
      await next();
    }
  };

  await next();
  await forget();
  const left = [await next(), duty.dueInMs(), team.state().tasks.get(first)?.owner];
  pass(60_000);
  await next();
  const taken = team.state().tasks.get(first)?.owner;
  await forget();
  pass(1_000_000);

  expect(left).toEqual([[], 60_000, undefined]);
  expect(taken).toBe("ada");
  expect(await next()).toEqual([]);
  expect([team.state().tasks.get(first)?.status, duty.dueInMs()]).toEqual(["pending", null]);
});

test("K6 a task that lies is told to the lead after a minute and a half, with the reason, and once", async () => {
  const { team, join } = await memoryTeam(["lead", "ada"]);
  await join("tess", { role: "tester" });
  const { duty, pass } = await idle(team, "lead");
  const told = async (): Promise<readonly string[]> => (await duty.next()).map(({ text }) => text);
  // Somebody works, so the team does not stand still.
  await createTask(team, "user", { subject: "Long" });
  await claimTask(team, MemberName.parse("ada"), first);
  await createTask(team, "user", { subject: "For ada, who is busy" });
  await createTask(team, "user", { subject: "For nobody", role: Role.parse("painter") });
  await createTask(team, "user", { subject: "For tess", role: Role.parse("tester") });
  await steerMember(team, "user", MemberName.parse("tess"), { what: "pause" });

  const atFirst = [await told(), duty.dueInMs()];
  pass(60_000);
  const nudged = [await told(), duty.dueInMs()];
  pass(30_000);
  const texts = await told();

  expect(atFirst).toEqual([[], 60_000]);
  expect(nudged).toEqual([[], 30_000]);
  expect(texts[0]?.split("\n").slice(1, 3)).toEqual([
    "#3 needs the role painter, which no teammate at work has.",
    "#4 could be claimed by tess, who is paused until the user lets it go on.",
  ]);
  expect(texts[0]).toContain("TaskUpdate changes who may claim one");
  pass(1_000_000);
  expect([await told(), duty.dueInMs()]).toEqual([[], null]);
});
