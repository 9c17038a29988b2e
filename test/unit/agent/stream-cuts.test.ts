import { expect, test } from "vitest";
import { echoTool, eventsOf, runLoop } from "../../support/agent-loop.ts";
import {
  cut,
  endOf,
  event,
  hangs,
  modelServer,
  says,
  sends,
  sseServer,
  streamOf,
} from "../../support/agent-sse-server.ts";

const call = (text: string, id = "t1") => ({ tool: "Echo", id, json: JSON.stringify({ text }) });

test("I4 I5 I6 a stream cut at any byte: no call runs twice, none is lost, and the history stays whole", async () => {
  const bytes = streamOf([call("a", "t1"), call("b", "t2"), "More."]);
  const firstCall = endOf(bytes, '"content_block_stop","index":0');
  const secondCall = endOf(bytes, '"content_block_stop","index":1');
  const whole = endOf(bytes, '"message_delta"');
  let length = 0;
  let isFirst = true;
  const server = await modelServer((response, request) => {
    const isAfterTools = request.messages.at(-1)?.content[0]?.type === "tool_result";
    const later = isAfterTools ? says(["done"]) : sends(bytes);
    (isFirst ? cut(bytes, length) : later)(response, request);
    isFirst = false;
  });
  const observed: object[] = [];
  const expected: object[] = [];

  for (; length < bytes.length; length++) {
    isFirst = true;
    server.requests.length = 0;
    const calls: string[] = [];
    const { end, events, turns } = await runLoop(server, { tools: [echoTool(calls)] });
    observed.push({
      length,
      end,
      calls,
      reads: eventsOf(events, "read").length,
      requests: server.requests.length,
      retries: eventsOf(events, "retrying").length,
      blocksKept: turns[1]?.message.content?.length,
      isTold: JSON.stringify(turns[2]?.message.content).includes("connection broke off"),
    });
    expected.push({ length, end: { reason: "done", text: "done" }, reads: 1, ...outcomeOf(length) });
  }

  function outcomeOf(at: number): object {
    const both = ["a", "b"];
    // Nothing that can be kept: the same request once more.
    if (at < firstCall) return { calls: both, requests: 3, retries: 1, blocksKept: 3, isTold: false };
    if (at < secondCall) return { calls: ["a"], requests: 2, retries: 0, blocksKept: 1, isTold: true };
    if (at < whole) return { calls: both, requests: 2, retries: 0, blocksKept: 2, isTold: true };
    return { calls: both, requests: 2, retries: 0, blocksKept: 3, isTold: false };
  }
  expect(observed).toEqual(expected);
  expect(firstCall > 300 && secondCall > firstCall && whole > secondCall && bytes.length > whole).toBe(true);
}, 180_000);

test("I4 a stream that ends in good order but too early is a cut one", async () => {
  const bytes = streamOf(["Hello"]);
  const server = await sseServer(sends(bytes.subarray(0, 300)), sends(bytes));

  const { end, events } = await runLoop(server);

  expect(end).toEqual({ reason: "done", text: "Hello" });
  expect(eventsOf(events, "retrying")).toEqual([
    { type: "retrying", attempt: 1, why: "the answer broke off" },
  ]);
});

test("I4 a stream that is cut again and again ends the turn, and names the server", async () => {
  const bytes = streamOf(["Hello"]);
  const server = await sseServer(...Array.from({ length: 3 }, () => cut(bytes, 400)));

  const { end, turns } = await runLoop(server, { limits: { streamTries: 3 } });

  expect(end).toMatchObject({ reason: "failed", code: "model_unreachable" });
  expect(end.reason === "failed" && end.message).toContain(server.baseURL);
  expect(server.requests).toHaveLength(3);
  expect(turns).toHaveLength(1);
});

test("I4 an event that is no JSON is a broken answer, and asked for again", async () => {
  const broken = Buffer.from("event: message_start\ndata: {oops\n\n");
  const server = await sseServer(sends(broken), says(["ok"]));

  expect((await runLoop(server)).end).toEqual({ reason: "done", text: "ok" });
});

test("I2 an overload that is told inside of the stream is tried again", async () => {
  const overload = event({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } });
  const bytes = streamOf(["x"]);
  const begun = bytes.subarray(0, endOf(bytes, "message_start"));
  const server = await sseServer(sends(Buffer.concat([begun, Buffer.from(overload)])), says(["ok"]));

  const { end, events } = await runLoop(server);

  expect(end).toEqual({ reason: "done", text: "ok" });
  expect(eventsOf(events, "retrying")).toEqual([
    { type: "retrying", attempt: 1, why: "the server broke off: Overloaded" },
  ]);
});

test("an error inside of the stream that says the request is wrong is not tried again", async () => {
  const wrong = event({ type: "error", error: { type: "invalid_request_error", message: "no such thing" } });
  const server = await sseServer(sends(Buffer.from(wrong)));

  const { end } = await runLoop(server);

  expect(end).toMatchObject({ reason: "failed", code: "failed" });
  expect(end.reason === "failed" && end.message).toContain("no such thing");
  expect(server.requests).toHaveLength(1);
});

test("I12 a server that falls silent in the middle is asked again, a complete call before that is kept", async () => {
  const bytes = streamOf([call("x"), "more"]);
  const server = await sseServer(
    hangs(bytes.subarray(0, endOf(bytes, '"content_block_stop","index":0'))),
    says(["ok"]),
  );
  const calls: string[] = [];

  const { end } = await runLoop(server, { limits: { idleMs: 500 }, tools: [echoTool(calls)] });

  expect(end).toEqual({ reason: "done", text: "ok" });
  expect(calls).toEqual(["x"]);
});
