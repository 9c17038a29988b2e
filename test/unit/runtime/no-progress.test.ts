import { expect, test } from "vitest";
import type { EndedCall, Turn } from "../../../src/agent/loop-deps.ts";
import { openProgress } from "../../../src/runtime/no-progress.ts";

const NEVER = new AbortController().signal;

function called(text: string, input: unknown = { command: "ls" }): EndedCall {
  return { call: { id: "c1", name: "Bash", input }, text, isError: false, ms: 1 };
}

/** The same as it stands in a transcript. */
function turns(times: number, text: string): readonly Turn[] {
  return Array.from({ length: times }, (_, at) => [
    {
      message: {
        role: "assistant" as const,
        content: [{ type: "tool_use" as const, id: `c${at}`, name: "Bash", input: { command: "ls" } }],
      },
      inputs: [],
    },
    {
      message: {
        role: "user" as const,
        content: [{ type: "tool_result" as const, tool_use_id: `c${at}`, content: text }],
      },
      inputs: [],
    },
  ]).flat();
}

test("K4 the third same call is told to the model, the fifth ends the turn until there are news", async () => {
  const progress = openProgress([]);
  const afterReply = progress.behind(undefined);
  const said = [];

  for (let times = 1; times <= 5; times++) said.push(await afterReply([called("x")], NEVER));

  expect(said).toEqual([
    { notes: [] },
    { notes: [] },
    {
      notes: [
        "(You have made the same call 3 times with the same result: Bash. Try something else, or say what blocks you.)",
      ],
    },
    { notes: [] },
    {
      notes: [expect.stringContaining("Your turn was ended")],
      stop: 'it made the same call 5 times with the same result: "ls"',
      waitsForNews: true,
    },
  ]);
  expect(progress.isStuck()).toBe(true);
  progress.heard(["owns:x.1:1", "restart:y"]);
  expect(progress.isStuck()).toBe(true);
  progress.heard(["bob-life.7"]);
  expect(progress.isStuck()).toBe(false);
  expect(await afterReply([called("x")], NEVER)).toEqual({ notes: [] });
});

/** What is said when one that has had `before` lists its folder once more. */
async function lsAfter(before: readonly Turn[]) {
  return openProgress(before).behind(undefined)([called("", { command: "ls" })], NEVER);
}

test("K4 a restart and a reminder do not begin the count anew, a message does", async () => {
  const reminder: Turn = { message: { role: "user", content: "You still own it" }, inputs: ["owns:x.1:1"] };
  const message: Turn = { message: { role: "user", content: "Go on" }, inputs: ["bob-life.7"] };

  const again = await lsAfter([...turns(4, "(no output)"), reminder]);
  const news = await lsAfter([...turns(4, "(no output)"), message]);

  expect(again).toMatchObject({ waitsForNews: true });
  expect(news).toEqual({ notes: [] });
  expect(openProgress(turns(5, "x")).isStuck()).toBe(true);
  expect(openProgress([...turns(5, "x"), message]).isStuck()).toBe(false);
});

test("K4 the order of an input's fields makes no other call, and what hooks say stands in front", async () => {
  const afterReply = openProgress([]).behind(() => Promise.resolve({ notes: ["Hooks say: hm"] }));

  await afterReply([called("x", { a: 1, b: 2 })], NEVER);
  await afterReply([called("x", { b: 2, a: 1 })], NEVER);
  const third = await afterReply([called("x", { a: 1, b: 2 })], NEVER);

  expect(third.notes).toEqual(["Hooks say: hm", expect.stringContaining("3 times")]);
});
