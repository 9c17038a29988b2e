import { Anthropic } from "@anthropic-ai/sdk";
import * as fc from "fast-check";
import { parseRequest } from "../../src/scripted/request.ts";
import { echoTool, eventsOf, runLoop } from "./agent-loop.ts";
import { event, type Piece, type SseServer, streamOf } from "./agent-sse-server.ts";
import { anyJson, harmed, harms, refusePollution } from "./fuzz-bytes.ts";
import { type Fuzz, fuzz, must } from "./fuzz-property.ts";

/** A model that answers these bytes and then says "done", without a network between. */
function answering(bytes: Buffer, isCut: boolean): SseServer & { readonly bodies: unknown[] } {
  const bodies: unknown[] = [];
  const fetch = async (_url: unknown, init?: { readonly body?: unknown }): Promise<Response> => {
    bodies.push(JSON.parse(String(init?.body)));
    const isFirst = bodies.length === 1;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(isFirst ? bytes : streamOf(["done"]));
        if (isFirst && isCut) controller.error(new TypeError("terminated"));
        else controller.close();
      },
    });
    return new Response(stream, { status: 200, headers: { "content-type": "text/event-stream" } });
  };
  const client = new Anthropic({ baseURL: "http://127.0.0.1:9", apiKey: "sk-test", logLevel: "off", fetch });
  return { baseURL: "http://127.0.0.1:9", client, requests: [], bodies };
}

const call = (text: string, id: string): Piece => ({ tool: "Echo", id, json: JSON.stringify({ text }) });
const PIECES: readonly Piece[] = [
  call("a", "t1"),
  call("b", "t2"),
  "Some text.",
  " ",
  { thinking: "hm" },
  { tool: "Other", id: "t3", json: "{}" },
];
const RECORDED = fc.subarray([...PIECES], { minLength: 1 }).map((pieces) => streamOf(pieces));

/** Events as a server that only speaks the dialect, or a broken one, may send them. */
const index = fc.oneof(fc.nat(2), fc.constantFrom<unknown>(null, "0", -1));
const block = fc.oneof(
  fc.constantFrom<unknown>(
    { type: "text", text: "" },
    { type: "text" },
    { type: "text", text: null },
    { type: "text", text: 7 },
    null,
    {},
    { type: "tool_use", id: "t1", name: "Echo", input: {} },
    { type: "tool_use", id: "t2", name: "Echo", input: { text: "x" } },
    { type: "tool_use", id: "t1", name: "Echo" },
    { type: "tool_use", name: "Echo", input: {} },
    { type: "tool_use", id: "t4", input: {} },
    { type: "tool_use", id: "a b", name: "Echo", input: {} },
    { type: "tool_use", id: 7, name: 7, input: 7 },
    { type: "thinking", thinking: "", signature: "" },
    { type: "thinking" },
    { type: "redacted_thinking", data: "x" },
  ),
  anyJson,
);
const delta = fc.oneof(
  fc.constantFrom<unknown>(
    { type: "text_delta", text: "hi" },
    { type: "text_delta" },
    { type: "text_delta", text: null },
    null,
    {},
    { type: "input_json_delta", partial_json: '{"text":"x"}' },
    { type: "input_json_delta" },
    { type: "input_json_delta", partial_json: "[1" },
    { type: "thinking_delta", thinking: "hm" },
    { type: "signature_delta", signature: "s" },
    { type: "citations_delta" },
    { stop_reason: "end_turn" },
    { stop_reason: "tool_use" },
    { stop_reason: null },
    { stop_reason: 7 },
    { stop_reason: "later" },
  ),
  anyJson,
);
const usage = fc.constantFrom<unknown>({ input_tokens: 1, output_tokens: 2 }, {}, null, 7, {
  input_tokens: "x",
  output_tokens: -1,
});
const anyEvent = fc.oneof(
  fc.record({
    type: fc.constant("message_start"),
    message: fc.oneof(fc.record({ model: fc.constantFrom<unknown>("m", null), usage }), anyJson),
  }),
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant("content_block_start"), index, content_block: block }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("content_block_delta"), index, delta }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("content_block_stop"), index }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("message_delta"), delta, usage }, { requiredKeys: ["type"] }),
  },
  fc.constantFrom(
    { type: "message_stop" },
    { type: "ping" },
    { type: "later" },
    { type: "error", error: { type: "overloaded_error" } },
  ),
  fc.record({ type: fc.constant("error"), error: anyJson }),
);
const oddStream = fc
  .tuple(fc.array(anyEvent, { maxLength: 12 }), fc.boolean())
  .map(([events, isEnded]) =>
    Buffer.from(
      [
        ...events,
        ...(isEnded
          ? [{ type: "message_delta", delta: { stop_reason: "tool_use" } }, { type: "message_stop" }]
          : []),
      ]
        .map((one) => event(one))
        .join(""),
    ),
  );

const streams = fuzz({
  title:
    "I4 I5 I6 I7 any stream of a model server: the turn ends in words, no call runs twice, and every request is one that the API takes",
  parsers: [
    "src/agent/stream-event.ts",
    "src/agent/reply.ts",
    "src/agent/ask-model.ts",
    "src/agent/conversation.ts",
  ],
  cost: 2,
  input: fc.record({
    bytes: fc.oneof(
      oddStream,
      fc.tuple(RECORDED, fc.nat(4000)).map(([bytes, at]) => bytes.subarray(0, at % (bytes.length + 1))),
      fc
        .tuple(RECORDED, harms([Buffer.from("event: ping\n"), Buffer.from("data: "), Buffer.from("\n\n")]))
        .map(([bytes, all]) => harmed(bytes, all)),
    ),
    isCut: fc.boolean(),
  }),
  open:
    () =>
    async ({ bytes, isCut }) => {
      const server = answering(bytes, isCut);
      const { events, end } = await runLoop(server, {
        tools: [echoTool()],
        limits: { maxTurns: 5, streamTries: 2 },
      });
      must(["done", "interrupted", "limit", "failed"]).toContain(end.reason);
      const started = eventsOf(events, "tool_started").map(({ id }) => id);
      must(new Set(started).size, "a call ran twice").toBe(started.length);
      for (const body of server.bodies) {
        const parsed = parseRequest(body);
        must(parsed.ok ? "ok" : parsed.message).toBe("ok");
      }
      for (const { delta: text } of eventsOf(events, "text")) must(typeof text).toBe("string");
      refusePollution();
    },
});

export const modelProperties: readonly Fuzz[] = [streams];
