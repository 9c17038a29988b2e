import type { Anthropic } from "@anthropic-ai/sdk";
import type { Replaced, Turn } from "./loop-deps.ts";

type MessageParam = Anthropic.Beta.Messages.BetaMessageParam;
type Block = Anthropic.Beta.Messages.BetaContentBlockParam;

/** A message as this program sends it. */
export interface Message {
  readonly role: "user" | "assistant";
  readonly content: Block[];
}

/** The committed messages of one agent, always in a form that the Messages API accepts. */
export interface Conversation {
  /** What a request carries: roles alternate, each tool call is followed by its result. */
  readonly messages: () => readonly Message[];
  readonly add: (turn: Turn) => void;
  /** Tokens of the last request and its answer; before the first one about as many as the messages have. */
  readonly used: () => number;
  readonly setUsed: (tokens: number) => void;
  /** Ids of the inputs that no accepted request has carried yet; empties the list. */
  readonly takeUnread: () => readonly string[];
}

const INTERRUPTED =
  "Interrupted: the process ended before this call's result was kept. It may or may not have had its effect: look before you do it again.";
const SEEN: Block = { type: "text", text: "(Seen. I wait for what comes next.)" };
const NO_BEGINNING = "(The beginning of this conversation was not kept.)";

/**
 * A conversation from what a transcript kept, repaired (faults.md I9): tool calls without a result get an error result
 * that says "interrupted", results without a call are dropped, consecutive messages of one role become one. The same
 * turns always give the same messages, so the server's cache survives a restart.
 */
export function createConversation(turns: readonly Turn[]): Conversation {
  const messages: Message[] = [];
  const unread = new Set<string>();
  let used: number | undefined;

  const add = ({ message, inputs, replaces }: Turn): void => {
    const content = blocksOf(message);
    if (replaces !== undefined) {
      // Whatever was in front is in the summary: it counts as read.
      unread.clear();
      for (const input of inputs) unread.add(input);
      used = undefined;
      messages.splice(0, messages.length, ...compacted(content, replaces));
      return;
    }
    for (const input of inputs) unread.add(input);
    if (message.role !== "assistant") {
      append(messages, { role: "user", content });
      return;
    }
    if (content.length === 0) return;
    // An answer proves that everything in front of it was read.
    unread.clear();
    settle(messages);
    if (messages.length === 0)
      messages.push({ role: "user", content: [{ type: "text", text: NO_BEGINNING }] });
    append(messages, { role: "assistant", content });
  };

  for (const turn of turns) add(turn);
  settle(messages);

  return {
    messages: () => [...messages],
    add,
    used: () => used ?? aboutTokens(messages),
    setUsed: (tokens) => {
      used = tokens;
    },
    takeUnread: () => {
      const ids = [...unread];
      unread.clear();
      return ids;
    },
  };
}

function compacted(content: Block[], { block, isAnswered }: Replaced): readonly Message[] {
  return [
    ...(block === null ? [] : [{ role: "assistant" as const, content: [block] }]),
    { role: "user", content },
    ...(isAnswered ? [{ role: "assistant" as const, content: [SEEN] }] : []),
  ];
}

/** What nobody counted, in tokens of four bytes. */
export function aboutTokens(messages: readonly Message[]): number {
  return Math.ceil(Buffer.byteLength(JSON.stringify(messages)) / 4);
}

function blocksOf({ content }: MessageParam): Block[] {
  if (typeof content !== "string") return [...(content ?? [])];
  return content === "" ? [] : [{ type: "text", text: content }];
}

function append(messages: Message[], { role, content }: Message): void {
  const last = messages.at(-1);
  if (last?.role !== role) messages.push({ role, content });
  else messages[messages.length - 1] = { role, content: [...last.content, ...content] };
}

/** Makes the last user message answer every tool call in front of it, in the order of the calls, and nothing else. */
function settle(messages: Message[]): void {
  const said = messages.at(-1)?.role === "user" ? messages.pop() : undefined;
  const calls = (messages.at(-1)?.content ?? []).filter((block) => block.type === "tool_use");
  const results = new Map(
    (said?.content ?? [])
      .filter((block) => block.type === "tool_result")
      .toReversed()
      .map((block) => [block.tool_use_id, block]),
  );
  const answers = calls.map<Block>(
    ({ id }) =>
      results.get(id) ?? { type: "tool_result", tool_use_id: id, is_error: true, content: INTERRUPTED },
  );
  const rest = (said?.content ?? []).filter((block) => block.type !== "tool_result");
  const content = [...answers, ...rest];
  if (content.length > 0) messages.push({ role: "user", content });
}
