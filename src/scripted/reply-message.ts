import { Buffer } from "node:buffer";
import { type Captures, fillInput, fillText } from "./fill.ts";
import type { Reply } from "./script.ts";
import { type Tokens, tokensOf } from "./usage.ts";

export type ContentBlock =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: unknown };

/** `BetaMessage` of SDK 1.10, as far as this server fills it. */
export interface ReplyMessage {
  readonly id: string;
  readonly type: "message";
  readonly role: "assistant";
  readonly model: string;
  readonly content: readonly ContentBlock[];
  readonly stop_reason: string;
  readonly stop_sequence: null;
  readonly stop_details: null;
  readonly container: null;
  readonly context_management: null;
  readonly usage: ApiUsage;
}

export interface ApiUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly service_tier: "standard";
}

/** The message that a reply of the script becomes, its captures put in. `input` is what the request cost. */
export function replyMessage(
  reply: Reply,
  captures: Captures,
  { label, input, newId }: { label: string; input: Omit<Tokens, "output">; newId: () => string },
): ReplyMessage {
  const content: ContentBlock[] = [];
  if (reply.say !== undefined) content.push({ type: "text", text: fillText(reply.say, captures) });
  for (const call of reply.calls)
    content.push({
      type: "tool_use",
      id: `toolu_${newId()}`,
      name: call.tool,
      input: fillInput(call.input, captures),
    });
  const tokens = {
    ...input,
    output: Math.max(1, tokensOf(Buffer.byteLength(JSON.stringify(content)))),
    ...given(reply.usage),
  };
  return {
    id: `msg_${newId()}`,
    type: "message",
    role: "assistant",
    model: reply.model ?? label,
    content,
    stop_reason: reply.stop ?? (reply.calls.length > 0 ? "tool_use" : "end_turn"),
    stop_sequence: null,
    stop_details: null,
    container: null,
    context_management: null,
    usage: {
      input_tokens: tokens.input,
      output_tokens: tokens.output,
      cache_creation_input_tokens: tokens.cacheWrite,
      cache_read_input_tokens: tokens.cacheRead,
      service_tier: "standard",
    },
  };
}

function given(usage: Reply["usage"]): Partial<Tokens> {
  return Object.fromEntries(Object.entries(usage).filter(([, count]) => count !== undefined));
}
