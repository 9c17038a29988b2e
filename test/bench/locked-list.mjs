import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { underLock } from "./lock.mjs";

/**
 * Baseline: each task is one JSON file. To claim is to take the one lock of the list, read every task, pick the first
 * that is free and not blocked, and write it. File calls inside the lock are synchronous, as in `array-inbox`.
 */
export function lockedList(folder) {
  const write = (task) => {
    const temporary = join(folder, `.${task.id}.${process.pid}.tmp`);
    writeFileSync(temporary, JSON.stringify(task, null, 2));
    renameSync(temporary, join(folder, `${task.id}.json`));
  };
  const readAll = () =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));

  return {
    create: (tasks) => {
      mkdirSync(folder, { recursive: true });
      for (const task of tasks) write(task);
    },
    /** The id that was claimed, undefined when none is left, false when the lock was refused. */
    claim: async (owner) => {
      let claimed;
      const locked = await underLock(join(folder, ".list"), 30, () => {
        const tasks = readAll();
        const done = new Set(tasks.filter((task) => task.status === "completed").map((task) => task.id));
        const free = tasks.find(
          (task) => task.status === "pending" && !task.owner && task.blockedBy.every((id) => done.has(id)),
        );
        if (!free) return;
        write({ ...free, status: "in_progress", owner });
        claimed = free.id;
      });
      return locked && claimed;
    },
    /** Makes claimed tasks free again, for the next round. */
    release: (ids) => {
      for (const id of ids) {
        const task = JSON.parse(readFileSync(join(folder, `${id}.json`), "utf8"));
        write({ ...task, status: "pending", owner: undefined });
      }
    },
  };
}
