import { expect, test } from "vitest";
import { parseCountRequest, parseRequest } from "../../../src/scripted/request.ts";

const user = (...content: unknown[]) => ({ role: "user", content });
const assistant = (...content: unknown[]) => ({ role: "assistant", content });
const text = (words: string) => ({ type: "text", text: words });
const call = (id: string) => ({ type: "tool_use", id, name: "Bash", input: {} });
const result = (id: string, more: object = {}) => ({
  type: "tool_result",
  tool_use_id: id,
  content: "ok",
  ...more,
});
const mark = { cache_control: { type: "ephemeral" } };
const request = (more: object): unknown => ({
  model: "m",
  max_tokens: 10,
  messages: [user(text("hi"))],
  ...more,
});
const tool = { name: "Bash", input_schema: { type: "object" } };

function refusal(body: unknown): string {
  const parsed = parseRequest(body);
  return parsed.ok ? "accepted" : parsed.message;
}

test("what SDK 1.10 sends is accepted, with strings as text blocks", () => {
  const body = request({
    stream: true,
    system: [{ ...text("You are ada, a teammate."), ...mark }],
    tools: [
      { ...tool, type: "custom", description: "d", strict: true },
      { ...tool, name: "Read", ...mark },
    ],
    tool_choice: { type: "auto", disable_parallel_tool_use: false },
    metadata: { user_id: "u" },
    thinking: { type: "adaptive" },
    output_config: { effort: "low" },
    service_tier: "auto",
    stop_sequences: ["x"],
    messages: [
      { role: "user", content: "hi" },
      assistant({ type: "thinking", thinking: "hm", signature: "s" }, text("a"), call("t1"), call("t2")),
      user(
        result("t2", { is_error: true }),
        result("t1", { content: [{ type: "text", text: "x" }], ...mark }),
        text("mail"),
      ),
    ],
  });

  const parsed = parseRequest(body);

  expect(parsed).toMatchObject({
    ok: true,
    request: { messages: [{ content: [{ type: "text", text: "hi" }] }, {}, {}] },
  });
});

test.each([
  ["no model", { model: undefined }, "model: Field required"],
  ["no tokens", { max_tokens: 0 }, /^max_tokens: /],
  ["an unknown field", { temprature: 1 }, "temprature: Extra inputs are not permitted"],
  [
    "a field that is not supported",
    { container: "c" },
    "container: the scripted model does not support this field",
  ],
  ["no message", { messages: [] }, "messages: at least one message is required"],
  [
    "an unknown field of a message",
    { messages: [{ role: "user", content: "a", name: "x" }] },
    "messages.0.name: Extra inputs are not permitted",
  ],
  [
    "an unknown field of a block",
    { messages: [user({ ...text("a"), id: 1 })] },
    "messages.0.content.0.id: Extra inputs are not permitted",
  ],
  ["an unknown block", { messages: [user({ type: "video" })] }, /^messages\.0\.content\.0\.type: /],
  ["a role that is none", { messages: [{ role: "system", content: "a" }] }, /^messages\.0\.role: /],
  [
    "an unknown field of a tool",
    { tools: [{ ...tool, color: "red" }] },
    "tools.0.color: Extra inputs are not permitted",
  ],
  ["a tool of the server", { tools: [{ type: "web_search_20250305", name: "web_search" }] }, /^tools\.0\./],
  [
    "a tool's name",
    { tools: [{ ...tool, name: "a b" }] },
    "tools.0.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
  ],
  ["a tool twice", { tools: [tool, tool] }, "tools: Tool names must be unique."],
  [
    "five cache marks",
    { system: [1, 2, 3, 4].map((n) => ({ ...text(`${n}`), ...mark })), ...mark },
    "A maximum of 4 blocks with cache_control may be provided. Found 5.",
  ],
])("%s is refused in the API's words", (_, more, message) => {
  expect(refusal(request(more))).toMatch(message);
});

test.each([
  ["an assistant first", [assistant(text("a"))], "messages: first message must use the user role"],
  [
    "two users in a row",
    [user(text("a")), user(text("b"))],
    'messages.1: roles must alternate between "user" and "assistant", but found two "user" in a row',
  ],
  [
    "two assistants in a row",
    [user(text("a")), assistant(text("b")), assistant(text("c"))],
    /^messages\.2: roles must alternate/,
  ],
  [
    "an assistant last",
    [user(text("a")), assistant(text("b"))],
    /^This model does not support assistant message prefill/,
  ],
  ["no content", [user()], "messages.0: all messages must have non-empty content"],
  [
    "empty text",
    [user(text(""))],
    "messages.0.content.0: text content blocks must contain non-whitespace text",
  ],
  [
    "blank text",
    [user(text(" \n"))],
    "messages.0.content.0: text content blocks must contain non-whitespace text",
  ],
  [
    "a result without its call",
    [user(result("t1"))],
    /^messages\.0\.content\.0: unexpected `tool_use_id` found in `tool_result` blocks: t1\./,
  ],
  [
    "a result of an earlier call",
    [user(text("a")), assistant(call("t1")), user(result("t1")), assistant(text("b")), user(result("t1"))],
    /^messages\.4\.content\.0: unexpected `tool_use_id`/,
  ],
  [
    "a result twice",
    [user(text("a")), assistant(call("t1")), user(result("t1"), result("t1"))],
    /^messages\.2\.content\.1: unexpected `tool_use_id`/,
  ],
  [
    "a call without its result",
    [user(text("a")), assistant(call("t1"), call("t2")), user(result("t2"))],
    /^messages\.1: `tool_use` ids were found without `tool_result` blocks immediately after: t1\./,
  ],
  [
    "a result behind text",
    [user(text("a")), assistant(call("t1")), user(text("b"), result("t1"))],
    "messages.2.content.1: `tool_result` blocks must come before other content",
  ],
  [
    "a call id twice",
    [user(text("a")), assistant(call("t1")), user(result("t1")), assistant(call("t1")), user(result("t1"))],
    "messages.3: `tool_use` ids must be unique: t1",
  ],
  ["a call in a user message", [user(call("t1"))], /^messages\.0\.content\.0\.type: /],
])("a conversation with %s is refused", (_, messages, message) => {
  expect(refusal(request({ messages }))).toMatch(message);
});

test("a body that is not there or no object is refused", () => {
  expect(refusal(undefined)).toBe("The request body is not valid JSON");
  expect(refusal([])).not.toBe("accepted");
  expect(refusal(null)).not.toBe("accepted");
});

test("counting takes the same conversation, without what only an answer needs", () => {
  const { max_tokens: _, ...count } = request({ tools: [tool] }) as { max_tokens: number };

  expect(parseCountRequest(count).ok).toBe(true);
  expect(parseCountRequest(request({}))).toEqual({
    ok: false,
    message: "max_tokens: Extra inputs are not permitted",
  });
});
