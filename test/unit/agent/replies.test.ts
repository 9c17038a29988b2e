import { expect, test } from "vitest";
import { echoTool, eventsOf, runLoop } from "../../support/agent-loop.ts";
import { event, says, sends, sseServer, streamOf } from "../../support/agent-sse-server.ts";

const call = (text: string, id = "t1") => ({ tool: "Echo", id, json: JSON.stringify({ text }) });

test.each([
  ["half a shell command", '{"text": "rm -rf /tmp'],
  ["no object", '"rm"'],
  ["a list", "[1]"],
  ["prose", "please run it"],
])("I7 a tool input that is %s never runs: the model reads what was wrong", async (_, json) => {
  const server = await sseServer(says([{ tool: "Echo", id: "t1", json }]), says(["sorry"]));
  const calls: string[] = [];

  const { end, turns } = await runLoop(server, { tools: [echoTool(calls)] });

  expect(end).toEqual({ reason: "done", text: "sorry" });
  expect(calls).toEqual([]);
  expect(turns[1]?.message.content).toEqual([{ type: "tool_use", id: "t1", name: "Echo", input: {} }]);
  expect(turns[2]?.message.content).toEqual([
    {
      type: "tool_result",
      tool_use_id: "t1",
      is_error: true,
      content: `Echo was not run: its input is not a whole JSON object; it was: ${json}\nMake the call again with valid JSON.`,
    },
  ]);
});

test("I7 a wrong type and an unknown tool are errors that name field and tools", async () => {
  const server = await sseServer(
    says([
      { tool: "Echo", id: "t1", json: '{"text": 7}' },
      { tool: "Nope", id: "t2", json: "{}" },
    ]),
    says(["sorry"]),
  );

  const { turns } = await runLoop(server, { tools: [echoTool()] });

  const text = JSON.stringify(turns[2]?.message.content);
  expect(text).toMatch(/its input is wrong.*expected string.*text/s);
  expect(text).toContain("There is no tool Nope. Tools: Echo.");
});

test("I7 three replies in a row with nothing but wrong calls end the turn", async () => {
  const wrong = says([{ tool: "Echo", id: "t1", json: "{" }]);
  const server = await sseServer(
    wrong,
    says([{ tool: "Echo", id: "t1", json: '{"text":1}' }]),
    says([{ tool: "Nope", id: "t1", json: "{}" }]),
  );

  const { end, turns } = await runLoop(server, { tools: [echoTool()] });

  expect(end).toMatchObject({ reason: "failed", code: "failed" });
  expect(end.reason === "failed" && end.message).toMatch(/3 replies in a row.*no tool Nope/s);
  expect(turns).toHaveLength(7);
});

test("I7 a good call in between starts the count again", async () => {
  const wrong = says([{ tool: "Echo", id: "t1", json: "{" }]);
  const server = await sseServer(wrong, wrong, says([call("x")]), wrong, wrong, says(["ok"]));

  expect((await runLoop(server, { tools: [echoTool()] })).end).toEqual({ reason: "done", text: "ok" });
});

test("I10 a refusal ends the turn and is not kept in the history", async () => {
  const server = await sseServer(says(["I can't"], "refusal"));

  const { end, turns } = await runLoop(server);

  expect(end).toEqual({ reason: "limit", what: "refusal" });
  expect(turns).toHaveLength(1);
});

test("I10 a reply at the output limit is continued once, then the turn ends", async () => {
  const server = await sseServer(says(["Once upon"], "max_tokens"), says(["a time"], "max_tokens"));

  const { end, turns } = await runLoop(server);

  expect(end).toEqual({ reason: "limit", what: "max_tokens" });
  expect(turns.map(({ message }) => message.role)).toEqual(["user", "assistant", "user", "assistant"]);
  expect(server.requests).toHaveLength(2);
});

test("I10 a call that the output limit cut is not run, the whole one before it is", async () => {
  const server = await sseServer(
    says([call("x", "t1"), { tool: "Echo", id: "t2", json: '{"text": "half' }], "max_tokens"),
    says(["ok"]),
  );
  const calls: string[] = [];

  const { end, turns } = await runLoop(server, { tools: [echoTool(calls)] });

  expect(end).toEqual({ reason: "done", text: "ok" });
  expect(calls).toEqual(["x"]);
  expect(JSON.stringify(turns[2]?.message.content)).toContain("cut off at the output limit");
});

test("I10 a call cut before the first piece of its input is not run with nothing", async () => {
  const server = await sseServer(says([{ tool: "Echo", id: "t1", json: "" }], "max_tokens"), says(["ok"]));

  const { turns } = await runLoop(server, { tools: [echoTool()] });

  expect(JSON.stringify(turns[2]?.message.content)).toContain("it was empty");
});

