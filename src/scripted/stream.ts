import type { ContentBlock, ReplyMessage } from "./reply-message.ts";

const TEXT_PIECE = 7;
const INPUT_PIECE = 9;

/**
 * A message as the server-sent events of the Messages API, one string an event: text in pieces of 7 characters, tool input
 * in pieces of 9, so that every reader has to put pieces together. `badJson` spoils the input of the tool calls.
 */
export function* encodeStream(message: ReplyMessage, badJson: boolean): Generator<string> {
  yield event({
    type: "message_start",
    message: {
      ...message,
      content: [],
      stop_reason: null,
      usage: { ...message.usage, output_tokens: 1 },
    },
  });
  yield event({ type: "ping" });
  for (const [index, block] of message.content.entries()) yield* encodeBlock(block, index, badJson);
  yield event({
    type: "message_delta",
    delta: { stop_reason: message.stop_reason, stop_sequence: null, stop_details: null, container: null },
    usage: message.usage,
  });
  yield event({ type: "message_stop" });
}

/** The same message as one JSON text. */
export function encodeJson(message: ReplyMessage, badJson: boolean): string {
  const text = JSON.stringify(message);
  return badJson ? spoil(text) : text;
}

function* encodeBlock(block: ContentBlock, index: number, badJson: boolean): Generator<string> {
  const delta = (fields: object): string => event({ type: "content_block_delta", index, delta: fields });
  if (block.type === "text") {
    yield event({ type: "content_block_start", index, content_block: { type: "text", text: "" } });
    for (const text of pieces(block.text, TEXT_PIECE)) yield delta({ type: "text_delta", text });
  } else {
    const json = JSON.stringify(block.input);
    yield event({ type: "content_block_start", index, content_block: { ...block, input: {} } });
    yield delta({ type: "input_json_delta", partial_json: "" });
    for (const partial of pieces(badJson ? spoil(json) : json, INPUT_PIECE))
      yield delta({ type: "input_json_delta", partial_json: partial });
  }
  yield event({ type: "content_block_stop", index });
}

/** Closed by the wrong bracket: no parser of unfinished JSON makes sense of it either. */
function spoil(json: string): string {
  return `${json.slice(0, -1)}]`;
}

function pieces(text: string, size: number): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
}

function event(data: { readonly type: string; readonly [field: string]: unknown }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}
