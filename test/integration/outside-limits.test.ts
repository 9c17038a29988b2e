import { execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { openHost } from "../../src/base/host.ts";
import { TaskId, TeamName } from "../../src/protocol/names.ts";
import { openWorkspace, type Workspace } from "../../src/runtime/workspace.ts";
import { createTask, noteTask } from "../../src/team/tasks.ts";
import { tempFolder } from "../support/temp-folder.ts";

const fixtures = join(import.meta.dirname, "../fixtures");
const name = TeamName.parse("limits");

function workspaceIn(folder: string): Workspace {
  return openWorkspace({ ...openHost("troupe.js", folder, { CLAUDE_CONFIG_DIR: folder }), home: folder });
}

const Refused = z.object({ code: z.string(), message: z.string(), errno: z.number() });

test("C2 a process at its limit for the size of a file is told path and errno, and what it had written stands", async () => {
  const folder = tempFolder();
  const workspace = workspaceIn(folder);
  const team = await workspace.create({ name, dir: folder, settings: {}, members: [], tasks: [] });
  await createTask(team, "user", { subject: "written to the limit" });

  // 20,000 bytes: the kernel cuts the seventh note short and then refuses (EFBIG, errno -27).
  const stdout = execFileSync(
    "prlimit",
    ["--fsize=20000", process.execPath, join(fixtures, "note-writer.mjs"), name],
    {
      env: { PATH: "/usr/bin:/bin", CLAUDE_CONFIG_DIR: folder },
      encoding: "utf8",
    },
  );

  const lines = stdout.trim().split("\n");
  const done = lines.slice(0, -1);
  const refused = Refused.parse(JSON.parse(lines.at(-1) ?? ""));
  expect(done).toEqual(["done 1", "done 2", "done 3", "done 4", "done 5", "done 6"]);
  expect(refused).toMatchObject({ errno: -27 });
  expect(refused.message).toContain(join(folder, "teams/limits/journal/1.jsonl"));

  // A writer without that limit goes on behind the torn line.
  expect((await noteTask(team, "user", TaskId.parse("1"), "afterwards")).ok).toBe(true);
  const notes = team
    .state()
    .tasks.get(TaskId.parse("1"))
    ?.notes.map(({ text }) => text.split(" ")[0]);
  expect(notes).toEqual(["1", "2", "3", "4", "5", "6", "afterwards"]);
  expect(team.store.torn().map(({ why }) => why)).toEqual(["checksum"]);
  await team.close();
});

test("B7 the fold is the same in every time zone and language", () => {
  const folder = tempFolder();
  cpSync(join(import.meta.dirname, "../../teams-fixtures/golden/greeting"), join(folder, "teams/greeting"), {
    recursive: true,
  });
  const places = [
    { TZ: "UTC", LANG: "C" },
    { TZ: "Pacific/Kiritimati", LANG: "tr_TR.UTF-8" },
    { TZ: "America/St_Johns", LANG: "de_DE.UTF-8" },
  ];

  const answers = places.map((place) => {
    const env = { PATH: "/usr/bin:/bin", CLAUDE_CONFIG_DIR: folder, ...place };
    const stdout = execFileSync(process.execPath, [join(fixtures, "fold-hash.mjs"), "greeting"], {
      env,
      encoding: "utf8",
    });
    const [hash, hour] = stdout.trim().split(" ");
    return { hash, hour };
  });

  expect(new Set(answers.map(({ hour }) => hour)).size).toBe(3);
  expect(new Set(answers.map(({ hash }) => hash)).size).toBe(1);
  expect(answers[0]?.hash).toMatch(/^[0-9a-f]{8,}$/);
});