test("I10 a pause is answered by the paused reply itself, and not for ever", async () => {
  const server = await sseServer(says(["thinking"], "pause_turn"), says(["done"]));

  const { end } = await runLoop(server);

  expect(end).toEqual({ reason: "done", text: "done" });
  expect(server.requests[1]?.messages.map(({ role }) => role)).toEqual(["user", "assistant"]);

  const forever = await sseServer(...Array.from({ length: 12 }, () => says(["."], "pause_turn")));
  expect((await runLoop(forever)).end).toEqual({ reason: "limit", what: "max_turns" });
  expect(forever.requests).toHaveLength(10);
});

test("an empty answer ends the turn and leaves nothing that the API would refuse", async () => {
  const server = await sseServer(says([]));

  const { end, turns } = await runLoop(server);

  expect(end).toEqual({ reason: "done", text: "" });
  expect(turns).toHaveLength(1);
});

test("empty mail and blank text are sent in a form that the API takes", async () => {
  const server = await sseServer(says([" \n", "word"]), says(["ok"]));

  await runLoop(server, { start: [{ id: "a", text: "" }], mail: [[], [{ id: "b", text: " " }]] });

  expect(server.requests[1]?.messages).toMatchObject([
    { content: [{ text: "(empty)" }] },
    { content: [{ text: "word" }] },
    { content: [{ text: "(empty)" }] },
  ]);
});

test("a dialect server that leaves counters out costs nothing instead of NaN", async () => {
  const bytes = Buffer.from(
    streamOf(["ok"])
      .toString()
      .replaceAll(/"usage":\{[^}]*\}/g, '"usage":null'),
  );
  const server = await sseServer(sends(bytes));

  const { events } = await runLoop(server);

  expect(eventsOf(events, "usage")[0]?.usage).toEqual({ input: 0, output: 0, cacheRead: 0, cacheWrite: 0 });
});

test("what the model thought goes back to it unchanged, with its signature", async () => {
  const server = await sseServer(says([{ thinking: "hm" }, call("x")]), says(["ok"]));

  await runLoop(server, { tools: [echoTool()] });

  expect(server.requests[1]?.messages[1]?.content).toEqual([
    { type: "thinking", thinking: "hm", signature: "sig" },
    { type: "tool_use", id: "t1", name: "Echo", input: { text: "x" } },
  ]);
});

function wholeBlock(index: number, content_block: object): string {
  const start = event({ type: "content_block_start", index, content_block });
  return start + event({ type: "content_block_stop", index });
}

test("a server that sends text and input whole with the start of their blocks is understood", async () => {
  const whole = streamOf([], "tool_use").toString();
  const at = whole.indexOf("event: message_delta");
  const blocks =
    wholeBlock(0, { type: "text", text: "Look:" }) +
    wholeBlock(1, { type: "tool_use", id: "t1", name: "Echo", input: { text: "hi" } });
  const server = await sseServer(
    sends(Buffer.from(whole.slice(0, at) + blocks + whole.slice(at))),
    says(["ok"]),
  );
  const calls: string[] = [];

  const { events } = await runLoop(server, { tools: [echoTool(calls)] });

  expect(calls).toEqual(["hi"]);
  expect(eventsOf(events, "text")[0]?.delta).toBe("Look:");
});

test("many calls at once are no leak", async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error): void => void warnings.push(warning);
  process.on("warning", warned);
  const many = Array.from({ length: 30 }, (_, at) => call(`${at}`, `t${at}`));
  const server = await sseServer(says(many), says(["ok"]));

  await runLoop(server, {
    tools: [
      {
        ...echoTool(),
        run: async (_, signal) => {
          signal.addEventListener("abort", () => undefined);
          await new Promise((resolve) => setImmediate(resolve));
          return { text: "", isError: false };
        },
      },
    ],
  });

  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", warned);
  expect(warnings).toEqual([]);
});

test("a block of a kind that nobody asked for, and a field that the API does not know, do not go back to the server", async () => {
  const bytes = [
    event({ type: "message_start", message: { model: "fake-1", usage: { input_tokens: 1 } } }),
    event({
      type: "content_block_start",
      index: 0,
      content_block: { type: "text", text: "One.", mood: "good" },
    }),
    event({ type: "content_block_stop", index: 0 }),
    event({ type: "content_block_start", index: 1, content_block: { type: "picture", data: "…" } }),
    event({ type: "content_block_stop", index: 1 }),
    event({
      type: "content_block_start",
      index: 2,
      content_block: { type: "tool_use", id: "t1", name: "Echo", input: { text: "hi" }, later: 1 },
    }),
    event({ type: "content_block_stop", index: 2 }),
    event({ type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 3 } }),
    event({ type: "message_stop" }),
  ].join("");
  const server = await sseServer(sends(Buffer.from(bytes)), says(["Done."]));

  await runLoop(server, { tools: [echoTool()] });

  expect(server.requests[1]?.messages[1]?.content).toEqual([
    { type: "text", text: "One." },
    { type: "tool_use", id: "t1", name: "Echo", input: { text: "hi" } },
  ]);
});
