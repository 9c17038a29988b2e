import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { underLock } from "./lock.mjs";

/**
 * Baseline: a mailbox is one JSON array. To send is to lock it, read all of it, push, and write all of it to a
 * temporary file that is renamed over it. File calls inside the lock are synchronous: the fastest form of this design.
 */
export function arrayInbox(path) {
  const read = () => JSON.parse(readFileSync(path, "utf8"));
  const write = (messages) => {
    const temporary = `${path}.${process.pid}.tmp`;
    writeFileSync(temporary, JSON.stringify(messages, null, 2));
    renameSync(temporary, path);
  };
  return {
    read,
    create: (messages) => write(messages),
    /** True when it was sent, false when the lock was refused. */
    send: (message) => underLock(path, 10, () => write([...read(), message])),
  };
}
