import { expect, test } from "vitest";
import { InstanceId, MemberName } from "../../../src/protocol/names.ts";
import { type OwnApprovals, openApprovals, type Question } from "../../../src/runtime/approvals.ts";
import { answerApproval, waitingApprovals } from "../../../src/team/approvals.ts";
import type { Approval } from "../../../src/team/state.ts";
import type { Team } from "../../../src/team/team.ts";
import { memoryTeam } from "../../support/member-memory.ts";
import { until } from "../../support/until.ts";

const ada = MemberName.parse("ada");
const BUILD: Question = {
  kind: "permission",
  tool: "Bash",
  input: { command: "make" },
  summary: "make",
  rule: "Bash(make)",
};
const never = new AbortController().signal;

interface Desk {
  /** The person's view. */
  readonly user: Team;
  /** A life of ada: its view, and its questions. */
  readonly life: (seed: string) => Promise<{ readonly team: Team; readonly own: OwnApprovals }>;
  /** Answers everything that is open, and lets the life hear it. */
  readonly answer: (verdict: "allow" | "deny", hears?: Team, note?: string) => Promise<void>;
  readonly all: () => Promise<readonly Approval[]>;
}

async function openDesk(lease: { readonly answerWithinMs?: number } = {}): Promise<Desk> {
  const { team: user, view } = await memoryTeam(["lead", "ada"]);
  await user.commit({
    op: "lease",
    by: "system",
    instance: InstanceId.parse("supervisor"),
    pid: 1,
    ...lease,
  });
  return {
    user,
    life: async (seed) => {
      const team = await view(seed);
      return { team, own: openApprovals(team, ada) };
    },
    answer: async (verdict, hears, note) => {
      for (const approval of waitingApprovals(await user.readOn()))
        await answerApproval(user, "user", approval, { verdict, note });
      await hears?.readOn();
    },
    all: async () => [...(await user.readOn()).approvals.values()],
  };
}

async function isAsked({ user }: Desk, count = 1): Promise<void> {
  await until(async () => waitingApprovals(await user.readOn()).length === count);
}

test("the answer comes back, and the question is used before the caller may act", async () => {
  const desk = await openDesk();
  const { team, own } = await desk.life("one");

  const answer = own.ask(BUILD, never);
  await isAsked(desk);
  await desk.answer("allow", team, "go");

  expect(await answer).toEqual({ verdict: "allow", note: "go" });
  expect(await desk.all()).toMatchObject([{ number: 1, settled: { how: "used" } }]);
});

test("a refusal comes back with its note", async () => {
  const desk = await openDesk();
  const { team, own } = await desk.life("one");

  const answer = own.ask(BUILD, never);
  await isAsked(desk);
  await desk.answer("deny", team, "use ninja");

  expect(await answer).toEqual({ verdict: "deny", note: "use ninja" });
});

test("identical questions that are open are one; another input is another question", async () => {
  const desk = await openDesk();
  const { team, own } = await desk.life("one");

  const both = [own.ask(BUILD, never), own.ask(BUILD, never)];
  const other = own.ask({ ...BUILD, input: { command: "make all" } }, never);
  await isAsked(desk, 2);
  await desk.answer("allow", team);

  const verdicts = (await Promise.all([...both, other])).map(({ verdict }) => verdict);
  expect(verdicts).toEqual(["allow", "allow", "allow"]);
  expect(await desk.all()).toHaveLength(2);
});

test("a used answer is not used again: the same call is asked anew", async () => {
  const desk = await openDesk();
  const { team, own } = await desk.life("one");
  const first = own.ask(BUILD, never);
  await isAsked(desk);
  await desk.answer("allow", team);
  await first;

  const second = own.ask(BUILD, never);
  await isAsked(desk);
  await desk.answer("deny", team);

  expect(await second).toEqual({ verdict: "deny" });
  expect(await desk.all()).toMatchObject([{ number: 1 }, { number: 2 }]);
});

test.each(["open", "answered"])("a later life takes over its %s question", async (state) => {
  const desk = await openDesk();
  const killed = await desk.life("one");
  void killed.own.ask(BUILD, never);
  await isAsked(desk);
  // Killed: it never reads on, so it hears nothing more.
  if (state === "answered") await desk.answer("allow");

  const { team, own } = await desk.life("two");
  const answer = own.ask(BUILD, never);
  if (state === "open") await desk.answer("allow", team);

  expect(await answer).toEqual({ verdict: "allow" });
  expect(await desk.all()).toMatchObject([{ number: 1, settled: { how: "used" } }]);
});

