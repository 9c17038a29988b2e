import { expect, test } from "vitest";
import { openReply } from "../../../src/agent/reply.ts";
import { eventsOf, runLoop } from "../../support/agent-loop.ts";
import { event, says, sends, sseServer } from "../../support/agent-sse-server.ts";
import { modelProperties } from "../../support/fuzz-model.ts";
import { titled } from "../../support/fuzz-property.ts";
import { toolProperties } from "../../support/fuzz-tools.ts";

test.each(titled([...modelProperties, ...toolProperties]))(
  "%s",
  async (_, check) => {
    expect(await check()).toBeGreaterThan(0);
  },
  60_000,
);

const END = [
  { type: "content_block_stop", index: 0 },
  { type: "message_delta", delta: { stop_reason: "end_turn" } },
  { type: "message_stop" },
];

/** One block, begun like this and ended. */
function streamBeginning(content_block: unknown, ...deltas: readonly unknown[]): Buffer {
  const events = [
    { type: "content_block_start", index: 0, content_block },
    ...deltas.map((delta) => ({ type: "content_block_delta", index: 0, delta })),
    ...END,
  ];
  return Buffer.from(events.map((one) => event(one)).join(""));
}

test("I7 a text block of a server that leaves its empty text out, or sends null, is read like any other", async () => {
  for (const begin of [{ type: "text" }, { type: "text", text: null }]) {
    const server = await sseServer(sends(streamBeginning(begin, { type: "text_delta", text: "hi" })));
    const { end, events } = await runLoop(server);

    expect(end).toEqual({ reason: "done", text: "hi" });
    expect(eventsOf(events, "text")).toEqual([{ type: "text", delta: "hi" }]);
  }
});

test.each([
  ["no block", undefined],
  ["a call without an id", { type: "tool_use", name: "Echo", input: {} }],
  ["a call whose id the API does not take back", { type: "tool_use", id: "a b", name: "Echo", input: {} }],
  ["a call without a name", { type: "tool_use", id: "t1", input: {} }],
])("I7 %s makes the answer a broken one, which is asked for again", async (_, begin) => {
  const server = await sseServer(sends(streamBeginning(begin)), says(["ok"]));
  const { end, events } = await runLoop(server);

  expect(end).toEqual({ reason: "done", text: "ok" });
  expect(eventsOf(events, "retrying").map(({ why }) => why)).toEqual([
    expect.stringMatching(/^the answer broke off: the server sent a broken/),
  ]);
});

test("I7 of two calls with one id in one answer only the first is kept", () => {
  const reply = openReply(() => undefined);
  const start = {
    type: "content_block_start",
    content_block: { type: "tool_use", id: "t1", name: "Echo", input: {} },
  };
  const add = (one: object): void => reply.add(one as Parameters<typeof reply.add>[0]);

  add({ ...start, index: 0 });
  add({ type: "content_block_stop", index: 0 });
  expect(() => add({ ...start, index: 1 })).toThrow("the server sent call t1 twice");

  expect(reply.close()).toMatchObject({ stop: "cut", calls: [{ id: "t1" }] });
});
