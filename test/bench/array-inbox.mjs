import { writeFileSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { underLock } from "./lock.mjs";

/**
 * Baseline: a mailbox is one JSON array. To send is to lock it, read all of it, push, and write all of it to a
 * temporary file that is renamed over it. File calls are promises, as such programs use them.
 */
export function arrayInbox(path) {
  const read = async () => JSON.parse(await readFile(path, "utf8"));
  const write = async (messages) => {
    const temporary = `${path}.${process.pid}.tmp`;
    await writeFile(temporary, JSON.stringify(messages, null, 2));
    await rename(temporary, path);
  };
  return {
    read,
    create: (messages) => writeFileSync(path, JSON.stringify(messages, null, 2)),
    /** True when it was sent, false when the lock was refused. */
    send: (message) => underLock(path, 10, async () => write([...(await read()), message])),
  };
}
