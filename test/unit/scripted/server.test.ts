import { Anthropic, APIError, InternalServerError } from "@anthropic-ai/sdk";
import { betaTool } from "@anthropic-ai/sdk/helpers/beta/json-schema";
import { expect, onTestFinished, test } from "vitest";
import { parseScript } from "../../../src/scripted/read-script.ts";
import { startScriptedModel } from "../../../src/scripted/server.ts";
import { ASK, scriptedClient, sdkClient } from "../../support/scripted-client.ts";
import { testHost } from "../../support/test-host.ts";

const TALK = `
- text: hello
  say: "Good morning, everybody 🌻 and good night."
  call:
    - { tool: Bash, input: { command: "echo a", list: [1, { deep: true }] } }
    - { tool: Read, input: { file_path: "é.txt" } }
- result: /a (?<word>\\w+)/
  say: "You said \${word}."
`;

test("a stream arrives in pieces of 7 and 9 characters and adds up to the reply", async () => {
  const { client } = await scriptedClient(TALK);
  const texts: string[] = [];
  const inputs: string[] = [];

  const stream = client.beta.messages.stream(ASK);
  stream.on("streamEvent", (event) => {
    if (event.type !== "content_block_delta") return;
    if (event.delta.type === "text_delta") texts.push(event.delta.text);
    if (event.delta.type === "input_json_delta") inputs.push(event.delta.partial_json);
  });
  const message = await stream.finalMessage();

  expect(texts.slice(0, 2)).toEqual(["Good mo", "rning, "]);
  expect(inputs.every((piece) => piece.length <= 9)).toBe(true);
  expect(message.content).toMatchObject([
    { type: "text", text: "Good morning, everybody 🌻 and good night." },
    { type: "tool_use", name: "Bash", input: { command: "echo a", list: [1, { deep: true }] } },
    { type: "tool_use", name: "Read", input: { file_path: "é.txt" } },
  ]);
  expect(message.stop_reason).toBe("tool_use");
  expect(message.model).toBe("scripted, no AI");
});

test("without streaming the same reply comes as JSON", async () => {
  const { client } = await scriptedClient(TALK);

  const message = await client.beta.messages.create(ASK);

  expect(message.content.map((block) => block.type)).toEqual(["text", "tool_use", "tool_use"]);
  expect(message.usage).toMatchObject({ input_tokens: 16, cache_read_input_tokens: 0 });
});

const answering = (name: string) =>
  betaTool({
    name,
    description: "a tool",
    inputSchema: { type: "object", properties: {} },
    run: () => `a ${name}`,
  });

test("the SDK's tool runner talks to the script, with eager tools and cache marks", async () => {
  const { client, model } = await scriptedClient(TALK);
  const message = await client.beta.messages.toolRunner({
    ...ASK,
    stream: true,
    thread: false,
    runToolsEagerly: true,
    system: [{ type: "text", text: "You are ada, a teammate.", cache_control: { type: "ephemeral" } }],
    metadata: { user_id: "troupe" },
    tools: [answering("Bash"), answering("Read")],
    cache_control: { type: "ephemeral" },
  });

  expect(message.content).toMatchObject([{ type: "text", text: "You said Bash." }]);
  expect(model.requests().map(({ agent, status, line }) => ({ agent, status, line }))).toEqual([
    { agent: "ada", status: 200, line: 3 },
    { agent: "ada", status: 200, line: 8 },
  ]);
});

test("the asking agent is the one of the path, or else of the system prompt's first line", async () => {
  const { model } = await scriptedClient("- say: I am ada");
  const client = sdkClient(model.url);

  const message = await client.beta.messages.create({
    ...ASK,
    system: "You are ada, the lead of team x.\nMore.",
  });

  expect(message.content).toMatchObject([{ text: "I am ada" }]);
  await expect(client.beta.messages.create(ASK)).rejects.toThrow(/no rules for the agent \*/);
});

test("rules of the agent * serve everybody without rules, each from the start", async () => {
  const script = parseScript('agents: { "*": [{ say: one }, { say: two }] }', "s.yaml");
  const model = await startScriptedModel({ script, host: testHost("any") });

  const first = await sdkClient(`${model.url}/a/bob`).beta.messages.create(ASK);
  const other = await sdkClient(`${model.url}/a/eve`).beta.messages.create(ASK);

  expect([first.content, other.content]).toMatchObject([[{ text: "one" }], [{ text: "one" }]]);
  await model.close();
});

