import { createConversation } from "./conversation.ts";
import { elapsedMs } from "./elapsed.ts";
import type { AgentEvent, SubagentMark } from "./events.ts";
import { SUBAGENT_LIMITS } from "./limits.ts";
import { loop } from "./loop.ts";
import type { LoopDeps, LoopLimits, Turn, TurnEnd, UserInput } from "./loop-deps.ts";

/** How often what stands in front of a subagent's end may send it on. Source: hooks.md, "Stop". */
const MOST_SENT_ON = 8;

/** What is told about a subagent, and may say something to it. Nothing of it may throw. */
export interface SubagentHooks {
  /** Before its first model call; what comes back stands behind its prompt. */
  readonly started: (sub: SubagentMark, signal: AbortSignal) => Promise<readonly string[]>;
  /** It has said its last word: a text sends it on with that text, undefined lets it end. `isAgain`: it was sent on before. */
  readonly stopping: (
    sub: SubagentMark,
    last: { readonly message: string; readonly isAgain: boolean },
    signal: AbortSignal,
  ) => Promise<string | undefined>;
}

export interface SubagentRun {
  readonly mark: SubagentMark;
  readonly description: string;
  readonly prompt: string;
  readonly deps: Pick<
    LoopDeps,
    | "model"
    | "system"
    | "tools"
    | "gate"
    | "record"
    | "isStopping"
    | "afterCall"
    | "afterReply"
    | "hide"
    | "beforeCall"
    | "rateGate"
  >;
  readonly limits: Partial<LoopLimits> & { readonly maxTurns: number };
  readonly maxTokens: number;
  /** Must not throw. */
  readonly emit: (event: AgentEvent) => void;
  readonly hooks: SubagentHooks | undefined;
}

/** `text`: its answer; of a run that was cut short the last that it said. */
export interface SubagentEnd {
  readonly text: string;
  /** Why it is not whole; undefined when it is. */
  readonly why: string | undefined;
  readonly calls: number;
  readonly tokens: number;
}

/**
 * One piece of work in a conversation of its own, from the prompt to the last word. Comes back soon after the signal,
 * with what there is. Throws what `record` throws.
 */
export async function runSubagent(run: SubagentRun, signal: AbortSignal): Promise<SubagentEnd> {
  const { description, deps, emit, limits, maxTokens } = run;
  const started = performance.now();
  const spent: Spent = { calls: 0, tokens: 0, said: "" };
  const tools = deps.tools().map(({ name }) => name);
  emit({ type: "subagent_started", description, model: deps.model.name, tools });
  let short: Short | undefined = { reason: "failed", text: "what it said could not be kept" };
  try {
    const end = await converse(run, spent, signal);
    short = whyShort(end, { isSpent: spent.tokens >= maxTokens, maxTokens, maxTurns: limits.maxTurns });
    const text = end.reason === "done" && end.text.trim() !== "" ? end.text : spent.said;
    return { text, why: short?.text, calls: spent.calls, tokens: spent.tokens };
  } finally {
    const { calls, tokens } = spent;
    const ms = elapsedMs(started);
    const reason = short?.reason ?? "done";
    emit({ type: "subagent_ended", reason, detail: short?.text ?? null, calls, tokens, ms });
  }
}

/** What a run has used so far, and the last text of its model. */
interface Spent {
  calls: number;
  tokens: number;
  said: string;
}

async function converse(run: SubagentRun, spent: Spent, signal: AbortSignal): Promise<TurnEnd> {
  const { mark, hooks } = run;
  const extra = (await hooks?.started(mark, signal)) ?? [];
  const inputs = [run.prompt, ...extra].map((text, at) => ({ id: `prompt-${at}`, text }));
  return loop(loopDeps(run, spent), createConversation([]), inputs, signal);
}

function loopDeps(
  { mark, prompt, deps, limits, maxTokens, emit, hooks }: SubagentRun,
  spent: Spent,
): LoopDeps {
  let sentOn = 0;
  const sendOn = async (message: string, signal: AbortSignal): Promise<readonly UserInput[]> => {
    if (hooks === undefined || sentOn >= MOST_SENT_ON || spent.tokens >= maxTokens) return [];
    const text = await hooks.stopping(mark, { message, isAgain: sentOn > 0 }, signal);
    if (text === undefined) return [];
    sentOn++;
    return [{ id: `sent-on-${sentOn}`, text }];
  };
  return {
    ...deps,
    limits: { ...limits, abortGraceMs: SUBAGENT_LIMITS.abortGraceMs },
    nextInput: () => Promise.resolve([]),
    record: async (turn) => {
      await deps.record(turn);
      spent.said = textOf(turn) || spent.said;
    },
    emit: (event) => {
      if (event.type === "usage") {
        const { input, cacheWrite, output } = event.usage;
        spent.calls++;
        spent.tokens += input + cacheWrite + output;
      }
      // What it has read is nobody's mail, and its turn is none of its caller's.
      if (event.type !== "read" && event.type !== "turn_started" && event.type !== "turn_ended") emit(event);
    },
    isStopping: () => spent.tokens >= maxTokens || deps.isStopping?.() === true,
    lastWord: sendOn,
    // A context that is full goes on from its summary, and from what it was asked.
    compaction: {
      brief: () => Promise.resolve(`What you were asked:\n${prompt}`),
      takeRequest: () => false,
    },
  };
}

function textOf({ message }: Turn): string {
  if (message.role !== "assistant" || typeof message.content === "string") return "";
  const texts = message.content.flatMap((block) => (block.type === "text" ? [block.text] : []));
  return texts.join("\n");
}

interface Bounds {
  readonly isSpent: boolean;
  readonly maxTokens: number;
  readonly maxTurns: number;
}

interface Short {
  readonly reason: "interrupted" | "limit" | "failed";
  readonly text: string;
}

function whyShort(end: TurnEnd, { isSpent, maxTokens, maxTurns }: Bounds): Short | undefined {
  switch (end.reason) {
    case "done":
      return undefined;
    case "interrupted":
      return isSpent
        ? { reason: "limit", text: `it had used its ${maxTokens} tokens` }
        : { reason: "interrupted", text: "it was interrupted" };
    case "stopped":
      return { reason: "interrupted", text: `it was stopped: ${end.why}` };
    case "failed":
      return { reason: "failed", text: `its model failed: ${end.message}` };
    case "limit":
      return { reason: "limit", text: limitText(end.what, maxTurns) };
    default:
      return end satisfies never;
  }
}

function limitText(what: "max_turns" | "max_tokens" | "refusal", maxTurns: number): string {
  if (what === "max_turns") return `it had made its ${maxTurns} model calls`;
  return what === "refusal" ? "its model refused" : "its answers were cut off at the output limit";
}
