import { array, assert, constantFrom, oneof, property, record, string } from "fast-check";
import { expect, test } from "vitest";
import { createConversation, type Message } from "../../../src/agent/conversation.ts";
import type { Turn } from "../../../src/agent/loop-deps.ts";

const says = (...content: Message["content"]): Turn => ({
  message: { role: "assistant", content },
  inputs: [],
});
const hears = (inputs: string[], ...content: Message["content"]): Turn => ({
  message: { role: "user", content },
  inputs,
});
const text = (words: string) => ({ type: "text" as const, text: words });
const call = (id: string) => ({ type: "tool_use" as const, id, name: "Echo", input: {} });
const result = (id: string, content = "ok") => ({ type: "tool_result" as const, tool_use_id: id, content });

/** What the Messages API would refuse. */
function complaints(messages: readonly Message[]): string[] {
  return messages.flatMap(({ role, content }, at) => {
    const before = messages[at - 1];
    const calls = (before?.content ?? []).flatMap((block) => (block.type === "tool_use" ? [block.id] : []));
    const results = content.flatMap((block) => (block.type === "tool_result" ? [block.tool_use_id] : []));
    return [
      ...(content.length === 0 ? [`${at} is empty`] : []),
      ...(role === (before?.role ?? "assistant") ? [`${at} is ${role} again`] : []),
      ...(role === "user" && calls.join() !== results.join()
        ? [`${at} answers ${results.join()}, not ${calls.join()}`]
        : []),
      ...(content.slice(0, results.length).some((block) => block.type !== "tool_result")
        ? [`${at} has text before its results`]
        : []),
    ];
  });
}

test("I9 a call without a result on resume gets one that says interrupted", () => {
  const conversation = createConversation([
    hears(["a"], text("go")),
    says(text("I look"), call("t1"), call("t2")),
    hears([], result("t2")),
    hears(["b"], text("mail")),
  ]);

  expect(conversation.messages()).toEqual([
    { role: "user", content: [text("go")] },
    { role: "assistant", content: [text("I look"), call("t1"), call("t2")] },
    {
      role: "user",
      content: [
        {
          type: "tool_result",
          tool_use_id: "t1",
          is_error: true,
          content:
            "Interrupted: the process ended before this call's result was kept. It may or may not have had its effect: look before you do it again.",
        },
        result("t2"),
        text("mail"),
      ],
    },
  ]);
});

test("I9 a history that ends with a call can be sent at once", () => {
  const messages = createConversation([hears([], text("go")), says(call("t1"))]).messages();

  expect(messages.at(-1)?.content).toMatchObject([
    { type: "tool_result", tool_use_id: "t1", is_error: true },
  ]);
});

test("I9 results that nobody asked for, doubled ones and a lost beginning are put right", () => {
  const messages = createConversation([
    says(text("hello")),
    hears([], result("t9"), text("x")),
    says(call("t1")),
    hears([], result("t1", "first"), result("t1", "second")),
  ]).messages();

  expect(complaints(messages)).toEqual([]);
  expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant", "user"]);
  expect(messages.at(-1)?.content).toEqual([result("t1", "first")]);
});

test("consecutive messages of one role become one; plain text is a block", () => {
  const messages = createConversation([
    { message: { role: "user", content: "one" }, inputs: [] },
    hears([], text("two")),
    says(text("a")),
    says(text("b")),
    { message: { role: "user", content: "" }, inputs: [] },
  ]).messages();

  expect(messages).toEqual([
    { role: "user", content: [text("one"), text("two")] },
    { role: "assistant", content: [text("a"), text("b")] },
  ]);
});

test("inputs are unread until an answer stands behind them, and are told once", () => {
  const conversation = createConversation([
    hears(["a"], text("1")),
    says(text("ok")),
    hears(["b"], text("2")),
    hears(["c"], text("3")),
  ]);

  expect(conversation.takeUnread()).toEqual(["b", "c"]);
  expect(conversation.takeUnread()).toEqual([]);
  conversation.add(hears(["d"], text("4")));
  expect(conversation.takeUnread()).toEqual(["d"]);
});

test("I9 whatever a transcript kept, the API takes what is sent, and the same turns give the same messages", () => {
  const id = constantFrom("t1", "t2", "t3");
  const block = oneof(
    string({ minLength: 1 }).map(text),
    id.map(call),
    id.map((one) => result(one)),
  );
  const userBlock = block.filter(({ type }) => type !== "tool_use");
  const assistantBlock = block.filter(({ type }) => type !== "tool_result");
  const turn = oneof(
    record({
      message: record({ role: constantFrom("user" as const), content: array(userBlock, { maxLength: 4 }) }),
    }),
    record({
      message: record({
        role: constantFrom("assistant" as const),
        content: array(assistantBlock, { maxLength: 4 }).map((blocks) => [
          ...new Map(blocks.map((one, at) => [one.type === "tool_use" ? one.id : at, one])).values(),
        ]),
      }),
    }),
  ).map(({ message }): Turn => ({ message, inputs: [] }));

  assert(
    property(array(turn, { maxLength: 8 }), array(turn, { maxLength: 3 }), (turns, more) => {
      const conversation = createConversation(turns);
      expect(complaints(conversation.messages())).toEqual([]);
      expect(createConversation(turns).messages()).toEqual(conversation.messages());
      const again = createConversation([...turns, ...more]);
      expect(complaints(again.messages())).toEqual([]);
    }),
  );
});
