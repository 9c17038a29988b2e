import { expect, test } from "vitest";
import { z } from "zod";
import { defineTool } from "../../../src/agent/tool.ts";
import { echoTool, eventsOf, runLoop } from "../../support/agent-loop.ts";
import { hangs, says, sseServer } from "../../support/agent-sse-server.ts";
import { until } from "../../support/until.ts";

const call = (text: string, id = "t1") => ({ tool: "Echo", id, json: JSON.stringify({ text }) });

test("a plain answer ends the turn with its text, and the inputs are read once", async () => {
  const server = await sseServer(says(["Hello, ", "world"]));

  const { end, events, turns } = await runLoop(server);

  expect(end).toEqual({ reason: "done", text: "Hello, \nworld" });
  expect(events.map((event) => event.type)).toEqual([
    "turn_started",
    "read",
    "text",
    "text",
    "usage",
    "turn_ended",
  ]);
  expect(eventsOf(events, "read")).toEqual([{ type: "read", inputs: ["in1"] }]);
  expect(eventsOf(events, "usage")).toMatchObject([
    { model: "fake-1", requestId: "req_1", usage: { input: 10, output: 7, cacheRead: 4, cacheWrite: 0 } },
  ]);
  expect(turns).toEqual([
    { message: { role: "user", content: [{ type: "text", text: "go" }] }, inputs: ["in1"] },
    {
      message: {
        role: "assistant",
        content: [
          { type: "text", text: "Hello, " },
          { type: "text", text: "world" },
        ],
      },
      inputs: [],
    },
  ]);
});

test("a request marks tools, system text and the last message for the cache, and nothing in what is recorded", async () => {
  const server = await sseServer(says(["ok"]));

  const { turns } = await runLoop(server, { tools: [echoTool(), { ...echoTool(), name: "Other" }] });

  const [request] = server.requests;
  expect(Object.keys(request ?? {}).toSorted()).toEqual([
    "max_tokens",
    "messages",
    "model",
    "stream",
    "system",
    "tools",
  ]);
  expect(request?.tools?.map((tool) => tool["cache_control"])).toEqual([undefined, { type: "ephemeral" }]);
  expect(request?.system).toEqual([
    { type: "text", text: "You are a test.", cache_control: { type: "ephemeral" } },
  ]);
  expect(request?.messages.at(-1)?.content).toEqual([
    { type: "text", text: "go", cache_control: { type: "ephemeral" } },
  ]);
  expect(JSON.stringify(turns)).not.toContain("cache_control");
});

test("a request also marks where the former one ended: the server looks only 20 blocks back for what it kept", async () => {
  const calls = Array.from({ length: 12 }, (_, index) => call(`${index}`));
  const server = await sseServer(says(["look", ...calls]), says(["more", ...calls]), says(["done"]));

  await runLoop(server, { tools: [echoTool()] });

  const marked = server.requests.map(({ messages }) =>
    messages.flatMap(({ content }, index) =>
      JSON.stringify(content.at(-1)).includes("cache_control") ? [index] : [],
    ),
  );
  expect(marked).toEqual([[0], [0, 2], [2, 4]]);
  for (const request of server.requests)
    expect(JSON.stringify(request).match(/"cache_control":/g)?.length).toBeLessThanOrEqual(4);
});

test("mail enters in the same user message as the tool results", async () => {
  const server = await sseServer(says(["I look.", call("hi")]), says(["done"]));

  const { end, events, turns } = await runLoop(server, {
    tools: [echoTool()],
    mail: [[], [{ id: "m1", text: "mail for you" }]],
  });

  expect(end).toEqual({ reason: "done", text: "done" });
  expect(server.requests[1]?.messages).toEqual([
    { role: "user", content: [{ type: "text", text: "go", cache_control: { type: "ephemeral" } }] },
    {
      role: "assistant",
      content: [
        { type: "text", text: "I look." },
        { type: "tool_use", id: "t1", name: "Echo", input: { text: "hi" } },
      ],
    },
    {
      role: "user",
      content: [
        { type: "tool_result", tool_use_id: "t1", content: "echo hi" },
        { type: "text", text: "mail for you", cache_control: { type: "ephemeral" } },
      ],
    },
  ]);
  expect(eventsOf(events, "read").map((event) => event.inputs)).toEqual([["in1"], ["m1"]]);
  expect(turns.map((turn) => turn.inputs)).toEqual([["in1"], [], [], ["m1"], []]);
});

test("mail that comes with the last word makes the model go on", async () => {
  const server = await sseServer(says(["first"]), says(["second"]));

  const { end } = await runLoop(server, { mail: [[], [{ id: "m1", text: "wait" }]] });

  expect(end).toEqual({ reason: "done", text: "second" });
  expect(server.requests[1]?.messages.map((message) => message.role)).toEqual(["user", "assistant", "user"]);
});

