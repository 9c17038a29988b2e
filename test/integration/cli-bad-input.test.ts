import {
  appendFileSync,
  chownSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isErrno } from "../../src/base/errors.ts";
import { encodeLine } from "../../src/store/line-codec.ts";
import { type CliDesk, cliDesk } from "../support/cli-process.ts";
import { shell } from "../support/cli-shell.ts";
import { containing, matching } from "../support/cli-world.ts";
import { canMount, smallDisk } from "../support/small-disk.ts";
import { until } from "../support/until.ts";

const isRoot = process.getuid?.() === 0;

async function desk(): Promise<CliDesk> {
  const one = await cliDesk();
  await one.troupe(["create", "hello", "--member", "ada"]);
  return one;
}

function teamFolder({ config }: CliDesk): string {
  return join(config, "teams/hello");
}

function journal(one: CliDesk): string {
  return join(teamFolder(one), "journal/1.jsonl");
}

test.each<[string, string, number, RegExp]>([
  [
    "E13 CLAUDE_CONFIG_DIR is no absolute path",
    "CLAUDE_CONFIG_DIR=here troupe task list",
    1,
    /^error: CLAUDE_CONFIG_DIR gives no usable folder: here is no absolute path\nhint: set CLAUDE_CONFIG_DIR/,
  ],
  [
    "E13 HOME is the root",
    "unset CLAUDE_CONFIG_DIR; HOME=/ troupe task list",
    1,
    /^error: HOME is "\/": no folder for the teams\nhint: set HOME/,
  ],
  [
    "E13 HOME is not set, and the system knows where home is",
    "unset HOME CLAUDE_CONFIG_DIR; troupe task list",
    3,
    /^error: no team works in /,
  ],
  [
    "team.json has an unknown field",
    `echo '{"members":[{"name":"ada","modle":"x"}]}' > t.json; troupe run -p x -f t.json`,
    2,
    /^error: \S*t\.json: members\[0\]\.modle: there is no such field\nhint: did you mean model\?/,
  ],
  [
    "team.json is cut off",
    `printf '{\\n"name":\\n' > t.json; troupe create -f t.json`,
    2,
    /^error: \S*t\.json: line 3: not valid JSON\n/,
  ],
  ["the team's name leaves the folder", "troupe create ../x", 2, /^error: \[team\]: "\.\.\/x" is no name/],
])("%s", async (_, line, exit, stderr) => {
  const result = shell(await cliDesk(), line);

  expect(result).toMatchObject({ exit, stdout: "", stderr: matching(stderr) });
  expect(result.stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(3);
});

test("E9 a team folder that is a link is refused, and what it points to is not touched", async () => {
  const one = await desk();
  renameSync(teamFolder(one), join(one.project, "elsewhere"));
  symlinkSync(join(one.project, "elsewhere"), teamFolder(one));

  expect(await one.troupe(["task", "add", "x", "--team", "hello"])).toMatchObject({
    exit: 1,
    stdout: "",
    stderr: matching(/^error: \S*hello is refused: it is a symbolic link\nhint: /),
  });
});

test.skipIf(!isRoot)("E9 a team folder of another user is refused (needs root)", async () => {
  const one = await desk();
  chownSync(teamFolder(one), 12_345, 12_345);

  expect(await one.troupe(["task", "list", "--team", "hello"])).toMatchObject({
    exit: 1,
    stderr: matching(
      /^error: \S*hello is refused: it belongs to uid 12345 \(mode 0700\), we are uid 0\nhint: /,
    ),
  });
});

test("M15 an entry of a newer format stops every command, naming the version", async () => {
  const one = await desk();
  const entry = {
    op: "note",
    v: 7,
    id: "later.1",
    at: "2026-11-20T12:00:00.000Z",
    by: "user",
    task: "1",
    text: "x",
  };
  appendFileSync(journal(one), encodeLine(JSON.stringify(entry)));

  expect(await one.troupe(["task", "list"])).toMatchObject({
    exit: 1,
    stdout: "",
    stderr: matching(/^error: .*format 7.*\nhint: update troupe\n$/),
  });
  expect(JSON.parse((await one.troupe(["task", "add", "x", "--json"])).stdout)).toMatchObject({
    error: { code: "newer_format", details: { version: 7 } },
  });
});

test("M13 a journal that is cut while somebody follows it ends the follower with an error that names it", async () => {
  const one = await desk();
  const follow = one.start(["timeline", "--follow"]);
  await until(() => follow.stdout().includes("joins"));

  truncateSync(journal(one), 40);

  expect(await follow.ended).toBe(1);
  expect(follow.stderr()).toMatch(
    /^error: \S*journal\/1\.jsonl shrank: it has 40 bytes, \d+ were read\nhint: [^\n]+\n$/,
  );
});

test.skipIf(!canMount)(
  "C1 on a full disk a change is refused or void, and the same command works with room (needs root and mount)",
  async () => {
    const disk = smallDisk();
    expect(disk, "mount is allowed, yet failed").toBeDefined();
    const one = await cliDesk();
    const troupe = (argv: readonly string[]) => {
      const { ended, stdout, stderr } = one.start(argv, { CLAUDE_CONFIG_DIR: disk ?? "" });
      return ended.then((exit) => ({ exit, stdout: stdout(), stderr: stderr() }));
    };
    const add = ["task", "add", "Docs", "--description", "x".repeat(6_000)];
    await troupe(["create", "hello", "--member", "ada"]);
    const ballast = join(disk ?? "", "ballast");
    fill(ballast);

    const refused = await troupe([...add, "--json"]);
    const listed = await troupe(["task", "list", "--json"]);
    rmSync(ballast);
    const added = await troupe(add);

    expect(refused).toMatchObject({ exit: 1, stderr: "" });
    expect(JSON.parse(refused.stdout)).toMatchObject({
      error: { code: "disk_full", message: containing("journal/1.jsonl: ENOSPC") },
    });
    expect(listed).toMatchObject({ exit: 0, stdout: "[]\n" });
    expect(added).toMatchObject({ exit: 0, stdout: containing("added #1 Docs") });
  },
);

/** Writes until the disk takes nothing more. */
function fill(path: string): void {
  for (;;) {
    try {
      writeFileSync(path, "x".repeat(512), { flag: "a" });
    } catch (error) {
      if (isErrno(error, "ENOSPC")) return;
      throw error;
    }
  }
}
