import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { nodeFiles } from "../../../src/base/node-files.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const fs = nodeFiles();
let path: string;

beforeEach(() => {
  path = join(tempFolder(), "1.jsonl");
});

const opened = { openAppend: fs.openAppend, openRead: fs.openRead };

test.each(["openAppend", "openRead"] as const)("E8 %s does not follow a link", async (call) => {
  writeFileSync(`${path}.real`, "kept");
  symlinkSync(`${path}.real`, path);
  await expect(opened[call](path)).rejects.toMatchObject({ code: "ELOOP" });
});

test.each(["openAppend", "openRead"] as const)("E10 %s refuses a file with a second name", async (call) => {
  writeFileSync(path, "kept");
  linkSync(path, `${path}.other`);
  await expect(opened[call](path)).rejects.toMatchObject({ code: "state_dir", message: /2 hard links/ });
});

test.each(["openAppend", "openRead"] as const)(
  "E11 %s refuses a FIFO without waiting for its other end",
  async (call) => {
    execFileSync("mkfifo", [path]);
    await expect(opened[call](path)).rejects.toMatchObject({ code: "state_dir", message: /no regular file/ });
  },
);

test("E11 a folder in the place of a log is refused", async () => {
  mkdirSync(path);
  await expect(fs.openRead(path)).rejects.toMatchObject({ code: "state_dir" });
  await expect(fs.openAppend(path)).rejects.toMatchObject({ code: "EISDIR" });
});
