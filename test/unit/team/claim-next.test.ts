import { describe, expect, test, vi } from "vitest";
import { MemberName } from "../../../src/protocol/names.ts";
import { bestTask } from "../../../src/team/best-task.ts";
import { joinMember } from "../../../src/team/members.ts";
import {
  assignTask,
  blockTask,
  claimNext,
  claimTask,
  completeTask,
  createTask,
  releaseTask,
  updateTask,
} from "../../../src/team/tasks.ts";
import type { Team } from "../../../src/team/team.ts";
import {
  ada,
  bob,
  cyd,
  engineer,
  entryId,
  id,
  instance,
  openDesk,
  reviewer,
} from "../../support/team-entries.ts";
import { addTasks, openProcesses } from "../../support/team-processes.ts";

/** What `by` claims, one after another, until nothing is left. */
async function claimAll(team: Team, by: typeof bob | "user"): Promise<readonly string[]> {
  const won: string[] = [];
  for (;;) {
    const outcome = await claimNext(team, by);
    if (!outcome.ok) return won;
    won.push(outcome.task.id);
  }
}

async function joinByHand(team: Team, count: number): Promise<readonly MemberName[]> {
  const names = Array.from({ length: count }, (_, number) => MemberName.parse(`w${number}`));
  for (const name of names) await joinMember(team, "user", { name, backend: "hand", definition: {} });
  return names;
}

describe("what comes first", () => {
  test("assigned to the claimer, then had before, then priority, then number", async () => {
    const { lead } = await openProcesses();
    await addTasks(lead, 6);
    await updateTask(lead, ada, id(5), { priority: 2 });
    await updateTask(lead, ada, id(6), { priority: -1 });
    await claimTask(lead, cyd, id(4));
    await releaseTask(lead, cyd, id(4));
    await assignTask(lead, ada, id(3), { to: cyd });

    expect(await claimAll(lead, cyd)).toEqual(["3", "4", "5", "1", "2", "6"]);
  });

  test("what is reserved for others, of another role, blocked or claimed is passed over", async () => {
    const { lead } = await openProcesses();
    await addTasks(lead, 4);
    await createTask(lead, ada, { subject: "Review", role: reviewer });
    await createTask(lead, ada, { subject: "Build", role: engineer, priority: 1 });
    await assignTask(lead, ada, id(1), { to: bob });
    await blockTask(lead, ada, id(2), [id(1)]);
    await claimTask(lead, bob, id(3));

    expect(await claimAll(lead, cyd)).toEqual(["4", "5"]);
    expect(await claimNext(lead, cyd)).toEqual({ ok: false, reason: { kind: "none_claimable" } });
    expect(await claimAll(lead, "user")).toEqual(["6"]);
    expect(await claimAll(lead, bob)).toEqual(["1"]);
  });

  test("completing a blocker makes what waits for it claimable", async () => {
    const { lead } = await openProcesses();
    await addTasks(lead, 3);
    await blockTask(lead, ada, id(2), [id(1)]);
    await blockTask(lead, ada, id(3), [id(1), id(2)]);

    const order: string[] = [];
    for (let round = 0; round < 3; round++) {
      const [task = "none", ...more] = await claimAll(lead, bob);
      order.push(task, ...more);
      await completeTask(lead, bob, id(round + 1));
    }

    expect(order).toEqual(["1", "2", "3"]);
  });

  test("a task of a role that was had before and needs another role now is not offered", async () => {
    const { lead } = await openProcesses();
    await addTasks(lead, 1);
    await claimTask(lead, cyd, id(1));
    await releaseTask(lead, cyd, id(1));
    await updateTask(lead, ada, id(1), { role: engineer });

    expect(await claimAll(lead, cyd)).toEqual([]);
  });

  test("a fold that knows of nothing reads on before it says so", async () => {
    const { lead, one } = await openProcesses();
    await one.readOn();
    await addTasks(lead, 1);

    expect(await claimNext(one, bob)).toMatchObject({ ok: true, task: { id: "1", owner: "bob" } });
  });

  test("a stranger is refused once, not task by task", async () => {
    const { disk, lead } = await openProcesses();
    await addTasks(lead, 5);
    const before = disk.logs.get("journal")?.lines.length;

    expect(await claimNext(lead, MemberName.parse("eve"))).toMatchObject({
      ok: false,
      reason: { kind: "unknown_member" },
    });
    expect(disk.logs.get("journal")?.lines.length).toBe(before);
  });
});

