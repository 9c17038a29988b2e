import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MemberName, TaskId, TeamName } from "../../src/protocol/names.ts";
import type { Task } from "../../src/team/state.ts";
import { noteTask } from "../../src/team/tasks.ts";
import { shownAndFreed } from "../support/fault-rescue.ts";
import { workspaceAhead } from "../support/fault-team.ts";
import { leftoverFiles, watchLeaks } from "../support/leaks.ts";
import { startLines } from "../support/line-process.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { hasTool } from "../support/tools.ts";

const FIXTURE = join(import.meta.dirname, "../fixtures/fault-blocked.mjs");
const hasFaketime = hasTool("faketime", "-f", "+1d", "true");
const NAME = TeamName.parse("blocked");
const ADA = MemberName.parse("ada");
const TASK = TaskId.parse("1");

interface Blocked {
  readonly shown: string | undefined;
  readonly freed: number;
  readonly locks: readonly string[];
  /** Another process's entry in the meantime was accepted. */
  readonly noted: boolean;
  readonly last: string | undefined;
  readonly task: Task | undefined;
}

/** A member works on task 1 in a process that stands still, while this one looks with a clock that is `aheadMs` ahead. */
async function blocked(aheadMs: number, ...through: readonly string[]): Promise<Blocked> {
  const folder = tempFolder();
  const testId = watchLeaks(folder);
  let isAhead = false;
  const team = await workspaceAhead(folder, () => (isAhead ? aheadMs : 0)).create({
    name: NAME,
    dir: folder,
    settings: {},
    members: [{ name: ADA, lead: false, backend: "child", definition: {} }],
    tasks: [{ subject: "a long one", blockedBy: [] }],
  });
  const goOn = join(folder, "go-on");
  const argv = [...through, process.execPath, FIXTURE, folder, NAME, goOn];
  const { next, ended } = startLines(argv, { TROUPE_TEST_ID: testId });
  expect(await next()).toBe("READY");

  isAhead = true;
  const seen = await shownAndFreed(team);
  const locks = leftoverFiles(folder);
  const note = await noteTask(team, "user", TASK, "others work on");
  writeFileSync(goOn, "");
  const last = await next();
  await ended;
  await team.readOn();
  const task = team.state().tasks.get(TASK);
  await team.close();
  return { ...seen, locks, noted: note.ok, last, task };
}

test("B3 a member whose event loop stands still holds no lock, is shown unresponsive, keeps its task and goes on", async () => {
  const { task, ...seen } = await blocked(31_000);

  expect(seen).toEqual({ shown: "unresponsive", freed: 0, locks: [], noted: true, last: "completed true" });
  expect(task).toMatchObject({ status: "completed", deaths: 0 });
});

test.skipIf(!hasFaketime).each([
  ["ahead of", "+1d", "working"],
  ["behind", "-1d", "unresponsive"],
] as const)(
  "B4 a member whose clock is a day %s the others' keeps its task (needs faketime)",
  async (_how, shift, shown) => {
    const { task, ...seen } = await blocked(0, "faketime", "-f", shift);

    expect(seen).toEqual({ shown, freed: 0, locks: [], noted: true, last: "completed true" });
    expect(task).toMatchObject({ status: "completed", deaths: 0 });
  },
);
