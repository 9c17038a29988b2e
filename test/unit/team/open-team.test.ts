import { describe, expect, test } from "vitest";
import { TroupeError } from "../../../src/base/errors.ts";
import type { MemoryDisk } from "../../../src/store/memory/open-memory-store.ts";
import { FOLD_VERSION } from "../../../src/team/fold.ts";
import { SNAPSHOT_LEAST } from "../../../src/team/journal-reader.ts";
import { stateHash } from "../../../src/team/state-hash.ts";
import { claimNext, claimTask, noteTask } from "../../../src/team/tasks.ts";
import type { Team } from "../../../src/team/team.ts";
import { ada, bob, cyd, id } from "../../support/team-entries.ts";
import { addTasks, journalIds, openProcesses, process, withJournal } from "../../support/team-processes.ts";

describe("snapshots", () => {
  const NOTES = SNAPSHOT_LEAST + 10;

  async function busyTeam(): Promise<{ disk: MemoryDisk; team: Team; other: Team }> {
    const { disk, lead, one } = await openProcesses();
    await addTasks(lead, 2);
    for (let note = 0; note < NOTES; note++)
      await lead.commit({ op: "update", by: "user", task: id(1), priority: note % 7 });
    return { disk, team: lead, other: one };
  }

  test("M8 whoever writes the 1,000th entry writes one; a later start folds only the rest", async () => {
    const { disk, team, other } = await busyTeam();
    const position = disk.snapshot?.position;
    await other.readOn();
    let read = 0;
    const counted = withJournal((journal) => ({
      read: async (from) => {
        const result = await journal.read(from);
        read += result.entries.length;
        return result;
      },
    }));

    const late = await process(disk, "late", counted);

    expect(disk.snapshot?.fold).toBe(FOLD_VERSION);
    expect(disk.snapshot?.position).toBe(position);
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(100);
    expect(stateHash(late.state())).toBe(stateHash(await team.readOn()));
    expect(await claimNext(late, cyd)).toMatchObject({ ok: true, task: { id: "1" } });
  }, 30_000);

  test("M8 a snapshot that is missing or of another version costs time only, and the next start writes one", async () => {
    const { disk, team } = await busyTeam();
    const hash = stateHash(await team.readOn());
    const old = disk.snapshot;
    disk.snapshot = undefined;

    const first = await process(disk, "first");
    const made = disk.snapshot;
    disk.snapshot = old && { ...old, fold: FOLD_VERSION + 1 };
    const second = await process(disk, "second");
    disk.snapshot = old && { ...old, state: { not: "ours" } };
    const third = await process(disk, "third");

    expect([first, second, third].map((each) => stateHash(each.state()))).toEqual([hash, hash, hash]);
    expect(made).toMatchObject({ fold: FOLD_VERSION });
  }, 30_000);

  test("a disk without room for a snapshot does not take a claim away", async () => {
    const { disk, lead } = await openProcesses();
    await addTasks(lead, 1);
    const team = await process(disk, "full", (real) => ({
      ...real,
      snapshot: { ...real.snapshot, save: () => Promise.reject(new TroupeError("disk_full", "no space")) },
    }));
    const left = SNAPSHOT_LEAST - journalIds(disk).length;
    const outcomes = new Set<boolean>();
    for (let note = 0; note < left; note++)
      outcomes.add((await team.commit({ op: "update", by: "user", task: id(1), priority: 1 })).ok);

    expect(journalIds(disk)).toHaveLength(SNAPSHOT_LEAST);
    expect([...outcomes]).toEqual([true]);
    expect(disk.snapshot).toBeUndefined();
  }, 30_000);
});

describe("a process's view", () => {
  test("subscribers hear each entry once, in order, with its verdict, until they stop", async () => {
    const { lead, one } = await openProcesses();
    await one.readOn();
    const heard: [string, boolean][] = [];
    const stop = one.subscribe(({ entry, verdict }) => heard.push([entry.op, verdict.ok]));

    await addTasks(lead, 1);
    await Promise.all([one.readOn(), one.readOn(), one.readOn()]);
    await claimTask(one, bob, id(1));
    stop();
    await noteTask(one, bob, id(1), "unheard");

    expect(heard).toEqual([
      ["create", true],
      ["claim", true],
    ]);
  });

  test("an instance that was opened before goes on counting behind its last id", async () => {
    const { disk, lead } = await openProcesses();
    await addTasks(lead, 2);

    const again = await process(disk, "lead");

    expect(await noteTask(again, ada, id(1), "still me")).toMatchObject({ ok: true });
    expect(again.name).toBe("parser");
  });
});
