import { expect, test } from "vitest";
import type { Turn } from "../../../src/agent/loop-deps.ts";
import { MemberName } from "../../../src/protocol/names.ts";
import { resumeTalk } from "../../../src/runtime/talk-resume.ts";
import { sendMessage } from "../../../src/team/mail.ts";
import { memoryTeam } from "../../support/member-memory.ts";

const ada = MemberName.parse("ada");
const bob = MemberName.parse("bob");

const heard = (...inputs: string[]): Turn => ({ message: { role: "user", content: "…" }, inputs });
const said: Turn = { message: { role: "assistant", content: [{ type: "text", text: "Done." }] }, inputs: [] };
const called = (name: string): Turn => ({
  message: { role: "assistant", content: [{ type: "tool_use", id: "call", name, input: {} }] },
  inputs: [],
});

test("K2 a life that goes on with a turn knows what that turn was answering", async () => {
  const { team } = await memoryTeam(["ada", "bob"]);
  const ids: string[] = [];
  for (const text of ["one", "two", "three"]) {
    const sent = await sendMessage(team, bob, { to: ["ada"], text });
    if (sent.ok) ids.push(...sent.messages.map(({ id }) => id));
  }
  const [one = "", two = "", three = ""] = ids;
  const known = async (...turns: readonly Turn[]): Promise<readonly (string | undefined)[]> =>
    (await resumeTalk(team, ada, { turns })).map(({ text }) => text);

  expect(await known()).toEqual([]);
  expect(await known(heard(one), said)).toEqual([]);
  expect(await known(heard(one), said, heard("memory:1", two))).toEqual(["two"]);
  expect(await known(heard(one), called("SendMessage"), heard(two))).toEqual(["one", "two"]);
  expect(await known(heard(one, two), called("Edit"), heard(three))).toEqual(["three"]);
});
