import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type EntryId, MemberName } from "../../../src/protocol/names.ts";
import { type Mailbox, openMailbox, readMailbox, sendMessage } from "../../../src/team/mail.ts";
import { PAIR_A_MINUTE } from "../../../src/team/mail-limits.ts";
import type { Team } from "../../../src/team/team.ts";
import { memoryTeam } from "../../support/member-memory.ts";
import { NOON, type TestClock, timedView } from "../../support/timed-team.ts";

const [ada, bob, cyd] = ["ada", "bob", "cyd"].map((name) => MemberName.parse(name)) as [
  MemberName,
  MemberName,
  MemberName,
];

interface World {
  readonly clock: TestClock;
  /** A process of bob's; a new one for each name. */
  readonly reader: (seed: string) => Promise<Team>;
  readonly say: (from: "user" | MemberName, text: string, kind?: "text" | "system") => Promise<void>;
  readonly many: (from: MemberName, texts: readonly string[]) => Promise<void>;
}

async function world(): Promise<World> {
  const { disk } = await memoryTeam(["lead", "ada", "bob", "cyd"]);
  const clock = { now: NOON };
  const sender = await timedView(disk, "sender", clock);
  const say: World["say"] = async (from, text, kind = "text") => {
    const sent = await sendMessage(sender, from, { to: ["bob"], text, kind });
    if (!sent.ok) throw new Error(sent.reason.kind);
  };
  return {
    clock,
    say,
    reader: (seed) => timedView(disk, seed, clock),
    many: async (from, texts) => {
      for (const text of texts) await say(from, text);
    },
  };
}

const numbered = (prefix: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `${prefix}${from + index}`);

async function taken(mailbox: Mailbox): Promise<readonly string[]> {
  return (await mailbox.take()).map(({ text = "" }) => text);
}

/** Takes, delivers and reads what is there. */
async function digest(mailbox: Mailbox): Promise<readonly string[]> {
  const messages = await mailbox.take();
  const last = messages.at(-1);
  if (last) {
    await mailbox.delivered(last);
    await mailbox.read(last);
  }
  return messages.map(({ text = "" }) => text);
}

test("M19 of a sender who writes 25 messages at once ten are taken a minute, and others' mail goes before the rest", async () => {
  const { clock, reader, say, many } = await world();
  await many(ada, numbered("a", 1, 25));
  await say(cyd, "c1");
  await say("user", "stop");
  const mailbox = await openMailbox(await reader("bobs-one"), bob, new Set(), PAIR_A_MINUTE);

  const first = await digest(mailbox);
  const held = mailbox.held();
  const soon = await digest(mailbox);
  clock.now += 60_000;
  const second = await digest(mailbox);
  clock.now += 60_000;
  const third = await digest(mailbox);

  expect(first).toEqual([...numbered("a", 1, 10), "c1", "stop"]);
  expect(held).toEqual([{ from: "ada", dueInMs: 60_000 }]);
  expect([soon, second, third]).toEqual([[], numbered("a", 11, 20), numbered("a", 21, 25)]);
  expect(mailbox.held()).toEqual([]);
});

test("M19 a reader that begins again lets through what the former one would have, and nothing twice", async () => {
  const { clock, reader, say, many } = await world();
  await many(ada, numbered("a", 1, 35));
  await say(cyd, "c1");
  const seen = new Set<EntryId>();
  const got: string[][] = [];
  for (let minute = 0; minute < 4; minute++) {
    const mailbox = await openMailbox(await reader(`bobs-life${minute}`), bob, seen, PAIR_A_MINUTE);
    const messages = await mailbox.take();
    for (const { id } of messages) seen.add(id);
    const last = messages.at(-1);
    if (last) await mailbox.delivered(last);
    got.push(messages.map(({ text = "" }) => text));
    clock.now += 60_000;
  }

  expect(got).toEqual([
    [...numbered("a", 1, 10), "c1"],
    numbered("a", 11, 20),
    numbered("a", 21, 30),
    numbered("a", 31, 35),
  ]);
});

test("the cursor passes no message that waits, and goes to the end once all were read", async () => {
  const { clock, reader, say, many } = await world();
  await many(ada, numbered("a", 1, 12));
  await say(cyd, "c1");
  const team = await reader("bobs-one");
  const mailbox = await openMailbox(team, bob, new Set(), PAIR_A_MINUTE);
  const states = async (): Promise<readonly string[]> =>
    (await readMailbox(team, bob)).map(({ state }) => state);

  await digest(mailbox);
  const during = await states();
  const saved = (await team.store.cursor(bob).load())?.held;
  clock.now += 60_000;
  await digest(mailbox);

  expect(during).toEqual([...Array<string>(10).fill("read"), "queued", "queued", "queued"]);
  expect(saved).toEqual({ ada: Array<number>(10).fill(NOON) });
  expect(await states()).toEqual(Array<string>(13).fill("read"));
  expect((await team.store.cursor(bob).load())?.held).toBeUndefined();
});