test("mail that waits already goes with the first request", async () => {
  const server = await sseServer(says(["ok"]));

  await runLoop(server, { mail: [[{ id: "m1", text: "early" }]] });

  expect(server.requests[0]?.messages).toMatchObject([
    { role: "user", content: [{ text: "go" }, { text: "early" }] },
  ]);
});

test("reading calls of a reply run at the same time, writing ones in their order", async () => {
  const server = await sseServer(
    says([
      { tool: "Write", id: "w1", json: '{"name":"w1"}' },
      { tool: "Read", id: "r1", json: '{"name":"r1"}' },
      { tool: "Write", id: "w2", json: '{"name":"w2"}' },
      { tool: "Read", id: "r2", json: '{"name":"r2"}' },
    ]),
    says(["done"]),
  );
  const log: string[] = [];
  const open = new Map<string, () => void>();
  const tool = (name: string, effect: "read" | "write") =>
    defineTool({
      name,
      description: name,
      input: z.object({ name: z.string() }),
      effect,
      run: async (input) => {
        log.push(`+${input.name}`);
        await new Promise<void>((resolve) => open.set(input.name, resolve));
        log.push(`-${input.name}`);
        return input.name;
      },
    });

  const running = runLoop(server, { tools: [tool("Write", "write"), tool("Read", "read")] });
  await until(() => open.size === 3);
  expect(log.toSorted()).toEqual(["+r1", "+r2", "+w1"]);
  open.get("r2")?.();
  open.get("r1")?.();
  open.get("w1")?.();
  await until(() => open.size === 4);
  expect(log.indexOf("-w1")).toBeLessThan(log.indexOf("+w2"));
  open.get("w2")?.();
  await running;

  expect(server.requests[1]?.messages[2]?.content.map((block) => block["tool_use_id"])).toEqual([
    "w1",
    "r1",
    "w2",
    "r2",
  ]);
});

test("the answer is recorded before its tools run, and the results before mail is asked for", async () => {
  const server = await sseServer(says([call("x")]), says(["done"]));
  const order: string[] = [];

  await runLoop(server, {
    tools: [
      defineTool({
        name: "Echo",
        description: "",
        input: z.object({ text: z.string() }),
        effect: "read",
        run: async () => {
          order.push("run");
          return "";
        },
      }),
    ],
    record: async (turn) => {
      order.push(`record ${turn.message.role}`);
    },
    nextInput: async () => {
      order.push("mail?");
      return [];
    },
  });

  expect(order).toEqual([
    "record user",
    "mail?",
    "record assistant",
    "run",
    "record user",
    "mail?",
    "record assistant",
    "mail?",
  ]);
  expect(server.requests[1]?.messages.at(-1)?.content).toMatchObject([
    { type: "tool_result", content: "(no output)" },
  ]);
});

test("a denied call is an error result with the reason, and the other calls run", async () => {
  const server = await sseServer(says([call("bad", "t1"), call("good", "t2")]), says(["done"]));
  const calls: string[] = [];

  const { events } = await runLoop(server, {
    tools: [echoTool(calls)],
    gate: async ({ id }) => (id === "t1" ? { allowed: false, reason: "not here" } : { allowed: true }),
  });

  expect(calls).toEqual(["good"]);
  expect(eventsOf(events, "tool_denied")).toEqual([
    { type: "tool_denied", id: "t1", name: "Echo", reason: "not here" },
  ]);
  expect(server.requests[1]?.messages.at(-1)?.content).toMatchObject([
    { tool_use_id: "t1", is_error: true, content: "Denied: not here" },
    { tool_use_id: "t2", content: "echo good" },
  ]);
});

test("a gate or a tool that throws is an error result, never the end of the turn", async () => {
  const server = await sseServer(says([call("a", "t1"), call("b", "t2")]), says(["done"]));

  const { end } = await runLoop(server, {
    tools: [{ ...echoTool(), run: () => Promise.reject(new Error("disk on fire")) }],
    gate: async ({ id }) => {
      if (id === "t1") throw new Error("gate on fire");
      return { allowed: true };
    },
  });

  expect(end).toEqual({ reason: "done", text: "done" });
  expect(server.requests[1]?.messages.at(-1)?.content).toMatchObject([
    { is_error: true, content: "Denied: the permission check failed: gate on fire" },
    { is_error: true, content: "Echo failed: disk on fire" },
  ]);
});

test("a long result reaches the model as head and tail, a lone surrogate as U+FFFD", async () => {
  const server = await sseServer(says([call("x")]), says(["done"]));
  const long = `HEAD${"\ud800".repeat(3)}${"y".repeat(300_000)}TAIL`;

  await runLoop(server, { tools: [{ ...echoTool(), run: async () => ({ text: long, isError: false }) }] });

  const content = String(server.requests[1]?.messages.at(-1)?.content[0]?.["content"]);
  expect(content.startsWith("HEAD\ufffd\ufffd\ufffdyyy")).toBe(true);
  expect(content.endsWith("TAIL")).toBe(true);
  expect(content).toContain("characters left out here");
  expect(content.length).toBeLessThan(101_000);
});