test("of two lives that heard one answer only one may act", async () => {
  const desk = await openDesk();
  const one = await desk.life("one");
  const two = await desk.life("two");
  const answers = [one.own.ask(BUILD, never)];
  await isAsked(desk);
  answers.push(two.own.ask(BUILD, never));
  await desk.answer("allow");

  await Promise.all([one.team.readOn(), two.team.readOn()]);

  const verdicts = (await Promise.all(answers)).map(({ verdict }) => verdict);
  expect(verdicts.toSorted()).toEqual(["allow", "deny"]);
});

test("an interrupted turn withdraws its question, unless somebody else still waits for it", async () => {
  const desk = await openDesk();
  const { team, own } = await desk.life("one");
  const first = new AbortController();
  const second = new AbortController();
  const answers = [own.ask(BUILD, first.signal), own.ask(BUILD, second.signal)];
  await isAsked(desk);

  first.abort();
  expect(await answers[0]).toMatchObject({ verdict: "deny" });
  await isAsked(desk);
  second.abort();

  expect(await answers[1]).toMatchObject({ verdict: "deny" });
  expect(await desk.all()).toMatchObject([{ settled: { how: "withdrawn" } }]);
  await desk.answer("allow", team);
  expect(await own.ask(BUILD, AbortSignal.abort())).toMatchObject({ verdict: "deny" });
});

test("who asks again while an interrupted question is being withdrawn waits for a person anew", async () => {
  const desk = await openDesk();
  const { team, own } = await desk.life("one");
  const turn = new AbortController();
  const interrupted = own.ask(BUILD, turn.signal);
  await isAsked(desk);
  turn.abort();

  const again = own.ask(BUILD, never);
  expect(await interrupted).toMatchObject({ verdict: "deny" });
  await isAsked(desk);
  await desk.answer("allow", team);

  expect(await again).toEqual({ verdict: "allow" });
  expect((await desk.all()).map(({ settled }) => settled?.how)).toEqual(["withdrawn", "used"]);
});

test("a time that is longer than a timer counts is not over at once", async () => {
  const desk = await openDesk({ answerWithinMs: 30 * 86_400_000 });
  const { team, own } = await desk.life("one");
  const answer = own.ask(BUILD, never);
  await isAsked(desk);
  await desk.answer("allow", team);

  expect(await answer).toEqual({ verdict: "allow" });
});

test("without a person a question is denied when its time is over, and says so", async () => {
  const desk = await openDesk({ answerWithinMs: 0 });
  const { own } = await desk.life("one");

  expect(await own.ask(BUILD, never)).toEqual({
    verdict: "deny",
    note: "nobody has answered in time: this team runs without a person who could be asked",
    unanswered: true,
  });
  expect(await desk.all()).toMatchObject([{ settled: { how: "withdrawn" } }]);
});

test("what an earlier life asked and nobody asks any more is withdrawn at the end of the turn", async () => {
  const desk = await openDesk();
  const killed = await desk.life("one");
  void killed.own.ask(BUILD, never);
  await isAsked(desk);

  const { team, own } = await desk.life("two");
  const waiting = own.ask({ ...BUILD, summary: "again" }, never);
  await own.withdrawForgotten();
  await isAsked(desk);
  await desk.answer("allow", team);
  await waiting;
  await desk.life("three").then(({ own: third }) => third.withdrawForgotten());

  expect(await desk.all()).toMatchObject([{ settled: { how: "used" } }]);
  void killed.own.ask({ ...BUILD, input: {} }, never);
  await isAsked(desk);
  await (await desk.life("four")).own.withdrawForgotten();
  expect((await desk.all()).map(({ settled }) => settled?.how)).toEqual(["used", "withdrawn"]);
});

test("an input above 16 KiB lies beside the journal and is answered like any other; odd characters make no second digest", async () => {
  const desk = await openDesk();
  const { team, own } = await desk.life("one");
  const input = { command: `echo ${"é".repeat(20_000)}`, odd: "\ud800", ["__proto__x"]: 1 };

  const answer = own.ask({ ...BUILD, input }, never);
  await isAsked(desk);
  const [asked] = await desk.all();
  await desk.answer("allow", team);

  expect(asked).toMatchObject({ body: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown });
  expect(asked?.input).toBeUndefined();
  expect(await answer).toEqual({ verdict: "allow" });
});
