import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withLock } from "../../../src/base/lock.ts";
import { tempFolder } from "../../support/temp-folder.ts";

function file(): string {
  const path = join(tempFolder(), "log");
  writeFileSync(path, "");
  return path;
}

test("jobs under one lock run one after another, and nothing is left behind", async () => {
  const path = file();
  const order: string[] = [];
  const job = (name: string) => async (): Promise<string> => {
    order.push(`${name} in`);
    await new Promise<void>((resolve) => setImmediate(resolve));
    order.push(`${name} out`);
    return name;
  };

  const names = await Promise.all(["a", "b", "c"].map((name) => withLock(path, job(name))));

  expect(names).toEqual(["a", "b", "c"]);
  const owners = order.map((step) => step[0]);
  expect([owners[0], owners[2], owners[4]]).toEqual([owners[1], owners[3], owners[5]]);
  expect(readdirSync(join(path, ".."))).toEqual(["log"]);
});

test("a job that fails gives the lock back and fails as it did", async () => {
  const path = file();

  await expect(withLock(path, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");

  expect(await withLock(path, async (isHeld) => isHeld())).toBe(true);
});

test("a lock that is taken away during the job is no error of the job", async () => {
  const path = file();

  const answer = await withLock(path, async () => {
    rmSync(`${path}.lock`, { recursive: true });
    return "done";
  });

  expect(answer).toBe("done");
  expect(existsSync(`${path}.lock`)).toBe(false);
});

test("E12 a lock that cannot be taken is an error that names it", async () => {
  const path = join(tempFolder(), "gone", "log");

  const failed = withLock(path, async () => "never");

  await expect(failed).rejects.toMatchObject({ code: "store_unreachable", details: { path } });
});

test("a lock of a process that died long ago is taken over", async () => {
  const path = file();
  mkdirSync(`${path}.lock`);
  const longAgo = new Date(Date.UTC(2020, 0, 1));
  utimesSync(`${path}.lock`, longAgo, longAgo);

  expect(await withLock(path, async () => "mine")).toBe("mine");
});
