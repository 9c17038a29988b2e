import { expect, test } from "vitest";
import { TroupeError } from "../../../src/base/errors.ts";
import type { Message } from "../../../src/protocol/message.ts";
import type { EntryId } from "../../../src/protocol/names.ts";
import { openMailbox, readMailbox, sendMessage } from "../../../src/team/mail.ts";
import type { Team } from "../../../src/team/team.ts";
import { ada, bob } from "../../support/team-entries.ts";
import { openProcesses, process } from "../../support/team-processes.ts";

const NOTHING: ReadonlySet<EntryId> = new Set();

async function send(team: Team, text: string): Promise<readonly Message[]> {
  const outcome = await sendMessage(team, ada, { to: ["bob"], text });
  if (!outcome.ok) throw new Error(outcome.reason.kind);
  return outcome.messages;
}

function texts(messages: readonly Message[]): readonly (string | undefined)[] {
  return messages.map(({ text }) => text);
}

test("C3 C6 trouble in the middle of a take costs no message: the next one hands it out", async () => {
  const { disk, lead } = await openProcesses();
  for (let count = 1; count <= 600; count++) await send(lead, `message ${count}`);
  let isBroken = true;
  const trouble = new TroupeError("store_unreachable", "cannot read mail/bob: EIO");
  const reader = await process(disk, "reader", (real) => ({
    ...real,
    mailbox: (owner) => {
      const log = real.mailbox(owner);
      let reads = 0;
      return {
        ...log,
        read: (from) => (isBroken && reads++ > 0 ? Promise.reject(trouble) : log.read(from)),
      };
    },
  }));
  const mailbox = await openMailbox(reader, bob, NOTHING);

  await expect(mailbox.take()).rejects.toBe(trouble);
  isBroken = false;

  expect(texts(await mailbox.take())).toEqual(
    Array.from({ length: 600 }, (_, index) => `message ${index + 1}`),
  );
  expect(await mailbox.take()).toEqual([]);
});

test("C1 a cursor that cannot be written costs no message: the next take hands it out", async () => {
  const { disk, lead } = await openProcesses();
  const [known] = await send(lead, "in the transcript");
  await send(lead, "new");
  let isFull = true;
  const full = new TroupeError("disk_full", "cannot write cursor.json: ENOSPC");
  const reader = await process(disk, "reader", (real) => ({
    ...real,
    cursor: (owner) => {
      const file = real.cursor(owner);
      return { ...file, save: (cursor) => (isFull ? Promise.reject(full) : file.save(cursor)) };
    },
  }));
  const mailbox = await openMailbox(reader, bob, new Set(known ? [known.id] : []));

  await expect(mailbox.take()).rejects.toBe(full);
  isFull = false;

  expect(texts(await mailbox.take())).toEqual(["new"]);
});

test("C1 a receipt that could not be saved is saved later, though no message comes", async () => {
  const { disk, lead } = await openProcesses();
  await send(lead, "read while the disk was full");
  const full = new TroupeError("disk_full", "cannot write cursor.json: ENOSPC");
  let isFull = true;
  const reader = await process(disk, "reader", (real) => ({
    ...real,
    cursor: (owner) => {
      const file = real.cursor(owner);
      return { ...file, save: (cursor) => (isFull ? Promise.reject(full) : file.save(cursor)) };
    },
  }));
  const mailbox = await openMailbox(reader, bob, NOTHING);
  const [message] = await mailbox.take();

  await expect(mailbox.read(message)).rejects.toBe(full);
  await expect(mailbox.settle()).rejects.toBe(full);
  isFull = false;
  await mailbox.settle();

  expect((await readMailbox(lead, bob)).map(({ state }) => state)).toEqual(["read"]);
});

test("D9 whoever asks for enough gets it piece by piece, complete and in order", async () => {
  const { lead } = await openProcesses();
  for (let count = 1; count <= 600; count++) await send(lead, `message ${count}`);
  const mailbox = await openMailbox(lead, bob, NOTHING);

  const pieces: (readonly Message[])[] = [];
  for (let piece = await mailbox.take(1); piece.length > 0; piece = await mailbox.take(1)) pieces.push(piece);

  expect(pieces.length).toBeGreaterThan(1);
  expect(texts(pieces.flat())).toEqual(Array.from({ length: 600 }, (_, index) => `message ${index + 1}`));
});

test("C1 a message to several that fails in the middle says who has it", async () => {
  const { disk } = await openProcesses();
  const full = new TroupeError("disk_full", "cannot append to mail/cyd/1.jsonl: ENOSPC");
  const sender = await process(disk, "sender", (real) => ({
    ...real,
    mailbox: (owner) => {
      const log = real.mailbox(owner);
      return { ...log, append: (message) => (owner === "cyd" ? Promise.reject(full) : log.append(message)) };
    },
  }));

  const toBoth = sendMessage(sender, ada, { to: ["bob", "cyd"], text: "hello" });
  const toOne = sendMessage(sender, ada, { to: ["cyd"], text: "hello" });

  await expect(toBoth).rejects.toMatchObject({
    code: "disk_full",
    message: `sent to bob; for cyd it failed: ${full.message}`,
    cause: full,
    details: { sent: ["bob"], unsent: ["cyd"] },
  });
  await expect(toOne).rejects.toBe(full);
});
