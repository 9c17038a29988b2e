import * as fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import type { ReplyMessage } from "../../../src/scripted/reply-message.ts";
import { encodeJson, encodeStream } from "../../../src/scripted/stream.ts";

const Event = z.looseObject({
  type: z.string(),
  index: z.number().optional(),
  delta: z
    .looseObject({
      type: z.string().optional(),
      text: z.string().optional(),
      partial_json: z.string().optional(),
    })
    .optional(),
});

function message(content: ReplyMessage["content"]): ReplyMessage {
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "scripted, no AI",
    content,
    stop_reason: "end_turn",
    stop_sequence: null,
    stop_details: null,
    container: null,
    context_management: null,
    usage: {
      input_tokens: 1,
      output_tokens: 2,
      cache_creation_input_tokens: 3,
      cache_read_input_tokens: 4,
      service_tier: "standard",
    },
  };
}

function events(content: ReplyMessage["content"], badJson = false) {
  return [...encodeStream(message(content), badJson)].map((chunk) => {
    const [, name, data] = /^event: (\w+)\ndata: (.*)\n\n$/.exec(chunk) ?? [];
    const event = Event.parse(JSON.parse(data ?? ""));
    expect(event.type).toBe(name);
    return event;
  });
}

test("events come in the API's order, each block opened and closed", () => {
  const order = events([
    { type: "text", text: "hello" },
    { type: "tool_use", id: "t1", name: "Bash", input: {} },
  ]).map(({ type, index }) => (index === undefined ? type : `${type} ${index}`));

  expect(order).toEqual([
    "message_start",
    "ping",
    "content_block_start 0",
    "content_block_delta 0",
    "content_block_stop 0",
    "content_block_start 1",
    "content_block_delta 1",
    "content_block_delta 1",
    "content_block_stop 1",
    "message_delta",
    "message_stop",
  ]);
});

test("the pieces of any text and any input add up to what was sent", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1 }), fc.jsonValue(), (text, value) => {
      const input = { value };
      const deltas = events([
        { type: "text", text },
        { type: "tool_use", id: "t1", name: "Bash", input },
      ]).flatMap(({ delta }) => (delta === undefined ? [] : [delta]));

      expect(deltas.map((delta) => delta.text ?? "").join("")).toBe(text);
      expect(deltas.every((delta) => (delta.text ?? "").length <= 7)).toBe(true);
      const json = deltas.map((delta) => delta.partial_json ?? "").join("");
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(input)));
    }),
    { numRuns: 300 },
  );
});

test("spoiled input does not parse, in the stream and in JSON", () => {
  const content = [{ type: "tool_use" as const, id: "t1", name: "Bash", input: { command: "ls" } }];

  const json = events(content, true)
    .map(({ delta }) => delta?.partial_json ?? "")
    .join("");

  expect(json).toBe('{"command":"ls"]');
  expect(() => JSON.parse(encodeJson(message(content), true)) as unknown).toThrow(SyntaxError);
  expect(JSON.parse(encodeJson(message(content), false))).toEqual(message(content));
});