test("a late message that is not in the transcript yet holds the cursor, whatever was delivered behind it", async () => {
  const { clock, reader, say, many } = await world();
  await many(ada, numbered("a", 1, 11));
  await say(cyd, "c1");
  const team = await reader("bobs-one");
  const mailbox = await openMailbox(team, bob, new Set(), PAIR_A_MINUTE);
  const before = await mailbox.take();
  clock.now += 60_000;
  const [late] = await mailbox.take();
  const last = before.at(-1);
  if (!last || !late) throw new Error("not taken");

  await mailbox.delivered(last);
  const between = await openMailbox(await reader("bobs-two"), bob, new Set(before.map(({ id }) => id)));
  await mailbox.delivered(late);
  const after = await openMailbox(await reader("bobs-six"), bob, new Set());

  expect([last.text, late.text]).toEqual(["c1", "a11"]);
  expect(await taken(between)).toEqual(["a11"]);
  expect(await taken(after)).toEqual([]);
});

test("mail that piled up while its reader was away comes at once when it was sent little by little", async () => {
  const { clock, reader, say } = await world();
  for (const text of numbered("a", 1, 40)) {
    await say(ada, text);
    clock.now += 6_000;
  }
  const mailbox = await openMailbox(await reader("bobs-one"), bob, new Set(), PAIR_A_MINUTE);

  expect(await taken(mailbox)).toEqual(numbered("a", 1, 40));
});

test("the user and troupe are never held, and troupe's word in a member's name does not wait behind the member's", async () => {
  const { reader, say, many } = await world();
  for (const text of numbered("u", 1, 30)) await say("user", text);
  await many(ada, numbered("a", 1, 11));
  await say(ada, "ada cannot work", "system");
  const mailbox = await openMailbox(await reader("bobs-one"), bob, new Set(), PAIR_A_MINUTE);

  expect(await taken(mailbox)).toEqual([...numbered("u", 1, 30), ...numbered("a", 1, 10), "ada cannot work"]);
});

test("a clock that was put back holds nobody", async () => {
  const { clock, reader, many } = await world();
  const mailbox = await openMailbox(await reader("bobs-one"), bob, new Set(), PAIR_A_MINUTE);
  await many(ada, numbered("a", 1, 10));
  await digest(mailbox);
  clock.now -= 3_600_000;
  await many(ada, numbered("a", 11, 21));

  expect(await digest(mailbox)).toEqual(numbered("a", 11, 20));
  expect(mailbox.held()).toEqual([{ from: "ada", dueInMs: 60_000 }]);
});

test("trouble with the disk in the middle costs no message that waits", async () => {
  const { clock, reader, many } = await world();
  await many(ada, numbered("a", 1, 15));
  const team = await reader("bobs-one");
  let isSick = false;
  const sick: Team = {
    ...team,
    store: {
      ...team.store,
      mailbox: (owner) => {
        const log = team.store.mailbox(owner);
        return { ...log, read: (from) => (isSick ? Promise.reject(new Error("EIO")) : log.read(from)) };
      },
    },
  };
  const mailbox = await openMailbox(sick, bob, new Set(), PAIR_A_MINUTE);
  await digest(mailbox);
  clock.now += 60_000;
  isSick = true;

  await expect(mailbox.take()).rejects.toThrow("EIO");
  isSick = false;

  expect(await digest(mailbox)).toEqual(numbered("a", 11, 15));
});

test("whoever writes when, whenever it is read and however often it begins anew: each message once, each sender's in order", async () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        what: fc.constant("say" as const),
        who: fc.nat(3),
        count: fc.integer({ min: 1, max: 15 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ what: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 90_000 }) }),
    },
    { weight: 3, arbitrary: fc.record({ what: fc.constant("take" as const), read: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant("again" as const) }) },
  );
  const names = ["user", ada, cyd, MemberName.parse("lead")] as const;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const { clock, reader, say } = await world();
      const sent = new Map<string, string[]>();
      const got = new Map<string, string[]>();
      const seen = new Set<EntryId>();
      let lives = 0;
      const open = async (): Promise<Mailbox> =>
        openMailbox(await reader(`bobs-l${++lives}`), bob, new Set(seen), PAIR_A_MINUTE);
      let mailbox = await open();
      const take = async (isRead: boolean): Promise<void> => {
        const messages = await mailbox.take();
        for (const { id, from, text = "" } of messages) {
          seen.add(id);
          got.set(from, [...(got.get(from) ?? []), text]);
        }
        const last = messages.at(-1);
        if (last) await (isRead ? mailbox.read(last) : mailbox.delivered(last));
      };
      for (const one of steps) {
        if (one.what === "pass") clock.now += one.ms;
        else if (one.what === "take") await take(one.read);
        else if (one.what === "again") mailbox = await open();
        else
          for (let count = 0; count < one.count; count++) {
            const from = names[one.who] ?? ada;
            const text = `${(sent.get(from) ?? []).length}`;
            sent.set(from, [...(sent.get(from) ?? []), text]);
            await say(from, text);
          }
      }
      const most = Math.max(0, ...[...sent.values()].map(({ length }) => length));
      for (let minute = 0; minute <= most / PAIR_A_MINUTE; minute++) {
        await take(true);
        clock.now += 60_000;
      }

      expect(Object.fromEntries(got)).toEqual(Object.fromEntries(sent));
      expect(mailbox.held()).toEqual([]);
    }),
    { numRuns: 60 },
  );
}, 60_000);
