import { describe, expect, test } from "vitest";
import { BODY_INLINE_BYTES, BODY_MAX_BYTES, type Message } from "../../../src/protocol/message.ts";
import type { EntryId } from "../../../src/protocol/names.ts";
import { messageText, openMailbox, readMailbox, receipts, sendMessage } from "../../../src/team/mail.ts";
import { leaveMember } from "../../../src/team/members.ts";
import { noteTask } from "../../../src/team/tasks.ts";
import type { Team } from "../../../src/team/team.ts";
import { ada, bob, cyd, entryId, id, someText } from "../../support/team-entries.ts";
import { addTasks, openProcesses, process } from "../../support/team-processes.ts";
import { until } from "../../support/until.ts";

const NOTHING: ReadonlySet<EntryId> = new Set();

/** Sends, and fails when it is refused. */
async function send(team: Team, text: string, to: readonly string[] = ["bob"]): Promise<readonly Message[]> {
  const outcome = await sendMessage(team, ada, { to, text });
  if (!outcome.ok) throw new Error(outcome.reason.kind);
  return outcome.messages;
}

function texts(messages: readonly Message[]): readonly (string | undefined)[] {
  return messages.map(({ text }) => text);
}

async function states(team: Team): Promise<readonly (string | undefined)[][]> {
  return (await readMailbox(team, bob)).map(({ message, state }) => [message.text, state]);
}

describe("who gets a message", () => {
  test("a message has what the sender gave, and nobody else's name on it", async () => {
    const { lead } = await openProcesses();
    await addTasks(lead, 1);
    const re = entryId("earlier", 7);

    const outcome = await sendMessage(lead, ada, {
      to: ["@Bob"],
      text: "Look",
      task: id(1),
      re,
      urgent: true,
    });

    expect(outcome).toEqual({
      ok: true,
      messages: [
        {
          v: 1,
          id: someText,
          at: someText,
          from: "ada",
          to: "bob",
          kind: "text",
          text: "Look",
          task: "1",
          re,
          urgent: true,
        },
      ],
    });
  });

  test.each([
    [
      ["bob", "cyd"],
      [["bob"], ["cyd"]],
    ],
    [["bob", "@bob", "BOB"], [["bob"]]],
    [["user"], [["user"]]],
    [["@user"], [["user"]]],
    [
      ["all"],
      [
        ["user", "all"],
        ["bob", "all"],
        ["cyd", "all"],
      ],
    ],
    [
      ["@all", "cyd"],
      [["user", "all"], ["bob", "all"], ["cyd"]],
    ],
    [["@role:Engineer"], [["bob", "role:engineer"]]],
    [["ada"], [["ada"]]],
  ])("%j reaches %j", async (to, expected) => {
    const { lead } = await openProcesses();

    const messages = await send(lead, "Hello", to);

    const found = messages.map((message) => [message.to, ...(message.via ? [message.via] : [])]);
    expect(new Set(found.map(String))).toEqual(new Set(expected.map(String)));
    expect(new Set(messages.map((message) => message.id)).size).toBe(messages.length);
  });

  test("the user's word to all is for the members only", async () => {
    const { lead } = await openProcesses();

    const outcome = await sendMessage(lead, "user", { to: ["all"], text: "Hello" });

    expect(outcome.ok && outcome.messages.map(({ to }) => to)).toEqual(["ada", "bob", "cyd"]);
  });

  test("one unknown name refuses the whole, with the nearest names, and nothing is sent", async () => {
    const { lead } = await openProcesses();
    await leaveMember(lead, ada, cyd);

    const outcome = await sendMessage(lead, ada, {
      to: ["bob", "bub", "@cyd", "@role:enginer", ""],
      text: "Hello",
    });

    expect(outcome).toEqual({
      ok: false,
      reason: {
        kind: "unknown_recipients",
        recipients: [
          { name: "bub", nearest: ["bob"] },
          { name: "@cyd", nearest: [] },
          { name: "@role:enginer", nearest: ["@role:engineer"] },
          { name: "", nearest: [] },
        ],
      },
    });
    expect(await readMailbox(lead, bob)).toEqual([]);
  });

  test("a group that holds the sender alone, or no address at all, reaches nobody", async () => {
    const { lead } = await openProcesses();
    const nobody = { ok: false, reason: { kind: "empty", what: "recipients" } };

    expect(await sendMessage(lead, bob, { to: ["@role:engineer"], text: "Anyone?" })).toEqual(nobody);
    expect(await sendMessage(lead, bob, { to: [], text: "Anyone?" })).toEqual(nobody);
  });

  test("somebody who has just joined in another process is reached", async () => {
    const { lead, one } = await openProcesses();
    const dan = "dan" as typeof bob;
    await lead.commit({ op: "join", by: ada, member: dan, backend: "hand", definition: {} });

    expect(await sendMessage(one, bob, { to: ["dan"], text: "Welcome" })).toMatchObject({ ok: true });
  });

  test("strangers, those who left, empty words and unknown tasks are refused", async () => {
    const { lead } = await openProcesses();
    await leaveMember(lead, ada, cyd);
    const letter = { to: ["bob"], text: "Hello" };

    expect(await sendMessage(lead, cyd, letter)).toMatchObject({
      reason: { kind: "unknown_member", name: "cyd" },
    });
    expect(await sendMessage(lead, ada, { ...letter, text: " \n" })).toMatchObject({
      reason: { kind: "empty", what: "text" },
    });
    expect(await sendMessage(lead, ada, { ...letter, task: id(4) })).toEqual({
      ok: false,
      reason: { kind: "not_found", task: "4" },
    });
    expect(await sendMessage(lead, "system", { ...letter, kind: "system" })).toMatchObject({
      ok: true,
      messages: [{ from: "system", kind: "system" }],
    });
  });

  test("ids rise together with those of the journal", async () => {
    const { disk, lead } = await openProcesses();
    await addTasks(lead, 1);

    const [[first], , [second]] = await Promise.all([
      send(lead, "one"),
      noteTask(lead, ada, id(1), "between"),
      send(lead, "two"),
    ]);

    const all = [first?.id, second?.id, ...(disk.logs.get("journal")?.lines.map((line) => line.id) ?? [])];
    expect(new Set(all).size).toBe(all.length);
    expect(texts((await readMailbox(lead, bob)).map(({ message }) => message))).toEqual(["one", "two"]);
  });
});

