import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { openHost } from "../../src/base/host.ts";
import { MemberName, TaskId, TeamName } from "../../src/protocol/names.ts";
import { deathWatch } from "../../src/runtime/liveness.ts";
import { roster } from "../../src/runtime/roster.ts";
import { openWorkspace } from "../../src/runtime/workspace.ts";
import { sweep } from "../../src/team/rescue.ts";
import { createTask, noteTask } from "../../src/team/tasks.ts";
import { leftoverFiles, watchLeaks } from "../support/leaks.ts";
import { tempFolder } from "../support/temp-folder.ts";

const FIXTURE = join(import.meta.dirname, "../fixtures/fault-blocked.mjs");
const NAME = TeamName.parse("blocked");
const ADA = MemberName.parse("ada");

test("B3 a member whose event loop stands still holds no lock, is shown unresponsive, keeps its task and goes on", async () => {
  const folder = tempFolder();
  const testId = watchLeaks(folder);
  const real = openHost("troupe.js", folder, { CLAUDE_CONFIG_DIR: folder });
  let aheadMs = 0;
  // As if the block lasted as long as the clock is ahead.
  const host = { ...real, home: folder, now: () => real.now() + aheadMs };
  const team = await openWorkspace(host).create({
    name: NAME,
    dir: folder,
    settings: {},
    members: [{ name: ADA, lead: false, backend: "child", definition: {} }],
    tasks: [],
  });
  const { ok } = await createTask(team, "user", { subject: "a long one" });
  const goOn = join(folder, "go-on");
  const child = spawn(process.execPath, [FIXTURE, folder, NAME, goOn], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: "/usr/bin:/bin", TROUPE_TEST_ID: testId },
  });
  const ended = once(child, "close");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect(await lines.next()).toMatchObject({ value: "READY" });

  aheadMs = 31_000;
  await team.readOn();
  const [shown] = await roster(team);
  const freed = await sweep(team, "system", deathWatch(team));
  const locks = leftoverFiles(folder);
  const note = await noteTask(team, "user", TaskId.parse("1"), "others work on");
  writeFileSync(goOn, "");
  const last = await lines.next();
  await ended;
  await team.readOn();

  expect({ ok, state: shown?.state, freed, locks, noted: note.ok }).toEqual({
    ok: true,
    state: "unresponsive",
    freed: [],
    locks: [],
    noted: true,
  });
  expect(last).toMatchObject({ value: "completed true" });
  expect(team.state().tasks.get(TaskId.parse("1"))).toMatchObject({ status: "completed", deaths: 0 });
  await team.close();
});
