import { expect, test } from "vitest";
import { EntryId, MemberName } from "../../../src/protocol/names.ts";
import { shellLetter } from "../../../src/runtime/shell-send.ts";
import { openMailbox, readMailbox, type SendOutcome, sendMessage } from "../../../src/team/mail.ts";
import type { Team } from "../../../src/team/team.ts";
import { memoryTeam } from "../../support/member-memory.ts";
import { NOON, type TestClock, timedView } from "../../support/timed-team.ts";

const ada = MemberName.parse("ada");
const bob = MemberName.parse("bob");

interface World {
  readonly clock: TestClock;
  readonly team: Team;
  /** As `troupe send` in ada's shell: each time a process of its own. */
  readonly send: (re?: EntryId) => Promise<SendOutcome>;
}

async function world(): Promise<World> {
  const { disk, team } = await memoryTeam(["lead", "ada", "bob"]);
  const clock = { now: NOON };
  let shells = 0;
  return {
    clock,
    team,
    send: async (re) => {
      const shell = await timedView(disk, `shell${++shells}xx`, clock);
      return sendMessage(shell, ada, { to: ["bob"], text: "hi", re, ...(await shellLetter(shell, ada, re)) });
    },
  };
}

test("K1 commands of an agent's shell are counted by what stands unread in the mailbox, whichever process wrote it", async () => {
  const { clock, team, send } = await world();
  for (let count = 0; count < 10; count++) expect(await send()).toMatchObject({ ok: true });

  const refused = await send();
  clock.now += 60_000;
  const later = await send();
  const mailbox = await openMailbox(team, bob, new Set());
  const last = (await mailbox.take()).at(-1);
  if (last) await mailbox.delivered(last);

  expect(refused).toEqual({
    ok: false,
    reason: { kind: "too_many", what: "pair", limit: 10, to: ["bob"], againInMs: 60_000 },
  });
  expect([later.ok, (await send()).ok]).toEqual([true, true]);
});

test("K2 an answer from a shell goes on with the chain of the message that it names", async () => {
  const { team, send } = await world();
  const chain = Array.from({ length: 8 }, (_, index) => EntryId.parse(`the-chain.${index + 1}`));
  const write = async (from: "user" | MemberName, trace: EntryId[]): Promise<EntryId> => {
    const { id } = await team.post({ from, to: ada, kind: "text", text: "and you?", trace });
    return id;
  };
  const [short, long, ofUser] = [
    await write(bob, chain.slice(0, 2)),
    await write(bob, chain),
    await write("user", chain),
  ];

  const answers = [await send(short), await send(long), await send(ofUser)];

  expect(answers).toMatchObject([
    { ok: true, messages: [{ trace: [...chain.slice(0, 2), short] }] },
    { ok: false, reason: { kind: "too_many", what: "hops" } },
    { ok: true },
  ]);
  expect((await readMailbox(team, bob)).at(-1)?.message.trace).toBeUndefined();
});

test("L24 a full mailbox takes no more from a shell", async () => {
  const { clock, team, send } = await world();
  for (let count = 0; count < 1_000; count++)
    await team.post({ from: ada, to: bob, kind: "text", text: "x" });
  clock.now += 3_600_000;

  expect(await send()).toMatchObject({
    ok: false,
    reason: { kind: "too_many", what: "unread", to: ["bob"] },
  });
});

test("the user is not limited", async () => {
  const { team } = await world();

  expect(await shellLetter(team, "user", undefined)).toEqual({});
});
