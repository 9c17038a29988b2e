import { expect, test } from "vitest";
import type { EndedCall } from "../../../src/agent/loop-deps.ts";
import { echoTool, eventsOf, runLoop } from "../../support/agent-loop.ts";
import { says, sseServer } from "../../support/agent-sse-server.ts";

const call = (text: string, id = "t1", tool = "Echo") => ({ tool, id, json: JSON.stringify({ text }) });

test("a call is run with the input that the gate gave back, and that is what is shown", async () => {
  const server = await sseServer(says([call("rm")]), says(["ok"]));
  const calls: string[] = [];

  const { events } = await runLoop(server, {
    tools: [echoTool(calls)],
    gate: async () => ({ allowed: true, input: { text: "ls" } }),
  });

  expect(calls).toEqual(["ls"]);
  expect(eventsOf(events, "tool_started")).toMatchObject([{ input: { text: "ls" } }]);
});

test("what is said after a call is what the model reads of it; calls that were not run are not talked about", async () => {
  const server = await sseServer(
    says([call("one"), call("two", "t2", "Nothing"), { tool: "Echo", id: "t3", json: "{}" }]),
    says(["ok"]),
  );
  const seen: EndedCall[] = [];

  const { turns } = await runLoop(server, {
    tools: [echoTool()],
    afterCall: async (ended) => {
      seen.push(ended);
      return `${ended.text}, amended`;
    },
  });

  expect(seen).toMatchObject([
    { call: { id: "t1", name: "Echo", input: { text: "one" } }, text: "echo one", isError: false },
  ]);
  expect(turns[2]?.message.content).toMatchObject([
    { tool_use_id: "t1", content: "echo one, amended" },
    { tool_use_id: "t2", is_error: true },
    { tool_use_id: "t3", is_error: true },
  ]);
});

test("what is said after a reply stands behind its results, and may end the turn", async () => {
  const server = await sseServer(says([call("one"), call("two", "t2")]));
  const seen: (readonly EndedCall[])[] = [];

  const { end, turns, events } = await runLoop(server, {
    tools: [echoTool()],
    afterReply: async (ended) => {
      seen.push(ended);
      return { notes: ["mind this"], stop: "enough" };
    },
  });

  expect(seen).toMatchObject([[{ text: "echo one" }, { text: "echo two" }]]);
  expect(end).toEqual({ reason: "stopped", why: "enough" });
  expect(turns[2]?.message.content).toMatchObject([
    { type: "tool_result" },
    { type: "tool_result" },
    { type: "text", text: "mind this" },
  ]);
  expect(eventsOf(events, "turn_ended")).toMatchObject([{ reason: "limit", detail: "enough" }]);
  expect(server.requests).toHaveLength(1);
});

test("the last word may have an answer: then the turn goes on, and ends when there is none", async () => {
  const server = await sseServer(says(["Done."]), says(["Really done."]));
  const heard: string[] = [];

  const { end, turns } = await runLoop(server, {
    lastWord: async (text) => {
      heard.push(text);
      return heard.length === 1 ? [{ id: "more", text: "And the tests?" }] : [];
    },
  });

  expect(heard).toEqual(["Done.", "Really done."]);
  expect(end).toEqual({ reason: "done", text: "Really done." });
  expect(turns[2]).toEqual({
    message: { role: "user", content: [{ type: "text", text: "And the tests?" }] },
    inputs: ["more"],
  });
});

test("whoever is asked to end is not asked for more", async () => {
  const server = await sseServer(says(["Done."]));
  let isStopping = false;
  const { end } = await runLoop(server, {
    isStopping: () => isStopping,
    emit: ({ type }) => {
      isStopping ||= type === "text";
    },
    lastWord: async () => [{ id: "more", text: "Go on" }],
  });
  expect(end).toEqual({ reason: "done", text: "Done." });
});
