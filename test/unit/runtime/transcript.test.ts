import { expect, test } from "vitest";
import type { Turn } from "../../../src/agent/loop-deps.ts";
import { MemberName } from "../../../src/protocol/names.ts";
import { openTranscript } from "../../../src/runtime/transcript.ts";
import { memoryTeam } from "../../support/member-memory.ts";

const ada = MemberName.parse("ada");

function user(text: string, ...inputs: readonly string[]): Turn {
  return { message: { role: "user", content: [{ type: "text", text }] }, inputs };
}

test("a later life finds the turns in order, and the ids of all inputs", async () => {
  const { view } = await memoryTeam(["ada"]);
  const answer: Turn = { message: { role: "assistant", content: "Hello." }, inputs: [] };
  const before = await openTranscript(await view("one"), ada);
  await before.record(user("hi", "bobs-life.4", "goal:x"));
  await before.record(answer);

  const after = await openTranscript(await view("two"), ada);

  expect(after.turns).toEqual([user("hi", "bobs-life.4", "goal:x"), answer]);
  expect([...after.seen]).toEqual(["bobs-life.4", "goal:x"]);
  expect([...after.seenMail]).toEqual(["bobs-life.4"]);
  expect([before.isAnswered, after.isAnswered]).toEqual([false, true]);
  await after.record(user("and?", "bobs-life.5"));
  expect((await openTranscript(await view("three"), ada)).isAnswered).toBe(false);
});

test("a new member, and F9 one whose transcript is lost, begins with nothing", async () => {
  const { view } = await memoryTeam(["ada"]);

  const { turns, seen, skipped } = await openTranscript(await view("one"), ada);

  expect({ turns, seen: [...seen], skipped }).toEqual({ turns: [], seen: [], skipped: 0 });
});

test("D8 a turn too large for a line of the log comes back whole", async () => {
  const { view, disk } = await memoryTeam(["ada"]);
  const large = user("x".repeat(2 * 1024 * 1024), "bobs-life.1");
  await (await openTranscript(await view("one"), ada)).record(large);

  const after = await openTranscript(await view("two"), ada);

  expect(after.turns).toEqual([large]);
  expect([...disk.files.keys()].filter((name) => name.startsWith("bodies/"))).toHaveLength(1);
});

test("D5 an entry that is no turn is left out and counted, the others stay", async () => {
  const { view } = await memoryTeam(["ada"]);
  const team = await view("one");
  const log = team.store.agentLog(ada, "transcript");
  await log.append({ id: team.nextId(), message: { role: "robot", content: 3 } });
  await log.append({ id: team.nextId(), body: "not there" });
  await (await openTranscript(team, ada)).record(user("kept"));

  const after = await openTranscript(await view("two"), ada);

  expect({ turns: after.turns, skipped: after.skipped }).toEqual({ turns: [user("kept")], skipped: 2 });
});
