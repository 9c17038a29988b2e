import { expect, test } from "vitest";
import { nodeFiles } from "../../../../src/base/node-files.ts";
import { openFileStore } from "../../../../src/store/files/open-file-store.ts";
import { bob, id, idsOf, message, note } from "../../../support/store-entries.ts";
import { fileTeam } from "../../../support/store-team.ts";

/** What libuv makes of a short write: it goes on with the rest by itself. Between the two parts another appends. */
function splittingFiles(between: () => Promise<unknown>) {
  const real = nodeFiles();
  let isNext = true;
  const append: typeof real.append = async (file, bytes) => {
    if (!isNext) return real.append(file, bytes);
    isNext = false;
    const half = bytes.length >> 1;
    const first = await real.append(file, bytes.subarray(0, half));
    await between();
    return first + (await real.append(file, bytes.subarray(half)));
  };
  return { ...real, append };
}

test("C8, M2 a message that another one split, although all its bytes were written, is not acknowledged but appended again", async () => {
  const team = await fileTeam();
  const other = await team.open();
  await other.store.mailbox(bob).append(message(1, "before", "instance-b"));
  const fs = splittingFiles(() => other.store.mailbox(bob).append(message(2, "between", "instance-b")));
  const store = await openFileStore(fs, team.paths, { durability: "default", network: false });

  const answers = [
    await store.mailbox(bob).append(message(1, "split")),
    await store.mailbox(bob).append(message(1, "split")),
  ];
  await store.close();

  expect(answers).toEqual(["uncertain", "done"]);
  expect(await idsOf(other.store.mailbox(bob))).toEqual([id(1, "instance-b"), id(2, "instance-b"), id(1)]);
});

test("C8 an entry behind which others have appended already is found to stand", async () => {
  const team = await fileTeam();
  const other = await team.open();
  const real = nodeFiles();
  const append: typeof real.append = async (file, bytes) => {
    const count = await real.append(file, bytes);
    await other.store.journal.append(note(1, "n".repeat(40)));
    return count;
  };
  const store = await openFileStore({ ...real, append }, team.paths, {
    durability: "default",
    network: false,
  });

  const answer = await store.journal.append({ ...note(7, "mine"), id: id(7, "instance-c") });
  await store.close();

  expect(answer).toBe("done");
  expect((await idsOf(other.store.journal)).slice(1)).toEqual([id(7, "instance-c"), id(1)]);
});
