import { expect, test } from "vitest";
import { chooseModel } from "../../../src/runtime/subagent-model.ts";

const claude = { name: "claude-sonnet-5-5" };
const local = { name: "qwen3:32b" };
const none = { env: undefined, call: undefined, definition: undefined };

test.each([
  ["the environment", { env: "haiku", call: "opus", definition: "sonnet" }, "haiku"],
  ["the call", { ...none, call: "opus", definition: "sonnet" }, "opus"],
  ["the definition", { ...none, definition: "claude-opus-5" }, "claude-opus-5"],
  ["a cloud's name", { ...none, definition: "eu.anthropic.claude-opus-5" }, "eu.anthropic.claude-opus-5"],
  ["nobody", none, undefined],
  ["a call that inherits", { ...none, call: "inherit", definition: "opus" }, undefined],
])("%s decides", (_, wishes, name) => {
  expect(chooseModel(wishes, claude)).toEqual({ name, note: undefined });
});

test("a model that nobody knows is passed over, and it is said", () => {
  const foreign = { ...none, call: "Claude Sonnet 4.5 (copilot)", definition: "haiku" };

  expect(chooseModel(foreign, claude)).toEqual({
    name: "haiku",
    note: 'its model "Claude Sonnet 4.5 (copilot)" is not known here',
  });
  expect(chooseModel({ ...none, definition: "gpt-4.1" }, claude).name).toBeUndefined();
});

test("a server of one's own has other models, and none of Claude", () => {
  expect(chooseModel({ ...none, definition: "sonnet" }, local).name).toBeUndefined();
  expect(chooseModel({ ...none, definition: "qwen3:8b" }, local)).toEqual({
    name: "qwen3:8b",
    note: undefined,
  });
});
