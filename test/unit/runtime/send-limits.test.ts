import { expect, test } from "vitest";
import type { ToolResult } from "../../../src/agent/tool.ts";
import type { Message } from "../../../src/protocol/message.ts";
import { EntryId, InstanceId, MemberName, Party } from "../../../src/protocol/names.ts";
import { openSendLimits, type SendLimits } from "../../../src/runtime/send-limits.ts";
import { teamTools } from "../../../src/runtime/team-tools.ts";
import { openMailbox, readMailbox } from "../../../src/team/mail.ts";
import type { Team } from "../../../src/team/team.ts";
import { memoryTeam } from "../../support/member-memory.ts";
import { NOON, type TestClock, timedView } from "../../support/timed-team.ts";

const ada = MemberName.parse("ada");
const bob = MemberName.parse("bob");

const read = { name: "Read", effect: "read" } as const;
const edit = { name: "Edit", effect: "write" } as const;

interface World {
  readonly clock: TestClock;
  readonly team: Team;
  readonly limits: SendLimits;
  /** What the refusals said, "sent" for what was sent. */
  readonly send: (to: string | readonly string[], times?: number) => Promise<readonly string[]>;
  /** What was told to those who should know. */
  readonly told: string[];
  /** A message of somebody enters ada's conversation. */
  readonly hear: (from: string, fields?: Partial<Message>) => void;
}

const OTHERS = ["bob", "cyd", "dan", "eve", "fay"];

async function world(members: readonly string[] = OTHERS): Promise<World> {
  const { disk } = await memoryTeam(["lead", "ada", ...members]);
  const clock = { now: NOON };
  const team = await timedView(disk, "adas-own", clock);
  const told: string[] = [];
  const limits = openSendLimits(team, ada, async ({ what }) => {
    told.push(what);
  });
  let heard = 0;
  return {
    clock,
    team,
    limits,
    told,
    send: async (to, times = 1) => {
      const outcomes: string[] = [];
      for (let count = 0; count < times; count++) {
        const sent = await limits.send({ to: typeof to === "string" ? [to] : to, text: "hello" });
        if (sent.ok) outcomes.push("sent");
        else outcomes.push(sent.reason.kind === "too_many" ? sent.reason.what : sent.reason.kind);
      }
      return outcomes;
    },
    hear: (from, fields = {}) => {
      limits.took([
        {
          v: 1,
          id: EntryId.parse(`somebody.${++heard}`),
          at: new Date(clock.now).toISOString(),
          from: from === "user" ? "user" : MemberName.parse(from),
          to: ada,
          kind: "text",
          text: "hello",
          ...fields,
        },
      ]);
    },
  };
}

const ids = (count: number): EntryId[] =>
  Array.from({ length: count }, (_, index) => EntryId.parse(`the-chain.${index + 1}`));

const sent = (count: number): string[] => Array<string>(count).fill("sent");

test("K1 ten messages a minute go to one receiver; the next has room a minute after the first", async () => {
  const { clock, team, limits, send, told } = await world();
  const first = await send("bob", 9);
  clock.now += 30_000;
  const second = await send("bob", 2);
  const refused = await limits.send({ to: ["bob"], text: "one more" });
  const other = await send("cyd");
  clock.now += 30_000;

  expect([first, second, other]).toEqual([sent(9), ["sent", "pair"], ["sent"]]);
  expect(refused).toEqual({
    ok: false,
    reason: { kind: "too_many", what: "pair", limit: 10, to: ["bob"], againInMs: 30_000 },
  });
  expect(await send("bob", 10)).toEqual([...sent(9), "pair"]);
  expect(told).toEqual(["pair", "pair", "pair"]);
  expect(await readMailbox(team, bob)).toHaveLength(19);
});

test("K3 thirty messages a minute go out of one member, each receiver counted, to as many as it likes", async () => {
  const { clock, send } = await world();
  for (const name of OTHERS.slice(0, 3)) expect(await send(name, 9)).toEqual(sent(9));

  const toFour = await send(["bob", "cyd", "dan", "eve"]);
  const toThree = await send(["dan", "eve", "fay"]);
  const more = await send("eve");
  clock.now += 60_000;

  expect([toFour, toThree, more]).toEqual([["sender"], ["sent"], ["sender"]]);
  expect(await send("eve")).toEqual(["sent"]);
});

test("a message to more than thirty is no storm by itself, and the minute is full with it", async () => {
  const crowd = Array.from({ length: 40 }, (_, index) => `m${index}`);
  const { clock, send } = await world(crowd);

  const first = await send("@all");
  const second = await send("m1");
  clock.now += 60_000;

  expect([first, second, await send("m1")]).toEqual([["sent"], ["sender"], ["sent"]]);
});

test("K2 a message carries what led to it, and the answer to the eighth answer is refused", async () => {
  const { team, send, hear, told } = await world();
  hear("cyd", { trace: ids(3) });
  hear("dan");
  await send("bob");
  hear("cyd", { trace: ids(8) });
  const refused = await send("bob");
  const toUser = await send("user");
  const [{ message } = { message: undefined }] = await readMailbox(team, bob);

  expect(message?.trace).toEqual([...ids(3), "somebody.1"]);
  expect([refused, toUser, told]).toEqual([["hops"], ["sent"], ["hops"]]);
});