describe("large texts", () => {
  test("D8 above 256 KiB the text lies in a side file, and comes back whole", async () => {
    const { lead, one } = await openProcesses();
    const small = "é".repeat(BODY_INLINE_BYTES / 2);
    const large = `${small}é`;

    const [inline] = await send(lead, small);
    const [aside] = await send(lead, large);
    const [again] = await send(lead, large, ["cyd"]);

    expect(inline?.text).toBe(small);
    expect(aside).not.toHaveProperty("text");
    expect(aside?.body).toMatch(/^[0-9a-f]{64}$/);
    expect(again?.body).toBe(aside?.body);
    if (!inline || !aside) throw new Error("not sent");
    expect(await messageText(one, inline)).toBe(small);
    expect(await messageText(one, aside)).toBe(large);
  });

  test("D8 a text that grows beyond a line when it is written as JSON lies in a side file too", async () => {
    const { lead } = await openProcesses();
    const text = "\u0001".repeat(200 * 1024);

    const [message] = await send(lead, text);

    expect(message).not.toHaveProperty("text");
    expect(message && (await messageText(lead, message))).toBe(text);
  });

  test("D8 above 10 MiB it is refused with the limit, and nothing is written", async () => {
    const { disk, lead } = await openProcesses();
    const text = "x".repeat(BODY_MAX_BYTES + 1);

    expect(await sendMessage(lead, ada, { to: ["bob"], text })).toEqual({
      ok: false,
      reason: { kind: "too_large", bytes: BODY_MAX_BYTES + 1, limit: BODY_MAX_BYTES },
    });
    expect(disk.files.size).toBe(0);
  });

  test("D8 a lost side file is an error text, not a lost message", async () => {
    const { disk, lead } = await openProcesses();
    const [message] = await send(lead, "x".repeat(BODY_INLINE_BYTES + 1));
    disk.files.clear();

    const [found] = await readMailbox(lead, bob);
    if (!message || !found) throw new Error("not sent");
    expect(await messageText(lead, found.message)).toContain(`bodies/${message.body}`);
  });

  test("D10 half a surrogate pair is replaced once, a whole one stays", async () => {
    const { lead } = await openProcesses();

    const [message] = await send(lead, "a\uD800b \u{1F600} \uDC00");

    expect(message?.text).toBe("a\uFFFDb \u{1F600} \uFFFD");
    expect((await readMailbox(lead, bob))[0]?.message.text).toBe(message?.text);
  });
});

