import { expect, test } from "vitest";
import { findUnexplained } from "../support/linearizability.ts";
import { type TaskOperation, taskModel } from "../support/linearizability-task.ts";

/** `claim w1 0-5`, `claim w2 3-9 taken`, `complete w1 6-7 of w1.1`; without an end it was cut off. */
function operation(text: string): TaskOperation {
  const [op = "", by = "", span = "", ...rest] = text.split(" ");
  const [call = "0", ret = ""] = span.split("-");
  const claim = rest[0] === "of" ? rest[1] : undefined;
  return {
    call: BigInt(call),
    ret: ret === "" ? undefined : BigInt(ret),
    what: text,
    op,
    by,
    claim,
    to: undefined,
    id: `${by}.${call}`,
    refusal: claim === undefined ? rest[0] : rest[2],
  };
}

const unexplained = (...history: string[]): string | undefined =>
  findUnexplained(history.map(operation), taskModel("pending"));

test.each([
  ["one claim that won", ["claim w1 0-5"]],
  ["two at once, one lost", ["claim w1 0-5", "claim w2 1-6 taken"]],
  ["the later call won: they overlap", ["claim w1 0-9 taken", "claim w2 1-8"]],
  ["a claim behind a release", ["claim w1 0-1", "release w1 2-3 of w1.0", "claim w2 4-5"]],
  ["a claim that was cut off and took effect", ["claim w1 0-", "claim w2 5-6 taken"]],
  ["a claim that was cut off and never happened", ["claim w1 0-", "claim w2 5-6"]],
  [
    "a claim that was cut off and took effect much later",
    ["claim w1 0-", "claim w2 5-6", "release w2 7-8 of w2.5", "claim w3 9-10 taken"],
  ],
  [
    "a task that is taken away just after it was claimed, while it was pending when that was asked",
    ["assign user 0-9", "claim w1 1-2", "claim w2 11-12"],
  ],
  [
    "a sleeper whose task was given back",
    ["claim w1 0-1", "release user 2-3 of w1.0", "claim w2 4-5", "complete w1 6-7 of w1.0 not_owner"],
  ],
])("a history has an order: %s", (_name, history) => {
  expect(unexplained(...history)).toBeUndefined();
});

test.each([
  ["two claims that won", ["claim w1 0-5", "claim w2 1-6"]],
  ["a loser in front of every winner", ["claim w1 0-1 taken", "claim w2 2-3"]],
  ["a claim of a task that is done", ["claim w1 0-1", "complete w1 2-3 of w1.0", "claim w2 4-5"]],
  [
    "a completion with an old claim",
    ["claim w1 0-1", "release user 2-3 of w1.0", "claim w2 4-5", "complete w1 6-7 of w1.0"],
  ],
  ["an owner that is told it is none", ["claim w1 0-1", "complete w1 2-3 of w1.0 not_owner"]],
  ["a winner after one whose death nobody saw", ["claim w1 0-1", "claim w2 2-", "claim w3 9-10"]],
  ["a released task that is still taken", ["claim w1 0-1", "release w1 2-3 of w1.0", "claim w2 4-5 taken"]],
])("a history has no order: %s", (_name, history) => {
  expect(unexplained(...history)).toMatch(/cannot be explained/);
});

test("many who want one task at once are searched in no time", () => {
  const losers = Array.from(
    { length: 60 },
    (_, index) => `claim w${index + 2} ${index}-${200 + index} taken`,
  );
  expect(unexplained("claim w1 100-150", ...losers)).toBeUndefined();
});

test("a claim that was cut off before anybody learned its number is any of its process's, and of nobody else's", () => {
  const cutOff = { ...operation("claim w1 0-"), id: "w1.?" };
  const released = (claim: string): TaskOperation[] => [cutOff, operation(`release user 5-6 of ${claim}`)];

  expect(findUnexplained(released("w1.8"), taskModel("pending"))).toBeUndefined();
  expect(findUnexplained(released("w2.8"), taskModel("pending"))).toMatch(/release user/);
});
