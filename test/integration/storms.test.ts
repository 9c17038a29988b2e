import { expect, test } from "vitest";
import type { Message } from "../../src/protocol/message.ts";
import { MemberName, TaskId } from "../../src/protocol/names.ts";
import { readMailbox, sendMessage } from "../../src/team/mail.ts";
import { createTask, noteTask } from "../../src/team/tasks.ts";
import type { Team } from "../../src/team/team.ts";
import { memberProcess } from "../support/member-process.ts";
import { type MemberTeam, memberTeam } from "../support/member-team.ts";
import { until } from "../support/until.ts";

const [ada, bob] = [MemberName.parse("ada"), MemberName.parse("bob")];

/** A member that answers whatever it hears by writing to `to`, as long as it lives. */
function parrot(name: string, to: string): string {
  return `
  ${name}:
    - text: '/Message from (user|ada|bob|cyd)/'
      times: any
      call: [{ tool: SendMessage, input: { to: "${to}", text: "And what do you think?" } }]
    - times: any
      say: Said.
`;
}

async function mailOf(team: Team, name: string): Promise<readonly Message[]> {
  return (await readMailbox(team, MemberName.parse(name))).map(({ message }) => message);
}

function mostInAMinute(messages: readonly Message[]): number {
  const times = messages.map(({ at }) => Date.parse(at));
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length));
}

/** Nobody of them has a turn, and nobody's mail is on its way. */
async function allRest({ team }: MemberTeam, names: readonly string[]): Promise<void> {
  const rests = async (name: string): Promise<boolean> => {
    const member = MemberName.parse(name);
    const run = await team.store.presence.read(member);
    const mail = await readMailbox(team, member);
    return run?.status === "idle" && mail.every(({ state }) => state === "read");
  };
  await until(async () => (await Promise.all(names.map(rests))).every(Boolean), {
    within: 60_000,
    what: `${names.join(", ")} are quiet`,
  });
}

async function begin(members: MemberTeam, names: readonly string[]): Promise<void> {
  for (const name of names) await memberProcess(members, name);
  const sent = await sendMessage(members.team, "user", { to: [names[0] ?? ""], text: "Talk about it." });
  if (!sent.ok) throw new Error(sent.reason.kind);
}

test("K1 two agents who answer each other for ever are stopped at the ninth message, and the lead hears of it once", async () => {
  const members = await memberTeam(parrot("ada", "bob") + parrot("bob", "ada"), {
    lead: {},
    ada: {},
    bob: {},
  });
  await begin(members, ["ada", "bob"]);

  const [told] = await until(
    async () => {
      const mail = await mailOf(members.team, "lead");
      return mail.length > 0 ? mail : undefined;
    },
    { within: 60_000, what: "the lead is told" },
  );
  await allRest(members, ["ada", "bob"]);

  const [toAda, toBob] = [await mailOf(members.team, "ada"), await mailOf(members.team, "bob")];
  const talk = [...toAda.filter(({ from }) => from === "bob"), ...toBob];
  expect(told).toMatchObject({ from: "bob", kind: "system" });
  expect(told?.text).toMatch(/^A message of bob was refused: this answers an answer, 8 times over/);
  expect(talk.map(({ trace = [] }) => trace.length).toSorted((one, other) => one - other)).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8,
  ]);
  expect(await mailOf(members.team, "lead")).toHaveLength(1);
}, 90_000);

test("K2 a ring of three is stopped as well, though no two of them write to each other often", async () => {
  const members = await memberTeam(parrot("ada", "bob") + parrot("bob", "cyd") + parrot("cyd", "ada"), {
    lead: {},
    ada: {},
    bob: {},
    cyd: {},
  });
  await begin(members, ["ada", "bob", "cyd"]);

  await until(async () => (await mailOf(members.team, "lead")).length > 0, {
    within: 60_000,
    what: "the lead is told",
  });
  await allRest(members, ["ada", "bob", "cyd"]);

  const counts = await Promise.all(
    ["ada", "bob", "cyd"].map(
      async (name) => (await mailOf(members.team, name)).filter(({ from }) => from !== "user").length,
    ),
  );
  expect(counts).toEqual([3, 3, 3]);
  expect((await mailOf(members.team, "lead")).map(({ from, kind }) => [from, kind])).toEqual([
    ["ada", "system"],
  ]);
}, 90_000);

