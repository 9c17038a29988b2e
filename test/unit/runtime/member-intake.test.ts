import { expect, onTestFinished, test } from "vitest";
import { EntryId, MemberName, TaskId } from "../../../src/protocol/names.ts";
import { type Intake, openIntake } from "../../../src/runtime/member-intake.ts";
import { openMailbox, readMailbox, sendMessage } from "../../../src/team/mail.ts";
import { assignTask, claimTask, createTask, failTask, releaseTask } from "../../../src/team/tasks.ts";
import type { Team } from "../../../src/team/team.ts";
import { memoryTeam } from "../../support/member-memory.ts";

const ada = MemberName.parse("ada");
const first = TaskId.parse("1");

async function intakeOf(
  team: Team,
  name: string,
  seen: readonly string[] = [],
  isAnswered = false,
): Promise<Intake> {
  const me = MemberName.parse(name);
  const mailbox = await openMailbox(team, me, new Set(seen.map((id) => EntryId.parse(id))));
  const intake = openIntake({ team, me, lead: name === "lead", mailbox, seen: new Set(seen), isAnswered });
  onTestFinished(intake.close);
  return intake;
}

async function send(team: Team, text: string, urgent = false): Promise<string> {
  const sent = await sendMessage(team, "user", { to: ["ada"], text, urgent });
  if (!sent.ok) throw new Error(sent.reason.kind);
  return sent.messages[0]?.id ?? "";
}

async function states(team: Team): Promise<readonly string[]> {
  return (await readMailbox(team, ada)).map(({ state }) => state);
}

test("mail is handed out once, the urgent first, and the cursor follows what was recorded and read", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const intake = await intakeOf(team, "ada");
  const [calm, pressing] = [await send(team, "calm"), await send(team, "pressing", true)];

  const taken = await intake.take();
  const queued = await states(team);
  await intake.recorded(taken.map(({ id }) => id));
  const delivered = await states(team);
  await intake.read([pressing, calm]);

  expect(taken.map(({ id }) => id)).toEqual([pressing, calm]);
  expect(await intake.take()).toEqual([]);
  expect([queued, delivered, await states(team)]).toEqual([
    ["queued", "queued"],
    ["delivered", "delivered"],
    ["read", "read"],
  ]);
});

test("D9 mail that piled up comes in parts that a request can carry, and the cursor never passes what waits", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const intake = await intakeOf(team, "ada");
  const text = "m".repeat(40_000);
  const ids: string[] = [];
  for (let count = 0; count < 6; count++) ids.push(await send(team, text));
  const pressing = await send(team, "pressing", true);

  const oldest = (await intake.take()).map(({ id }) => id);
  await intake.recorded(oldest);
  const rest = (await intake.take()).map(({ id }) => id);

  expect(oldest).toEqual(ids.slice(0, 5));
  expect(await states(team)).toEqual([...ids.slice(0, 5).map(() => "delivered"), "queued", "queued"]);
  expect(rest).toEqual([pressing, ids[5]]);
  expect(await intake.take()).toEqual([]);
});

test("what was handed out and not recorded comes again, before anything newer", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const intake = await intakeOf(team, "ada");
  const lost = await send(team, "one");
  await intake.take();

  intake.putBack();
  const newer = await send(team, "two");

  expect((await intake.take()).map(({ id }) => id)).toEqual([lost, newer]);
});

test("A4 a message whose id is in the transcript is not shown again", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const known = await send(team, "one");
  const fresh = await send(team, "two");
  const intake = await intakeOf(team, "ada", [known]);

  expect((await intake.take()).map(({ id }) => id)).toEqual([fresh]);
});

test("A8 what a former life had answered is read as soon as the next one looks, what is new is not", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const known = await send(team, "one");
  const fresh = await send(team, "two");
  const intake = await intakeOf(team, "ada", [known], true);

  const taken = await intake.take();
  const before = await states(team);
  await intake.recorded([fresh]);

  expect(taken.map(({ id }) => id)).toEqual([fresh]);
  expect([before, await states(team)]).toEqual([
    ["read", "queued"],
    ["read", "delivered"],
  ]);
});

test("A8 what a former life had not answered is read when a call carries it again", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const known = await send(team, "one");
  const intake = await intakeOf(team, "ada", [known]);

  await intake.take();
  const before = await states(team);
  await intake.read(["claim:other"]);
  const after = await states(team);
  await intake.read([known]);

  expect([before, after, await states(team)]).toEqual([["delivered"], ["delivered"], ["read"]]);
});

test("M13 a claim that another ended is told, one that its owner ended itself is not", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  for (const subject of ["given back", "taken away"]) await createTask(team, "user", { subject });
  await claimTask(team, ada, first);
  const second = await claimTask(team, ada, TaskId.parse("2"));
  const intake = await intakeOf(team, "ada");

  await releaseTask(team, ada, first);
  await assignTask(team, "user", TaskId.parse("2"), { to: "user", force: true });

  expect((await intake.take()).map(({ id }) => id)).toEqual([`lost:${second.ok ? second.task.claim : ""}`]);
});

test("the lead hears of each failed attempt once, without mail", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const intake = await intakeOf(team, "lead");
  await createTask(team, "user", { subject: "Hard" });
  await claimTask(team, ada, first);
  await failTask(team, ada, first, "too hard");

  expect((await intake.take()).map(({ id }) => id)).toEqual(["failed:1:1"]);
  expect(await intake.take()).toEqual([]);
});

test("what can wait enters with the next thing and wakes nobody", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const intake = await intakeOf(team, "ada");
  intake.keep({ id: "restart:x", text: "again" });

  const nothing = await intake.take();
  const id = await send(team, "hello");

  expect(nothing).toEqual([]);
  expect((await intake.take()).map((input) => input.id)).toEqual(["restart:x", id]);
});

test("D8 a body that cannot be read now costs no message", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  let broken = true;
  const bodies: Team["store"]["bodies"] = {
    ...team.store.bodies,
    get: (name) => (broken ? Promise.reject(new Error("EMFILE")) : team.store.bodies.get(name)),
  };
  const intake = await intakeOf({ ...team, store: { ...team.store, bodies } }, "ada");
  const id = await send(team, "x".repeat(300 * 1024));

  await expect(intake.take()).rejects.toThrow("EMFILE");
  broken = false;

  expect((await intake.take()).map((input) => input.id)).toEqual([id]);
});
