import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { underLock } from "./lock.mjs";

/**
 * Baseline: each task is one JSON file. To claim is to take the one lock of the list, read every task, pick the first
 * that is free and not blocked, and write it: temporary file and rename. File calls are promises and the tasks are read
 * at the same time, as such programs do; everything outside the clock (`create`, `release`) is synchronous.
 */
export function lockedList(folder) {
  const put = (task) => writeFileSync(join(folder, `${task.id}.json`), JSON.stringify(task, null, 2));
  const write = async (task) => {
    const temporary = join(folder, `.${task.id}.${process.pid}.tmp`);
    await writeFile(temporary, JSON.stringify(task, null, 2));
    await rename(temporary, join(folder, `${task.id}.json`));
  };
  const readAll = async () => {
    const names = (await readdir(folder)).filter((name) => name.endsWith(".json"));
    return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), "utf8"))));
  };

  return {
    create: (tasks) => {
      mkdirSync(folder, { recursive: true });
      for (const task of tasks) put(task);
    },
    /** The id that was claimed, undefined when none is left, false when the lock was refused. */
    claim: async (owner) => {
      let claimed;
      const locked = await underLock(join(folder, ".list"), 30, async () => {
        const tasks = await readAll();
        const done = new Set(tasks.filter((task) => task.status === "completed").map((task) => task.id));
        const free = tasks.find(
          (task) => task.status === "pending" && !task.owner && task.blockedBy.every((id) => done.has(id)),
        );
        if (!free) return;
        await write({ ...free, status: "in_progress", owner });
        claimed = free.id;
      });
      return locked && claimed;
    },
    /** Makes claimed tasks free again, for the next round. */
    release: (ids) => {
      for (const id of ids) {
        const task = JSON.parse(readFileSync(join(folder, `${id}.json`), "utf8"));
        put({ ...task, status: "pending", owner: undefined });
      }
    },
  };
}