test("an abort during the answer ends the turn as interrupted, and the next one goes on from the committed messages", async () => {
  const server = await sseServer(hangs(Buffer.from("event: ping\ndata: {}\n\n")), says(["ok"]));
  const controller = new AbortController();

  const running = runLoop(server, { signal: controller.signal });
  await until(() => server.requests.length === 1);
  controller.abort();
  const { end, turns } = await running;

  expect(end).toEqual({ reason: "interrupted" });
  const again = await runLoop(server, { history: turns, start: [{ id: "in2", text: "and now?" }] });
  expect(again.end).toEqual({ reason: "done", text: "ok" });
  expect(server.requests[1]?.messages).toMatchObject([
    { role: "user", content: [{ text: "go" }, { text: "and now?" }] },
  ]);
  expect(eventsOf(again.events, "read").map((event) => event.inputs)).toEqual([["in1", "in2"]]);
});

test("an abort during tools keeps a result for every call, also for those that never come back", async () => {
  const server = await sseServer(says([call("a", "t1"), call("b", "t2"), call("c", "t3")]));
  const controller = new AbortController();
  const tool = defineTool({
    name: "Echo",
    description: "",
    input: z.object({ text: z.string() }),
    effect: "write",
    run: async ({ text }) => {
      if (text === "a") return "a came back";
      controller.abort();
      return new Promise<string>(() => {});
    },
  });

  const { end, turns } = await runLoop(server, {
    tools: [tool],
    signal: controller.signal,
    limits: { abortGraceMs: 20 },
  });

  expect(end).toEqual({ reason: "interrupted" });
  const results = z.array(z.looseObject({ content: z.string() })).parse(turns.at(-1)?.message.content);
  expect(results).toMatchObject([
    { tool_use_id: "t1", content: "a came back" },
    { tool_use_id: "t2", is_error: true },
    { tool_use_id: "t3", is_error: true },
  ]);
  expect(results[1]?.content).toContain("Interrupted before it came back");
  expect(results[2]?.content).toContain("Not run");
  expect(server.requests).toHaveLength(1);
});

test("a question to the gate that nobody answers ends with the signal, and the tool does not run later", async () => {
  const server = await sseServer(says([call("a")]));
  const controller = new AbortController();
  const calls: string[] = [];

  const { end } = await runLoop(server, {
    tools: [echoTool(calls)],
    signal: controller.signal,
    gate: async (_, signal) => {
      controller.abort();
      return signal.aborted ? { allowed: true } : { allowed: false, reason: "not asked to stop" };
    },
  });

  expect(end).toEqual({ reason: "interrupted" });
  expect(calls).toEqual([]);
});

test("a stop in good order lets the tool finish, keeps its result and asks neither mail nor model", async () => {
  const server = await sseServer(says([call("a")]));
  let isStopping = false;
  let asked = 0;

  const { end, turns } = await runLoop(server, {
    tools: [
      {
        ...echoTool(),
        run: async () => {
          isStopping = true;
          return { text: "whole", isError: false };
        },
      },
    ],
    isStopping: () => isStopping,
    nextInput: async () => {
      asked++;
      return [];
    },
  });

  expect(end).toEqual({ reason: "interrupted" });
  expect(asked).toBe(1);
  expect(turns.at(-1)?.message.content).toMatchObject([{ content: "whole" }]);
});

test("nothing new to say asks no model", async () => {
  const server = await sseServer();

  const { end } = await runLoop(server, { start: [] });

  expect(end).toEqual({ reason: "done", text: "" });
  expect(server.requests).toEqual([]);
});

test("a model that never stops calling tools meets the limit of a turn", async () => {
  const server = await sseServer(...Array.from({ length: 3 }, (_, at) => says([call("x", `t${at}`)])));

  const { end, turns } = await runLoop(server, { tools: [echoTool()], limits: { maxTurns: 3 } });

  expect(end).toEqual({ reason: "limit", what: "max_turns" });
  expect(turns.at(-1)?.message.content).toMatchObject([{ type: "tool_result" }]);
});

test("a record that fails ends the turn before anything depends on it", async () => {
  const server = await sseServer(says([call("x")]));
  const calls: string[] = [];

  const running = runLoop(server, {
    tools: [echoTool(calls)],
    record: async ({ message }) => {
      if (message.role === "assistant") throw new Error("disk full");
    },
  });

  await expect(running).rejects.toThrow("disk full");
  expect(calls).toEqual([]);
});
