import { z } from "zod";
import { createConversation } from "../../src/agent/conversation.ts";
import type { AgentEvent } from "../../src/agent/events.ts";
import { loop } from "../../src/agent/loop.ts";
import type { LoopDeps, Turn, TurnEnd, UserInput } from "../../src/agent/loop-deps.ts";
import { defineTool, type Tool } from "../../src/agent/tool.ts";
import type { SseServer } from "./agent-sse-server.ts";

export interface LoopRun {
  readonly end: TurnEnd;
  readonly events: readonly AgentEvent[];
  readonly turns: readonly Turn[];
}

export interface LoopSetup extends Partial<Omit<LoopDeps, "model" | "tools">> {
  readonly tools?: readonly Tool[] | (() => readonly Tool[]);
  readonly start?: readonly UserInput[];
  readonly history?: readonly Turn[];
  readonly signal?: AbortSignal;
  /** One list for each time that `nextInput` is asked. */
  readonly mail?: UserInput[][];
}

/** Runs the real loop on the real SDK against a server of this test. */
export async function runLoop(server: SseServer, setup: LoopSetup = {}): Promise<LoopRun> {
  const events: AgentEvent[] = [];
  const turns: Turn[] = [];
  const { start, history = [], signal, mail = [], tools = [], ...given } = setup;
  const deps: LoopDeps = {
    model: { client: server.client, name: "fake-1", maxTokens: 1000 },
    system: "You are a test.",
    tools: typeof tools === "function" ? tools : () => tools,
    gate: async () => ({ allowed: true }),
    nextInput: async () => mail.shift() ?? [],
    record: async (turn) => {
      turns.push(turn);
    },
    emit: (event) => events.push(event),
    ...given,
    limits: { streamRetryMs: 1, ...given.limits },
  };
  const conversation = createConversation(history);
  const end = await loop(
    deps,
    conversation,
    start ?? [{ id: "in1", text: "go" }],
    signal ?? new AbortController().signal,
  );
  return { end, events, turns };
}

/** A tool named Echo that answers with its text, and keeps what it was called with. */
export function echoTool(calls: string[] = [], effect: "read" | "write" = "read"): Tool {
  return defineTool({
    name: "Echo",
    description: "Says it again.",
    input: z.object({ text: z.string() }),
    effect,
    run: async ({ text }) => {
      calls.push(text);
      return `echo ${text}`;
    },
  });
}

/** Events of one type. */
export function eventsOf<T extends AgentEvent["type"]>(
  events: readonly AgentEvent[],
  type: T,
): readonly Extract<AgentEvent, { type: T }>[] {
  return events.filter((event): event is Extract<AgentEvent, { type: T }> => event.type === type);
}