describe("a mailbox", () => {
  test("gives each new message once, in order", async () => {
    const { lead, one } = await openProcesses();
    const mailbox = await openMailbox(one, bob, NOTHING);

    const before = await mailbox.take();
    await send(lead, "one");
    await send(lead, "two");
    const first = await mailbox.take();
    await send(lead, "three");

    expect([before, texts(first), texts(await mailbox.take()), await mailbox.take()]).toEqual([
      [],
      ["one", "two"],
      ["three"],
      [],
    ]);
  });

  test("receipts go from queued to delivered to read, never back, with one write of the cursor each", async () => {
    const { disk, lead, one } = await openProcesses();
    let saves = 0;
    const counting = await process(disk, "counting", (real) => ({
      ...real,
      cursor: (owner) => {
        const file = real.cursor(owner);
        return { ...file, save: (cursor) => ((saves += 1), file.save(cursor)) };
      },
    }));
    for (const text of ["one", "two", "three"]) await send(lead, text);
    const mailbox = await openMailbox(counting, bob, NOTHING);
    const [first, second, third] = await mailbox.take();
    if (!first || !second || !third) throw new Error("not taken");

    const queued = await states(one);
    await mailbox.delivered(second);
    const delivered = await states(one);
    await mailbox.read(first);
    await mailbox.delivered(first);
    await mailbox.delivered(second);
    const read = await states(one);
    await mailbox.read(third);

    expect(queued.map(([, state]) => state)).toEqual(["queued", "queued", "queued"]);
    expect(delivered.map(([, state]) => state)).toEqual(["delivered", "delivered", "queued"]);
    expect(read.map(([, state]) => state)).toEqual(["read", "delivered", "queued"]);
    expect((await states(one)).map(([, state]) => state)).toEqual(["read", "read", "read"]);
    expect(saves).toBe(3);
  });

  test("a message written while the reader is down is delivered when it returns, and no other twice", async () => {
    const { lead, one, two } = await openProcesses();
    await send(lead, "one");
    await send(lead, "two");
    const before = await openMailbox(one, bob, NOTHING);
    const [first] = await before.take();
    if (!first) throw new Error("not taken");
    await before.delivered(first);
    await send(lead, "three");

    const after = await openMailbox(two, bob, NOTHING);

    expect(texts(await after.take())).toEqual(["two", "three"]);
  });

  test("A8 what is in the transcript is not shown again, and its sender sees it delivered", async () => {
    const { lead, one, two } = await openProcesses();
    const [first] = await send(lead, "one");
    await send(lead, "two");
    await (await openMailbox(one, bob, NOTHING)).take();

    const after = await openMailbox(two, bob, new Set(first ? [first.id] : []));
    const taken = await after.take();

    expect(texts(taken)).toEqual(["two"]);
    expect(await states(lead)).toEqual([
      ["one", "delivered"],
      ["two", "queued"],
    ]);
  });

  test("what stands in the transcript behind something new does not carry the cursor over it", async () => {
    const { lead, one } = await openProcesses();
    await send(lead, "one");
    const [second] = await send(lead, "two");

    const mailbox = await openMailbox(one, bob, new Set(second ? [second.id] : []));
    const taken = await mailbox.take();

    expect(texts(taken)).toEqual(["one"]);
    expect(await states(lead)).toEqual([
      ["one", "queued"],
      ["two", "queued"],
    ]);
  });

  test("all that a former process delivered can be marked read", async () => {
    const { lead, one, two } = await openProcesses();
    await send(lead, "one");
    const before = await openMailbox(one, bob, NOTHING);
    const [first] = await before.take();
    if (!first) throw new Error("not taken");
    await before.delivered(first);

    await (await openMailbox(two, bob, new Set([first.id]))).read();

    expect(await states(lead)).toEqual([["one", "read"]]);
  });

  test("A4 M4 a message that was appended twice with one id comes once", async () => {
    const { disk, lead, one } = await openProcesses();
    await send(lead, "one");
    const log = disk.logs.get("mail/bob");
    if (!log) throw new Error("no mailbox");
    await send(lead, "two");
    log.lines.push(...log.lines);

    const mailbox = await openMailbox(one, bob, NOTHING);

    expect(texts(await mailbox.take())).toEqual(["one", "two"]);
    expect(await states(lead)).toHaveLength(2);
  });

  test("M21 a cursor ahead of the log is not believed: from the oldest message, without those in the transcript", async () => {
    const { disk, lead, one, two } = await openProcesses();
    const [first] = await send(lead, "one");
    await send(lead, "two");
    const before = await openMailbox(one, bob, NOTHING);
    const taken = await before.take();
    const last = taken.at(-1);
    if (!last) throw new Error("not taken");
    await before.delivered(last);
    // A power cut has taken the last message away, and another one stands there now.
    disk.logs.get("mail/bob")?.lines.pop();
    await send(lead, "other");

    const mailbox = await openMailbox(two, bob, new Set(first ? [first.id] : []));

    expect(texts(await mailbox.take())).toEqual(["other"]);
  });

  test("a message of another mailbox cannot move the cursor", async () => {
    const { lead, one } = await openProcesses();
    const [message] = await send(lead, "for cyd", ["cyd"]);
    const mailbox = await openMailbox(one, bob, NOTHING);
    if (!message) throw new Error("not sent");

    await expect(mailbox.delivered(message)).rejects.toThrow("was not taken");
  });

  test("changes wakes up for a new message and ends with its signal", async () => {
    const { lead, one } = await openProcesses();
    const mailbox = await openMailbox(one, bob, NOTHING);
    const controller = new AbortController();
    const heard: (string | undefined)[] = [];
    const listening = (async () => {
      for await (const _ of mailbox.changes(controller.signal)) heard.push(...texts(await mailbox.take()));
    })();

    await send(lead, "wake up");
    await until(() => heard.length > 0);
    controller.abort();

    await expect(listening).resolves.toBeUndefined();
    expect(heard).toEqual(["wake up"]);
  });

  test("without a cursor every message is queued", async () => {
    const { lead } = await openProcesses();
    await send(lead, "one");
    const log = lead.store.mailbox(bob);
    const { entries } = await log.read(await log.start());

    const stateOf = await receipts(lead, bob);

    expect(entries.map(stateOf)).toEqual(["queued"]);
  });
});