test("K3 members who answer everything to everybody come to rest, and nobody writes more in a minute than it may", async () => {
  const names = ["ada", "bob", "cyd"];
  const members = await memberTeam(names.map((name) => parrot(name, "@all")).join(""), {
    lead: {},
    ada: {},
    bob: {},
    cyd: {},
  });
  await begin(members, names);

  await until(async () => (await mailOf(members.team, "lead")).some(({ kind }) => kind === "system"), {
    within: 60_000,
    what: "the lead is told",
  });
  await allRest(members, names);

  const mail = await Promise.all([...names, "lead"].map((name) => mailOf(members.team, name)));
  const user = (await readMailbox(members.team, "user")).map(({ message }) => message);
  const words = [...mail.flat(), ...user].filter(({ kind }) => kind === "text");
  for (const name of names) {
    const own = words.filter(({ from }) => from === name);
    const pairs = [...names, "lead", "user"].map((to) => mostInAMinute(own.filter((one) => one.to === to)));
    expect(mostInAMinute(own)).toBeLessThanOrEqual(30);
    expect(Math.max(...pairs)).toBeLessThanOrEqual(10);
  }
}, 90_000);

test("L24, M19 a peer that fills a mailbox delays nobody else: its messages wait, and the lead hears of it once", async () => {
  const members = await memberTeam("  bob:\n    - times: any\n      say: Heard.\n", {
    lead: {},
    ada: {},
    bob: {},
  });
  const { team } = members;
  for (let count = 1; count <= 1_500; count++)
    await sendMessage(team, ada, { to: ["bob"], text: `spam ${count}. ${"x".repeat(500)}` });
  await sendMessage(team, "user", { to: ["bob"], text: "the user's own word" });

  const life = await memberProcess(members, "bob");
  const words = (): string => JSON.stringify(members.model.requests().map(({ body }) => body));
  await until(() => words().includes("the user's own word"), { what: "bob has heard the user" });
  const told = await until(async () => (await mailOf(team, "lead"))[0], { what: "the lead is told" });
  await life.kill();
  await memberProcess(members, "bob");
  await sendMessage(team, "user", { to: ["bob"], text: "and another one" });
  await until(() => words().includes("and another one"), { what: "bob has heard the user again" });

  const heard = Array.from({ length: 1_500 }, (_, index) => index + 1).filter((count) =>
    words().includes(`spam ${count}. `),
  );
  expect(told.text).toMatch(/^ada writes more to bob than 10 messages a minute/);
  // Ten at once, and ten more for each minute that a slow machine takes.
  expect(heard).toEqual(Array.from({ length: heard.length }, (_, index) => index + 1));
  expect([10, 20, 30]).toContain(heard.length);
}, 90_000);

test("L24, M19 a member that fills the journal is refused by its own commit, in whichever process; the others go on", async () => {
  const { team, workspace } = await memberTeam("  bob: [{ say: Hm. }]\n", { ada: {}, bob: {} });
  await createTask(team, "user", { subject: "A task" });
  const task = TaskId.parse("1");
  let accepted = 0;
  let refused: unknown;
  for (; accepted < 2_000 && refused === undefined; ) {
    const noted = await noteTask(team, ada, task, "again");
    if (noted.ok) accepted++;
    else refused = noted.reason;
  }
  const other = await workspace.open(team.name);
  const elsewhere = await noteTask(other, ada, task, "from a shell of hers");
  const another = await noteTask(other, bob, task, "bob has a word too");
  const user = await noteTask(other, "user", task, "and the user");
  const claimed = await other.commit({ op: "claim", by: ada, task });
  await other.close();

  expect(refused).toMatchObject({ kind: "too_many", what: "entries", limit: 600 });
  expect(accepted).toBeGreaterThanOrEqual(600);
  expect(elsewhere).toMatchObject({ ok: false, reason: { kind: "too_many" } });
  expect([another.ok, user.ok, claimed.ok]).toEqual([true, true, true]);
}, 90_000);
