import type { Anthropic } from "@anthropic-ai/sdk";
import { z } from "zod";
import type { CallUsage } from "./events.ts";
import { brokenStream, checkedEvent } from "./stream-event.ts";
import type { ToolCall } from "./tool.ts";

type StreamEvent = Anthropic.Beta.Messages.BetaRawMessageStreamEvent;
type Delta = Anthropic.Beta.Messages.BetaRawContentBlockDelta;
type ContentBlock = Anthropic.Beta.Messages.BetaContentBlock;
type StopReason = Anthropic.Beta.Messages.BetaStopReason;

/**
 * The blocks that are ever asked for, and the fields of each that go back to the server with the next request: for one
 * that it does not know it would refuse the whole conversation, now and in every life to come.
 */
const KEPT: Readonly<Partial<Record<string, readonly string[]>>> = {
  text: ["text", "citations"],
  thinking: ["thinking", "signature"],
  redacted_thinking: ["data"],
  tool_use: ["id", "name", "input", "caller", "toolset_name"],
  compaction: ["content", "encrypted_content", "signature", "tool_changes"],
};

/** As it goes back; [] for a block of another kind. */
function keptOf<B extends ContentBlock>(block: B): readonly B[];
function keptOf(block: ContentBlock): readonly object[] {
  const fields = KEPT[block.type];
  if (fields === undefined) return [];
  const kept = Object.entries(block).filter(([name]) => name === "type" || fields.includes(name));
  return [Object.fromEntries(kept)];
}

/** A tool call as the model made it; `wrongJson` is the text of its input when that is no JSON object. */
export interface RequestedCall extends ToolCall {
  readonly wrongJson: string | null;
}

/** One answer of the model. `cut`: the stream broke off, and the content ends with the last complete tool call. */
export interface Reply {
  readonly content: readonly ContentBlock[];
  readonly calls: readonly RequestedCall[];
  readonly stop: StopReason | "cut" | null;
}

/** An answer while it comes in. */
export interface OpenReply {
  /** Throws the SDK's error for an event that cannot be understood: what came before it may be kept. */
  readonly add: (event: StreamEvent) => void;
  /** True from the first event on: the server accepted the request. */
  readonly isAccepted: () => boolean;
  /** The whole answer; after a cut what can be kept of it; undefined when that is nothing. */
  readonly close: () => Reply | undefined;
  readonly usage: () => CallUsage;
  readonly model: () => string | undefined;
}

interface Part {
  readonly block: ContentBlock;
  /** The pieces of a tool call's input so far. */
  readonly json: string;
  readonly wrongJson: string | null;
  readonly isComplete: boolean;
}

/** Servers that only speak the dialect leave counters out or send null. */
const Usage = z
  .object({
    input_tokens: z.number().nullish(),
    output_tokens: z.number().nullish(),
    cache_read_input_tokens: z.number().nullish(),
    cache_creation_input_tokens: z.number().nullish(),
  })
  .catch({});

const JsonObject = z.record(z.string(), z.unknown());

/**
 * Builds a message from its stream events. The SDK's own stream is not used for this: it reads the input of a tool call
 * with a parser that completes broken JSON, so half a shell command would look whole, and a wrong one ends the stream.
 */
export function openReply(onText: (delta: string) => void): OpenReply {
  const parts = new Map<number, Part>();
  let usage: z.infer<typeof Usage> = {};
  let stop: StopReason | null | undefined;
  let model: string | undefined;
  let isAccepted = false;

  const change = (index: number, next: (part: Part) => Part): void => {
    const part = parts.get(index);
    if (part !== undefined) parts.set(index, next(part));
  };

  const add = (given: StreamEvent): void => {
    isAccepted = true;
    const event = checkedEvent(given);
    switch (event.type) {
      case "message_start":
        model = event.message.model;
        usage = Usage.parse(event.message.usage);
        return;
      case "content_block_start":
        refuseTwice(parts, event.index, event.content_block);
        parts.set(event.index, { block: event.content_block, json: "", wrongJson: null, isComplete: false });
        if (event.content_block.type === "text" && event.content_block.text !== "")
          onText(event.content_block.text);
        return;
      case "content_block_delta":
        change(event.index, (part) => withDelta(part, event.delta));
        if (event.delta.type === "text_delta") onText(event.delta.text);
        return;
      case "content_block_stop":
        change(event.index, completed);
        return;
      case "message_delta":
        stop = event.delta.stop_reason;
        // Totals of the whole message: they replace what came before where they are given.
        usage = { ...usage, ...withoutNulls(Usage.parse(event.usage)) };
        return;
      case "message_stop":
        stop ??= null;
        return;
    }
  };

  const close = (): Reply | undefined => {
    const complete = [...parts.values()].filter((part) => part.isComplete);
    if (stop !== undefined) return reply(complete.map(truncatedBy(stop)), stop);
    const last = complete.findLastIndex(({ block }) => block.type === "tool_use");
    return last === -1 ? undefined : reply(complete.slice(0, last + 1), "cut");
  };

  return {
    add,
    isAccepted: () => isAccepted,
    close,
    model: () => model,
    usage: () => callUsage(usage),
  };
}