test("K2 the chain ends where something was done, where the user had a word, and with the turn", async () => {
  for (const end of ["work", "user", "turn"] as const) {
    const { limits, send, hear } = await world();
    hear("cyd", { trace: ids(8) });
    limits.worked(read);
    const before = await send("bob");
    if (end === "work") limits.worked(edit);
    else if (end === "user") hear("user");
    else limits.rested();

    expect([end, before, await send("bob")]).toEqual([end, ["hops"], ["sent"]]);
  }
});

test("K1 twenty messages to and from one member, with nothing done beside them, are enough", async () => {
  const { clock, limits, send, hear } = await world();
  const talk = async (): Promise<string> => {
    clock.now += 30_000;
    hear("bob");
    limits.rested();
    return (await send("bob")).join("");
  };
  const first: string[] = [];
  for (let round = 0; round < 11; round++) first.push(await talk());
  limits.worked({ name: "ListMembers", effect: "read" });
  const still = await talk();
  limits.worked(read);

  expect(first).toEqual([...sent(10), "exchange"]);
  expect([still, await talk()]).toEqual(["exchange", "sent"]);
});

test("a word of the user lets a member write that was at its limit", async () => {
  const { send, hear } = await world();
  await send("bob", 10);
  const before = await send("bob");
  hear("user");

  expect([before, await send("bob")]).toEqual([["pair"], ["sent"]]);
});

test("K3 the next broadcast waits until the one before has come to everybody who is at work", async () => {
  const { clock, team, send } = await world(["bob", "cyd"]);
  const start = (name: string): Promise<unknown> =>
    team.commit({
      op: "start",
      by: "system",
      member: MemberName.parse(name),
      instance: InstanceId.parse(`${name}-life`),
    });
  await start("bob");
  await start("lead");
  await team.commit({ op: "control", by: "user", member: MemberName.parse("lead"), what: "pause" });
  const take = async (name: string): Promise<void> => {
    const mailbox = await openMailbox(team, Party.parse(name), new Set());
    const last = (await mailbox.take()).at(-1);
    if (last) await mailbox.delivered(last);
  };

  const first = await send("@all");
  const second = await send(["bob", "cyd", "lead", "user"]);
  const named = await send(["bob", "cyd"]);
  await take("bob");
  const third = await send("@all");
  const fourth = await send("@all");
  clock.now += 300_001;

  expect([first, second, named, third, fourth]).toEqual([
    ["sent"],
    ["broadcast"],
    ["sent"],
    ["sent"],
    ["broadcast"],
  ]);
  expect(await send("@all")).toEqual(["sent"]);
});

test("L24 a thousand messages that nobody reads are the most for one mailbox, and 50 MB", async () => {
  const { clock, limits, send, team } = await world();
  const outcomes = new Map<string, number>();
  for (let count = 0; count < 1_005; count++) {
    clock.now += 6_001;
    // Somebody who works beside it: only the mailbox is full.
    limits.worked(edit);
    const [outcome = ""] = await send("bob");
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  const large = "x".repeat(9 * 1024 * 1024);
  const sizes: string[] = [];
  for (let count = 0; count < 7; count++) {
    clock.now += 6_001;
    limits.worked(edit);
    const outcome = await limits.send({ to: ["cyd"], text: `${large}${count}` });
    sizes.push(outcome.ok ? "sent" : outcome.reason.kind);
  }
  const mailbox = await openMailbox(team, bob, new Set());
  const last = (await mailbox.take()).at(-1);
  if (last) await mailbox.delivered(last);

  expect(Object.fromEntries(outcomes)).toEqual({ sent: 1_000, unread: 5 });
  expect(sizes).toEqual([...sent(5), "too_many", "too_many"]);
  expect(await send("bob")).toEqual(["sent"]);
}, 30_000);

test("calls of one reply that run side by side count one after another", async () => {
  const { limits } = await world();

  const all = await Promise.all(
    Array.from({ length: 14 }, () => limits.send({ to: ["bob"], text: "hello" })),
  );

  expect(all.filter(({ ok }) => ok)).toHaveLength(10);
});

test("K1 the model reads which limit it was, what to do, and when there is room again", async () => {
  const { team, limits } = await world();
  const [tool] = teamTools({ team, me: ada, lead: false, tools: undefined, limits }).filter(
    ({ name }) => name === "SendMessage",
  );
  const call = (): Promise<ToolResult> | undefined =>
    tool?.run({ to: "bob", text: "hello" }, new AbortController().signal);
  for (let count = 0; count < 10; count++) expect(await call()).toMatchObject({ isError: false });

  expect(await call()).toEqual({
    isError: true,
    text:
      "bob had 10 messages within a minute from this sender; nothing was sent\n" +
      "go on with the work; in 60 s one message may say all of it",
  });
});