test("a request that no rule matches is a 500 that names the nearest rule and is not tried again", async () => {
  const { client, model } = await scriptedClient(
    "- text: goodbye\n  tool: Bash\n  say: a\n- text: hallo\n  say: b",
    {
      maxRetries: 2,
    },
  );

  const failure = client.beta.messages.create(ASK);

  await expect(failure).rejects.toBeInstanceOf(InternalServerError);
  await expect(failure).rejects.toThrow(
    /no rule of the agent ada matches its request 1; nearest is script\.yaml:6: text has no \/hallo\/; the request ends with \\"hello\\"/,
  );
  expect(model.requests()).toHaveLength(1);
});

test("the same request sent again gets the same answer and does not move the script on", async () => {
  const { client } = await scriptedClient("- say: one\n- say: two");

  const first = await client.beta.messages.create(ASK);
  const again = await client.beta.messages.create(ASK);
  const next = await client.beta.messages.create({
    ...ASK,
    messages: [...ASK.messages, { role: "assistant", content: "one" }, { role: "user", content: "and?" }],
  });

  expect(again).toEqual(first);
  expect(next.content).toMatchObject([{ text: "two" }]);
});

test("tokens are counted from the bytes, without a turn", async () => {
  const { client } = await scriptedClient("- turn: 1\n  say: one");

  const count = await client.beta.messages.countTokens({ model: "scripted", messages: ASK.messages });
  const message = await client.beta.messages.create(ASK);

  expect(count.input_tokens).toBe(message.usage.input_tokens);
});

test("models are listed and found, an unknown one is a 404", async () => {
  const { client } = await scriptedClient("- say: one");

  const list = await client.beta.models.list();
  const model = await client.models.retrieve("scripted");

  expect(list.data.map(({ id, display_name }) => ({ id, display_name }))).toEqual([
    { id: "scripted", display_name: "Scripted model, no AI" },
  ]);
  expect(model.id).toBe("scripted");
  await expect(client.models.retrieve("gpt")).rejects.toThrow(Anthropic.NotFoundError);
});

test("a path that is not there, a missing key and a body that is no JSON are refused", async () => {
  const { model } = await scriptedClient("- say: one");
  const headers = { "x-api-key": "k", "anthropic-version": "2026-10-21" };
  const post = (path: string, init: { headers: Record<string, string>; body: string }) =>
    fetch(`${model.url}${path}`, { method: "POST", ...init }).then((answer) => answer.status);

  expect(await post("/v1/complete", { headers, body: "{}" })).toBe(404);
  expect(await post("/v1/messages", { headers: {}, body: "{}" })).toBe(401);
  expect(await post("/v1/messages", { headers: { "x-api-key": "k" }, body: "{}" })).toBe(400);
  expect(await post("/v1/messages", { headers, body: "{" })).toBe(400);
  expect(model.requests().map((seen) => seen.status)).toEqual([404, 401, 400, 400]);
});

test("a port that is taken is named", async () => {
  const { model } = await scriptedClient("- say: one");
  const script = parseScript("agents: {}", "s.yaml");
  const port = Number(new URL(model.url).port);

  await expect(startScriptedModel({ script, port, host: testHost("port") })).rejects.toMatchObject({
    code: "already_running",
    message: `port ${port} on 127.0.0.1 cannot be used: EADDRINUSE`,
  });
});

test("an unknown request field, an unsupported one and an unknown beta are 400", async () => {
  const { client } = await scriptedClient("- say: one");
  const failure = async (request: object): Promise<string> => {
    const error: unknown = await client.beta.messages
      .create({ ...ASK, ...request })
      .then(undefined, (reason: unknown) => reason);
    return error instanceof APIError ? `${error.status} ${error.type} ${error.message}` : "no error";
  };

  expect(await failure({ temprature: 1 })).toMatch(
    /400 invalid_request_error .*temprature: Extra inputs are not permitted/,
  );
  expect(await failure({ thread: { type: "create" } })).toMatch(
    /400 .*thread: the scripted model does not support/,
  );
  expect(await failure({ betas: ["message-threads-2026-08-12"] })).toMatch(
    /400 .*Unexpected value\(s\) `message-threads-2026-08-12`/,
  );
});

test("a server that keeps one body forgets those before it, and no request", async () => {
  const script = parseScript('agents: { "*": [{ times: any, say: Yes. }] }', "script.yaml");
  const model = await startScriptedModel({ script, host: testHost("bodies"), bodies: 1 });
  onTestFinished(model.close);
  const client = sdkClient(model.url);

  for (let call = 0; call < 3; call++) await client.messages.create(ASK);

  expect(model.requests().map(({ status, body }) => [status, body !== undefined])).toEqual([
    [200, false],
    [200, false],
    [200, true],
  ]);
});