/** As the server counts, in our words; what it does not say is 0. */
export function callUsage(told: unknown): CallUsage {
  const usage = Usage.parse(told);
  return {
    input: usage.input_tokens ?? 0,
    output: usage.output_tokens ?? 0,
    cacheRead: usage.cache_read_input_tokens ?? 0,
    cacheWrite: usage.cache_creation_input_tokens ?? 0,
  };
}

/** Two calls with one id could not be told apart by their results. */
function refuseTwice(parts: ReadonlyMap<number, Part>, index: number, block: ContentBlock): void {
  if (parts.has(index)) throw brokenStream(`block ${index} twice`);
  if (block.type !== "tool_use") return;
  for (const { block: other } of parts.values())
    if (other.type === "tool_use" && other.id === block.id) throw brokenStream(`call ${block.id} twice`);
}

function withDelta(part: Part, delta: Delta): Part {
  const { block } = part;
  if (delta.type === "input_json_delta") return { ...part, json: part.json + delta.partial_json };
  if (delta.type === "text_delta" && block.type === "text")
    return { ...part, block: { ...block, text: block.text + delta.text } };
  if (delta.type === "citations_delta" && block.type === "text")
    return { ...part, block: { ...block, citations: [...(block.citations ?? []), delta.citation] } };
  if (delta.type === "thinking_delta" && block.type === "thinking")
    return { ...part, block: { ...block, thinking: block.thinking + delta.thinking } };
  if (delta.type === "signature_delta" && block.type === "thinking")
    return { ...part, block: { ...block, signature: delta.signature } };
  return delta.type === "compaction_delta" ? withCompaction(part, delta) : part;
}

/** The whole of it in one piece. */
function withCompaction(part: Part, delta: Extract<Delta, { type: "compaction_delta" }>): Part {
  if (part.block.type !== "compaction") return part;
  return { ...part, block: { ...part.block, ...delta, type: "compaction" } };
}

function completed(part: Part): Part {
  const { block, json } = part;
  if (block.type !== "tool_use" && block.type !== "server_tool_use" && block.type !== "mcp_tool_use")
    return { ...part, isComplete: true };
  if (json.trim() === "") return { ...part, isComplete: true };
  const input = parsedObject(json);
  if (input === undefined)
    return { ...part, block: { ...block, input: {} }, wrongJson: json, isComplete: true };
  return { ...part, block: { ...block, input }, isComplete: true };
}

function parsedObject(json: string): Record<string, unknown> | undefined {
  try {
    return JsonObject.safeParse(JSON.parse(json)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** At the output limit a last call without any input was cut before its first piece: it must not run with nothing. */
function truncatedBy(stop: StopReason | null): (part: Part, index: number, parts: readonly Part[]) => Part {
  return (part, index, parts) =>
    stop === "max_tokens" &&
    index === parts.length - 1 &&
    part.block.type === "tool_use" &&
    part.json.trim() === ""
      ? { ...part, wrongJson: part.json }
      : part;
}

function reply(parts: readonly Part[], stop: Reply["stop"]): Reply {
  const calls = parts.flatMap(({ block, wrongJson }) =>
    block.type === "tool_use" ? [{ id: block.id, name: block.name, input: block.input, wrongJson }] : [],
  );
  // The API takes no empty text back.
  const content = parts
    .flatMap((part) => keptOf(part.block))
    .filter((block) => block.type !== "text" || block.text.trim() !== "");
  return { content, calls, stop };
}

function withoutNulls(usage: z.infer<typeof Usage>): z.infer<typeof Usage> {
  return Object.fromEntries(Object.entries(usage).filter(([, count]) => typeof count === "number"));
}
