import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TroupeError } from "../../../src/base/errors.ts";
import { stateHash } from "../../../src/team/state-hash.ts";
import { claimNext, claimTask, createTask, noteTask } from "../../../src/team/tasks.ts";
import type { Team } from "../../../src/team/team.ts";
import { ada, bob, cyd, id } from "../../support/team-entries.ts";
import { addTasks, journalIds, openProcesses, process, withJournal } from "../../support/team-processes.ts";

async function hashOf(team: Team): Promise<string> {
  return stateHash(await team.readOn());
}

describe("commit over one disk with three processes", () => {
  test("the first claim in the journal wins, and every process says the same", async () => {
    const { lead, one, two } = await openProcesses();
    await addTasks(lead, 1);

    const answers = await Promise.all([
      claimTask(one, bob, id(1)),
      claimTask(two, cyd, id(1)),
      claimTask(lead, ada, id(1)),
    ]);

    const won = answers.filter((answer) => answer.ok);
    expect(won).toHaveLength(1);
    const owner = won[0]?.ok === true ? won[0].task.owner : undefined;
    for (const answer of answers)
      expect(answer).toMatchObject(
        answer.ok ? { task: { owner } } : { reason: { kind: "taken", by: owner } },
      );
    expect(new Set([await hashOf(lead), await hashOf(one), await hashOf(two)]).size).toBe(1);
  });

  test("it refuses early only on a state that is up to date", async () => {
    const { disk, lead, one } = await openProcesses();
    await addTasks(lead, 1);
    await claimTask(lead, ada, id(1));
    await one.readOn();
    const claim = lead.state().tasks.get(id(1))?.claim;
    if (!claim) throw new Error("no claim");
    await lead.commit({ op: "release", by: ada, task: id(1), claim, why: "given_back" });
    const before = journalIds(disk).length;

    const outcome = await claimTask(one, bob, id(1));
    const refused = await claimTask(lead, ada, id(1));

    expect(outcome).toMatchObject({ ok: true, task: { owner: "bob" } });
    expect(refused).toMatchObject({ ok: false, reason: { kind: "taken", by: "bob" } });
    expect(journalIds(disk)).toHaveLength(before + 2);
  });

  test("commits of one process stand in the journal in the order they were asked for, with rising ids", async () => {
    const { disk, lead } = await openProcesses();
    await addTasks(lead, 1);
    const before = journalIds(disk).length;

    await Promise.all(["a", "b", "c", "d"].map((text) => noteTask(lead, ada, id(1), text)));

    expect(
      lead
        .state()
        .tasks.get(id(1))
        ?.notes.map(({ text }) => text),
    ).toEqual(["a", "b", "c", "d"]);
    const counters = journalIds(disk)
      .slice(before)
      .map((line) => Number(line.split(".")[1]));
    expect(counters).toEqual(counters.toSorted((one, other) => one - other));
    expect(new Set(counters).size).toBe(4);
  });

  test("number_taken is tried again with the next number: three creators leave no gap", async () => {
    const { lead, one, two } = await openProcesses();

    const answers = await Promise.all(
      [lead, one, two].flatMap((team) =>
        Array.from({ length: 10 }, () => createTask(team, "user", { subject: "Work" })),
      ),
    );

    expect(answers.every(({ ok }) => ok)).toBe(true);
    await lead.readOn();
    expect([...lead.state().tasks.keys()]).toEqual(
      Array.from({ length: 30 }, (_, index) => String(index + 1)),
    );
  });

  test("A5 M12 three processes claim until nothing is left, in any interleaving: no double, one state", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { disk, lead } = await openProcesses();
        await addTasks(lead, 7);
        const slow = withJournal((journal) => ({
          append: scheduler.scheduleFunction(journal.append),
          read: scheduler.scheduleFunction(journal.read),
        }));
        const opening = ["p1", "p2", "p3"].map((name) => process(disk, name, slow));
        await scheduler.waitFor(Promise.all(opening));
        const teams = await Promise.all(opening);
        const parties = [ada, bob, cyd] as const;
        const works = teams.map((team, index) => claimAll(team, parties[index] ?? bob));
        await scheduler.waitFor(Promise.all(works));

        const won = (await Promise.all(works)).flat();
        expect(won.toSorted()).toEqual(["1", "2", "3", "4", "5", "6", "7"]);
        await scheduler.waitFor(Promise.all(teams.map((team) => team.readOn())));
        expect(new Set(teams.map((team) => stateHash(team.state()))).size).toBe(1);
      }),
      { numRuns: 60 },
    );
  }, 30_000);
});

async function claimAll(team: Team, by: typeof bob): Promise<readonly string[]> {
  const won: string[] = [];
  for (;;) {
    const outcome = await claimNext(team, by);
    if (!outcome.ok) return won;
    won.push(outcome.task.id);
  }
}