describe("where several begin", () => {
  test("K9 the idle begin at consecutive tasks, and one alone at the first", async () => {
    const { lead } = await openProcesses();
    await addTasks(lead, 5);

    const alone = bestTask(lead, cyd, 0);
    const [w0 = cyd, w1 = cyd, w2 = cyd] = await joinByHand(lead, 3);

    expect(alone).toBe("1");
    // bob is a child without a process: he does not look for work, so cyd is the first of four.
    expect([cyd, w0, w1, w2].map((name) => bestTask(lead, name, 0))).toEqual(["1", "2", "3", "4"]);
    await claimTask(lead, w0, id(1));
    expect([cyd, w1, w2].map((name) => bestTask(lead, name, 0))).toEqual(["2", "3", "4"]);
  });

  test("a member with a process counts while it lives", async () => {
    const { lead } = await openProcesses();
    await addTasks(lead, 3);
    const start = { op: "start", by: "system", member: bob, instance: instance("life") } as const;

    const before = bestTask(lead, cyd, 0);
    await lead.commit(start);
    const living = bestTask(lead, cyd, 0);
    await lead.commit({ ...start, op: "end", how: "died" });

    expect([before, living, bestTask(lead, cyd, 0)]).toEqual(["1", "2", "1"]);
  });

  test("those who have tasks keep to their own share of the range, each at another place", async () => {
    const { lead } = await openProcesses();
    const workers = await joinByHand(lead, 4);
    await addTasks(lead, 100);
    for (const [index, worker] of [cyd, ...workers].entries()) await claimTask(lead, worker, id(index + 1));

    const places = [cyd, ...workers].map((worker) => Number(bestTask(lead, worker, 0)));

    expect(places).toEqual([6, 24, 43, 62, 81]);
  });

  test("equals are equal in priority: the spread never prefers a lower one", async () => {
    const { lead } = await openProcesses();
    const workers = await joinByHand(lead, 4);
    await addTasks(lead, 6);
    await updateTask(lead, ada, id(5), { priority: 1 });

    expect(workers.map((worker) => bestTask(lead, worker, 0))).toEqual(["5", "5", "5", "5"]);
  });

  test("whoever loses begins elsewhere the next time, and nothing is left over", async () => {
    const { lead, one, two } = await openProcesses();
    const workers = await joinByHand(lead, 3);
    await addTasks(lead, 30);
    await Promise.all([one.readOn(), two.readOn()]);

    const won = await Promise.all(
      [lead, one, two].map((team, index) => claimAll(team, workers[index] ?? cyd)),
    );

    expect(won.flat().toSorted((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 30 }, (_, index) => String(index + 1)),
    );
    for (const each of won) expect(each.length).toBeGreaterThan(0);
  });
});

/** Looks at tasks and at words of bitmaps for 50 picks and claims among `count` tasks, a tenth of them blocked. */
function looks(count: number): { tasks: number; words: number } {
  const desk = openDesk();
  for (let number = 1; number <= count; number++) {
    const blockedBy = number % 10 === 0 ? [id(number - 1)] : [];
    desk.must({ op: "create", by: ada, task: id(number), subject: "Work", blockedBy });
  }
  const { fold } = desk;
  const get = vi.spyOn(fold.state.tasks as Map<unknown, unknown>, "get");
  const clz32 = vi.spyOn(Math, "clz32");
  for (let claim = 1; claim <= 50; claim++) {
    const claimer = { name: cyd, role: reviewer };
    const [first] = fold.index.candidates(claimer, { rank: 3, among: 16, how: "far" });
    if (first === undefined) throw new Error("nothing is claimable");
    desk.must({ op: "claim", by: cyd, task: first });
    desk.must({ op: "complete", by: cyd, task: first, claim: entryId("desk", 3 + count + claim * 2 - 1) });
  }
  const found = { tasks: get.mock.calls.length, words: clz32.mock.calls.length };
  get.mockRestore();
  clz32.mockRestore();
  return found;
}

describe("what it costs", () => {
  test("picking, claiming and completing look at as many tasks and words among 20,000 as among 200", () => {
    const few = looks(200);
    const many = looks(20_000);

    expect(few.tasks).toBeGreaterThan(0);
    expect(many.tasks).toBeLessThanOrEqual(few.tasks + 10);
    // One more level of the tree for each factor of 32.
    expect(many.words).toBeLessThanOrEqual(few.words * 2);
  });
});
