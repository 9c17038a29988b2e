import { aboutTokens, type Message } from "./conversation.ts";

type Block = Message["content"][number];

/** What is left of a long result or text: its beginning and its end. */
const KEPT = 600;
const BEGINNING: Message = { role: "user", content: [{ type: "text", text: "(The beginning was cut.)" }] };
const CUT = "\n[… cut: the conversation was too long …]\n";

/**
 * The messages in at most about `tokens`: results are cut first, the oldest first, then texts, then the inputs of tool
 * calls; what is then still too much loses its oldest messages. Stays a conversation that the API takes.
 */
export function shortened(messages: readonly Message[], tokens: number): readonly Message[] {
  let left = aboutTokens(messages) - tokens;
  const result = [...messages];
  for (const kind of ["tool_result", "text", "tool_use"] as const)
    for (let at = 0; at < result.length && left > 0; at++) {
      const message = result[at];
      if (!message?.content.some(({ type }) => type === kind)) continue;
      const shorter = { ...message, content: message.content.map((block) => cutBlock(block, kind)) };
      left -= aboutTokens([message]) - aboutTokens([shorter]);
      result[at] = shorter;
    }
  return left > 0 ? withoutOldest(result, tokens) : result;
}

function cutBlock(block: Block, kind: Block["type"]): Block {
  if (block.type !== kind) return block;
  if (block.type === "text") return { ...block, text: cutText(block.text) };
  if (block.type === "tool_use") {
    const json = JSON.stringify(block.input);
    return json.length <= KEPT ? block : { ...block, input: { cut: cutText(json) } };
  }
  if (block.type !== "tool_result" || block.content === undefined) return block;
  const text = typeof block.content === "string" ? block.content : JSON.stringify(block.content);
  return text.length <= KEPT ? block : { ...block, content: cutText(text) };
}

function cutText(text: string): string {
  if (text.length <= KEPT) return text;
  return `${text.slice(0, KEPT / 2)}${CUT}${text.slice(-KEPT / 2)}`.replace(/\p{Surrogate}/gu, "\uFFFD");
}

/** From a user message without results on: anything else would answer calls that are not there. */
function withoutOldest(messages: readonly Message[], tokens: number): readonly Message[] {
  const starts = messages.flatMap(({ role, content }, at) =>
    role === "user" && content.every(({ type }) => type !== "tool_result") ? [at] : [],
  );
  // Weighed once each: from every start on anew would be the square of a long conversation.
  const sizes = messages.map((message) => aboutTokens([message]));
  let before = 0;
  const behind = sizes.map((size) => (before += size) - size);
  const fitting = starts.find((at) => before - (behind[at] ?? 0) <= tokens);
  const from = fitting ?? starts.at(-1);
  if (from !== undefined && from > 0) return messages.slice(from);
  // One long turn: its last exchange, with a beginning of ours.
  const tail = messages.slice(messages.at(-1)?.role === "user" ? -2 : -1);
  return tail[0]?.role === "user" ? tail : [BEGINNING, ...tail];
}