describe("trouble outside", () => {
  test.each([
    ["landed", true],
    ["did not land", false],
  ])(
    "M2 a write that was cut short and %s is appended again with the same id and counts once",
    async (_, lands) => {
      const { disk, lead } = await openProcesses();
      let cuts = 2;
      const cut = withJournal((journal) => ({
        append: async (entry) => {
          if (cuts === 0) return journal.append(entry);
          cuts -= 1;
          if (lands) await journal.append(entry);
          return "uncertain";
        },
      }));
      const team = await process(disk, "cut", cut);

      const outcome = await createTask(team, ada, { subject: "Once" });

      expect(outcome).toMatchObject({ ok: true, task: { id: "1" } });
      expect((await lead.readOn()).tasks.size).toBe(1);
      expect(new Set(journalIds(disk).filter((line) => line.startsWith("cut")))).toEqual(
        new Set([expect.stringMatching(/^cut/)]),
      );
    },
  );

  test("M2 when every try is cut short the error says that it is uncertain", async () => {
    const { disk } = await openProcesses();
    const team = await process(
      disk,
      "cut",
      withJournal(() => ({ append: async () => "uncertain" })),
    );

    const failure = createTask(team, ada, { subject: "Maybe" });

    await expect(failure).rejects.toMatchObject({
      code: "failed",
      message: expect.stringContaining("uncertain") as string,
      details: { uncertain: true },
    });
  });

  test("M2 C1 an error after a cut keeps its code and its cause and says uncertain; alone it is passed on", async () => {
    const { disk } = await openProcesses();
    const full = new TroupeError("disk_full", "no space for journal/1.jsonl");
    const answers: (TroupeError | "uncertain")[] = ["uncertain", full, full];
    const team = await process(
      disk,
      "full",
      withJournal(() => ({
        append: async () => {
          const answer = answers.shift() ?? full;
          if (answer === "uncertain") return answer;
          throw answer;
        },
      })),
    );

    await expect(createTask(team, ada, { subject: "Maybe" })).rejects.toMatchObject({
      code: "disk_full",
      cause: full,
      message: expect.stringContaining("uncertain") as string,
    });
    await expect(createTask(team, ada, { subject: "No" })).rejects.toBe(full);
    expect(team.state().tasks.size).toBe(0);
  });

  test("C3 C6 M12 an entry that stands and cannot be read back is called uncertain, neither won nor lost", async () => {
    const { disk, lead } = await openProcesses();
    await addTasks(lead, 1);
    const trouble = new TroupeError("store_unreachable", "cannot read journal/1.jsonl: EIO");
    let isBroken = false;
    const team = await process(
      disk,
      "blind",
      withJournal((journal) => ({
        read: (from) => (isBroken ? Promise.reject(trouble) : journal.read(from)),
        append: (entry) => {
          isBroken = true;
          return journal.append(entry);
        },
      })),
    );

    const claim = claimTask(team, bob, id(1));

    await expect(claim).rejects.toMatchObject({
      code: "store_unreachable",
      message: expect.stringMatching(/^uncertain .*: it was written.*cannot read journal/) as string,
      cause: trouble,
      details: { uncertain: true },
    });
    isBroken = false;
    expect((await team.readOn()).tasks.get(id(1))?.owner).toBe("bob");
  });

  test("C1 after an error the next commit works again", async () => {
    const { disk } = await openProcesses();
    let isFull = true;
    const team = await process(
      disk,
      "full",
      withJournal((journal) => ({
        append: async (entry) => {
          if (isFull) throw new TroupeError("disk_full", "no space");
          return journal.append(entry);
        },
      })),
    );
    await expect(createTask(team, ada, { subject: "No" })).rejects.toMatchObject({ code: "disk_full" });
    isFull = false;

    expect(await createTask(team, ada, { subject: "Yes" })).toMatchObject({ ok: true, task: { id: "1" } });
  });

  test.each(["newer_format", "journal_damaged"] as const)(
    "M10 M15 after %s nothing is appended any more, and what was folded stays readable",
    async (code) => {
      const { disk, lead } = await openProcesses();
      await addTasks(lead, 1);
      const stopped = new TroupeError(code, "stopped");
      let isStopped = false;
      const team = await process(
        disk,
        "old",
        withJournal((journal) => ({
          read: (from) => (isStopped ? Promise.reject(stopped) : journal.read(from)),
        })),
      );
      const before = journalIds(disk).length;
      isStopped = true;
      await expect(team.readOn()).rejects.toBe(stopped);
      isStopped = false;

      await expect(noteTask(team, ada, id(1), "late")).rejects.toBe(stopped);

      expect(journalIds(disk)).toHaveLength(before);
      expect(team.state().tasks.get(id(1))?.subject).toBe("Task 1");
    },
  );

  test("an append that answers done and does nothing is found out", async () => {
    const { disk } = await openProcesses();
    const team = await process(
      disk,
      "lie",
      withJournal(() => ({ append: async () => "done" })),
    );

    await expect(createTask(team, ada, { subject: "Lost" })).rejects.toMatchObject({
      code: "journal_damaged",
    });
  });

  test("a journal without a team is damaged", async () => {
    const { disk } = await openProcesses();
    disk.logs.get("journal")?.lines.splice(0);

    await expect(process(disk, "late")).rejects.toMatchObject({ code: "journal_damaged" });
  });
});
