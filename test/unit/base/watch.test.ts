import { appendFileSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { untilNextTick, type WatchOptions, watchFolders } from "../../../src/base/watch.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { until } from "../../support/until.ts";

/** Counts the looks that a watch asks for, until the test ends. */
function countLooks(
  paths: readonly string[],
  options: WatchOptions,
): { looks: () => number; stop: () => Promise<void> } {
  const stopping = new AbortController();
  let looks = 0;
  const watching = (async () => {
    const hints = watchFolders(paths, options, stopping.signal);
    while (!(await hints.next()).done) looks++;
  })();
  const stop = async (): Promise<void> => {
    stopping.abort();
    await watching;
  };
  onTestFinished(stop);
  return { looks: () => looks, stop };
}

test("asks for a look at once, and when a file in the folder grows or appears", async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, "log"), "");
  const { looks } = countLooks([folder], { pollMs: 60_000 });
  await until(() => looks() === 1);

  appendFileSync(join(folder, "log"), "x");
  await until(() => looks() >= 2);
  const before = looks();
  writeFileSync(join(folder, "other"), "");
  await until(() => looks() > before);
});

test("a thousand changes at once are few looks", async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, "log"), "");
  const { looks } = countLooks([folder], { pollMs: 60_000 });
  await until(() => looks() === 1);

  for (let count = 0; count < 1_000; count++) appendFileSync(join(folder, "log"), "x");
  await until(() => looks() >= 2);

  expect(looks()).toBeLessThan(500);
});

test("H3 goes on hearing of a file that was replaced by a rename", async () => {
  const folder = tempFolder();
  const { looks } = countLooks([folder], { pollMs: 60_000 });
  await until(() => looks() === 1);
  for (let round = 0; round < 3; round++) {
    const before = looks();
    writeFileSync(join(folder, "new"), "x");
    renameSync(join(folder, "new"), join(folder, "file"));
    await until(() => looks() > before);
  }
});

test("H2 H4 asks for a look each tick although no watch fires", async () => {
  const { looks } = countLooks([tempFolder()], { pollMs: 20, pollOnly: true });

  await until(() => looks() >= 4);
});

test("H1 falls back to polling, and says so once, where watching is not possible", async () => {
  const file = join(tempFolder(), "file");
  writeFileSync(file, "");
  const errors: string[] = [];
  const onDegraded = (error: NodeJS.ErrnoException): void => void errors.push(error.code ?? "");

  const { looks } = countLooks([join(file, "below"), join(file, "too")], { pollMs: 20, onDegraded });
  await until(() => looks() >= 4);

  expect(errors).toEqual(["ENOTDIR"]);
});

test("a folder that comes later is watched from the next tick on", async () => {
  const folder = join(tempFolder(), "later");
  const { looks } = countLooks([folder], { pollMs: 50 });
  await until(() => looks() >= 2);
  mkdirSync(folder);
  const before = looks();
  await until(() => looks() > before + 1);

  writeFileSync(join(folder, "log"), "x");

  await until(() => looks() > before + 2);
});

test("ends with its signal, also before it began", async () => {
  const { looks, stop } = countLooks([tempFolder()], { pollMs: 60_000 });
  await until(() => looks() === 1);
  await stop();
  const over = new AbortController();
  over.abort();

  const never = await watchFolders([tempFolder()], { pollMs: 60_000 }, over.signal).next();

  expect(never.done).toBe(true);
});

test.each([20, 1_000, 10_000])("what a process does each %i ms falls on the same moments", (periodMs) => {
  const before = performance.now();
  const left = untilNextTick(periodMs);
  const after = performance.now();

  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(1.01 * periodMs);
  // A multiple of the period stands between the two, however long the call took.
  const tiny = 1e-9;
  expect(Math.floor((after + left) / periodMs + tiny)).toBeGreaterThanOrEqual(
    Math.ceil((before + left) / periodMs - tiny),
  );
});
