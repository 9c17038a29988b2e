import type { Conversation } from "../agent/conversation.ts";
import type { AgentEvent } from "../agent/events.ts";
import type { Turn, UserInput } from "../agent/loop-deps.ts";
import type { FreshSession } from "./fresh-session.ts";

/** Where a conversation stands that may have to give way to a new one. */
export interface Standing {
  /** Of a member whose tasks each have a conversation of their own. */
  readonly fresh: Pick<FreshSession, "first"> | undefined;
  readonly conversation: Conversation;
  readonly brief: () => Promise<string>;
  readonly record: (turn: Turn) => Promise<void>;
  readonly tell: (event: AgentEvent) => void;
}

/** Begins a new conversation with these inputs where they are the first of a new task. Answers what is still to be said. */
export async function beginAnew(
  { fresh, conversation, brief, record, tell }: Standing,
  inputs: readonly UserInput[],
): Promise<readonly UserInput[]> {
  // What the model has not answered yet is not taken from it.
  const isAnswered = conversation.messages().at(-1)?.role === "assistant";
  const first = isAnswered ? await fresh?.first(inputs, brief) : undefined;
  if (first === undefined) return inputs;
  const before = conversation.used();
  await record(first);
  conversation.add(first);
  tell({ type: "compacted", why: "finished", before, after: conversation.used(), ms: 0 });
  return [];
}
