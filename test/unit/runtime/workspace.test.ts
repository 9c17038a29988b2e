import { truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TaskId } from "../../../src/protocol/names.ts";
import { teamPaths } from "../../../src/protocol/paths.ts";
import { openWorkspace } from "../../../src/runtime/workspace.ts";
import { must } from "../../fixtures/agent-stand-in-memory.ts";
import { CREW, hostAt, opened, PLAN } from "../../fixtures/agent-stand-in-plan.ts";
import { tagged } from "../../fixtures/agent-stand-in-process.ts";
import { leftoverFiles } from "../../support/leaks.ts";
import { tempFolder } from "../../support/temp-folder.ts";

test("a team of durability power works as any other", async () => {
  const workspace = openWorkspace(hostAt(tempFolder()));
  await opened(workspace.create({ ...PLAN, settings: { durability: "power" } }));

  const team = await opened(workspace.open(CREW));

  await must(team, { op: "note", by: "user", task: TaskId.parse("1"), text: "kept" });
  expect(
    team
      .state()
      .tasks.get(TaskId.parse("1"))
      ?.notes.map(({ text }) => text),
  ).toEqual(["kept"]);
});

test("A13 a deleted team is gone, and its name is free", async () => {
  const home = tempFolder();
  const workspace = openWorkspace(hostAt(home));
  await (await workspace.create(PLAN)).close();

  await workspace.remove(CREW);

  expect(await workspace.list()).toEqual([]);
  expect(leftoverFiles(home)).toEqual([]);
  await expect(workspace.open(CREW)).rejects.toMatchObject({ code: "team_not_found" });
  await expect(workspace.remove(CREW)).rejects.toMatchObject({ code: "team_not_found" });
  await opened(workspace.create(PLAN));
});

test("a team whose process lives is not deleted", async () => {
  const workspace = openWorkspace(hostAt(tempFolder()));
  await opened(workspace.create(PLAN));
  const { pid } = await tagged("exec sleep 60", {
    CLAUDE_CONFIG_DIR: workspace.configDir,
    TROUPE_TEAM: "crew",
    TROUPE_INSTANCE: "alive1",
  });

  await expect(workspace.remove(CREW)).rejects.toMatchObject({
    code: "already_running",
    message: `team crew is running (pid ${pid}); nothing was deleted`,
  });
  expect(await workspace.list()).toEqual(["crew"]);
});

test("M10 a team whose journal is damaged can be deleted", async () => {
  const workspace = openWorkspace(hostAt(tempFolder()));
  await (await workspace.create(PLAN)).close();
  truncateSync(join(teamPaths(workspace.configDir, CREW).journal, "1.jsonl"), 0);
  await expect(workspace.open(CREW)).rejects.toMatchObject({ code: "journal_damaged" });

  await workspace.remove(CREW);

  expect(await workspace.list()).toEqual([]);
});
