import { expect, test } from "vitest";
import { TroupeError } from "../../../src/base/errors.ts";
import { EntryId, MemberName, type Position } from "../../../src/protocol/names.ts";
import { ownLog, readAll } from "../../../src/runtime/member-log.ts";
import type { AgentLogEntry, Log } from "../../../src/store/store.ts";
import { memoryTeam } from "../../support/member-memory.ts";

const ada = MemberName.parse("ada");

function ids(): () => EntryId {
  let count = 0;
  return () => EntryId.parse(`adas-life.${++count}`);
}

/** A log whose appends answer what the test says; entries are kept in order. */
function scriptedLog(
  answers: ("done" | "uncertain" | Error)[],
): Log<AgentLogEntry> & { readonly kept: AgentLogEntry[] } {
  const kept: AgentLogEntry[] = [];
  const start = "0" as Position;
  return {
    kept,
    append: async (entry) => {
      const answer = answers.shift() ?? "done";
      if (answer instanceof Error) throw answer;
      kept.push(entry);
      return answer;
    },
    read: () =>
      Promise.resolve({
        entries: kept.map((entry) => ({ entry, at: start })),
        next: start,
        torn: [],
        atEnd: true,
      }),
    start: () => Promise.resolve(start),
    end: () => Promise.resolve(start),
    changes: async function* () {},
  };
}

async function all(log: Log<AgentLogEntry>): Promise<readonly AgentLogEntry[]> {
  const found: AgentLogEntry[] = [];
  for await (const entry of readAll(log)) found.push(entry);
  return found;
}

test("M2 an append whose outcome is uncertain is made again with the same id, and read once", async () => {
  const log = scriptedLog(["uncertain", "uncertain", "done"]);

  await ownLog(log, ids()).append({ n: 1 });

  expect(log.kept.map(({ id }) => id)).toEqual(["adas-life.1", "adas-life.1", "adas-life.1"]);
  expect(await all(log)).toEqual([{ v: 1, id: "adas-life.1", n: 1 }]);
});

test("M2 what stays uncertain is an error, never taken for done", async () => {
  const log = scriptedLog(["uncertain", "uncertain", "uncertain", "uncertain", "uncertain"]);

  await expect(ownLog(log, ids()).append({ n: 1 })).rejects.toMatchObject({ code: "disk_full" });
});

test("C1 one failed append does not spoil the next, and the order stays", async () => {
  const full = new TroupeError("disk_full", "no space left");
  const log = scriptedLog(["done", full, "done"]);
  const own = ownLog(log, ids());

  const outcomes = await Promise.allSettled([
    own.append({ n: 1 }),
    own.append({ n: 2 }),
    own.append({ n: 3 }),
  ]);

  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(log.kept.map(({ n }) => n)).toEqual([1, 3]);
});

test("a log of thousands of entries is read to its end", async () => {
  const { team } = await memoryTeam(["ada"]);
  const own = ownLog(team.store.agentLog(ada, "events"), team.nextId);
  for (let n = 1; n <= 5_000; n++) await own.append({ n });

  const found = await all(team.store.agentLog(ada, "events"));

  expect([found.length, found.at(-1)?.["n"]]).toEqual([5_000, 5_000]);
});
