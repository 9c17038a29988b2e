import type { Message } from "./request.ts";

export interface ResultFact {
  readonly tool: string;
  readonly text: string;
  readonly isError: boolean;
}

/** What a rule can see of a request. */
export interface Facts {
  /** The nth request of the agent, from 1. */
  readonly turn: number;
  /** Text blocks of the last user message, joined by newlines. */
  readonly text: string;
  /** Text blocks of all user messages. */
  readonly heard: string;
  /** Tool results of the last user message, in their order. */
  readonly results: readonly ResultFact[];
}

export function factsOf(messages: readonly Message[], turn: number): Facts {
  const last = messages.at(-1);
  const calls = messages
    .flatMap((message) => (message.role === "assistant" ? message.content : []))
    .filter((block) => block.type === "tool_use");
  const tools = new Map(calls.map((call) => [call.id, call.name]));
  return {
    turn,
    text: last === undefined ? "" : textOf(last),
    heard: messages
      .filter((message) => message.role === "user")
      .map(textOf)
      .join("\n"),
    results: last?.role === "user" ? resultsOf(last, tools) : [],
  };
}

function textOf({ content }: Message): string {
  return content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");
}

function resultsOf(
  message: Extract<Message, { role: "user" }>,
  tools: ReadonlyMap<string, string>,
): readonly ResultFact[] {
  return message.content.flatMap((block) => {
    if (block.type !== "tool_result") return [];
    const text = (block.content ?? []).flatMap((part) => (part.type === "text" ? [part.text] : []));
    return [
      {
        tool: tools.get(block.tool_use_id) ?? "",
        text: text.join("\n"),
        isError: block.is_error === true,
      },
    ];
  });
}
