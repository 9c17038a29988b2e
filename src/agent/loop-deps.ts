import type { Anthropic } from "@anthropic-ai/sdk";
import type { Dialect } from "./dialect.ts";
import type { AgentEvent, CompactionCause } from "./events.ts";
import type { Clearance, Tool, ToolCall } from "./tool.ts";

/** The Anthropic Messages API, or any server that speaks it. */
export interface Model {
  /** As `modelClient` makes it: an SDK client that logs to stderr. */
  readonly client: Anthropic;
  readonly name: string;
  readonly maxTokens: number;
  /** Absent: the server takes everything. */
  readonly dialect?: Dialect;
}

/** The permission decision on one call. `reason` is read by the model. */
export type Verdict =
  /** `input`: what the call is run with instead of what the model wrote. `cleared`: what its tool may do this once. */
  | { readonly allowed: true; readonly input?: unknown; readonly cleared?: Clearance | undefined }
  | { readonly allowed: false; readonly reason: string };

/** Text that enters the conversation between model calls. `id` comes back in `UserTurn.inputs` and in `read` events. */
export interface UserInput {
  readonly id: string;
  readonly text: string;
}

type MessageParam = Anthropic.Beta.Messages.BetaMessageParam;

/** One committed message of the conversation, as it goes into the transcript. */
export interface Turn {
  readonly message: MessageParam;
  /** Ids of the `UserInput`s that this user message carries; empty for the assistant's. */
  readonly inputs: readonly string[];
  /** This message takes the place of everything in front of it: a compaction. */
  readonly replaces?: Replaced;
}

export interface Replaced {
  /** The server's own block, which goes in front of the message; null: the message holds the summary. */
  readonly block: CompactionBlock | null;
  /** Nothing was waiting for an answer, and nothing is now. */
  readonly isAnswered: boolean;
}

export type CompactionBlock = Anthropic.Beta.Messages.BetaCompactionBlockParam;

/** What a conversation that is full needs to go on. */
export interface Compaction {
  /** Said behind the summary: who works with the agent, and what is open. Must not throw. */
  readonly brief: () => Promise<string>;
  /** True once for each time that somebody asked for it. */
  readonly takeRequest: () => boolean;
  /** Instead of going on from a summary the agent begins anew with notes. */
  readonly notes?: SuccessorNotes;
  /** Why the conversation is not to be made shorter now; undefined: it may be. Must not throw. */
  readonly before?: (why: CompactionCause, signal: AbortSignal) => Promise<string | undefined>;
  /** Hears what took its place. Must not throw. */
  readonly after?: (why: CompactionCause, summary: string, signal: AbortSignal) => Promise<void>;
}

/** What an agent leaves to itself when its conversation is dropped. */
export interface SuccessorNotes {
  /** What it is asked to write. */
  readonly instruction: string;
  /** Stands in front of what it wrote. */
  readonly heading: string;
  /** Why it is not to begin anew once more; undefined: it may. */
  readonly whyOver: () => string | undefined;
  /** Before the conversation is dropped. Must not throw. */
  readonly keep: (text: string) => Promise<void>;
}

/** A call that was run, or denied, and what the model is about to read of it. */
export interface EndedCall {
  readonly call: ToolCall;
  readonly text: string;
  readonly isError: boolean;
  readonly ms: number;
  /** It was not run. */
  readonly isDenied?: true;
}

/** What is said behind all results of a reply. `stop`: the turn ends here, and why. */
export interface AfterReply {
  readonly notes: readonly string[];
  readonly stop?: string;
  /** With `stop`: the agent is not to go on by itself. */
  readonly waitsForNews?: true;
}

/** Bounds of one `loop` call. Source: faults.md I2, I10, I12; architecture.md §6. */
export interface LoopLimits {
  /** Silence of the server in ms, before its first byte or between two lines of its answer, after which the request is made again. */
  readonly idleMs: number;
  /** HTTP attempts for one request: rate limit, overload, server error. The SDK waits between them. */
  readonly requestTries: number;
  /** HTTP attempts of one request that fail before an answer: refused connection, DNS. */
  readonly connectTries: number;
  /** Requests whose answer was cut off before a complete tool call. */
  readonly streamTries: number;
  /** Wait in ms before the second of `streamTries`; doubled each time, at most 8 s. */
  readonly streamRetryMs: number;
  /** Model calls of one `loop` call. */
  readonly maxTurns: number;
  /** How long in ms tools may take to come back after the signal. */
  readonly abortGraceMs: number;
}

/** Whether a model call may be made now; `why` is read by people. */
export type CallLeave = { readonly go: true } | { readonly go: false; readonly why: string };

export interface RateGate {
  /** Returns when an attempt may be made, or at the signal. Must not throw. */
  readonly wait: (signal: AbortSignal) => Promise<void>;
  /** The server wants to be left alone for so many ms. Must not throw. */
  readonly limited: (retryInMs: number) => void;
}

export interface LoopDeps {
  readonly model: Model;
  /**
   * Asked before each model call of any kind, those of subagents and the ones that compact too, and again before an answer
   * that broke off is asked for anew. May take its time; `go: false` ends the turn as `stopped`. Must not throw.
   */
  readonly beforeCall?: (signal: AbortSignal) => Promise<CallLeave>;
  /** Constant text in front of every request; cached by the server. */
  readonly system: string;
  /** Asked before each model call, and again when its calls are run: a tool may come or go in between. Must not throw. */
  readonly tools: () => readonly Tool[];
  /** Asked before each call; pure. Must not throw. */
  readonly gate: (call: ToolCall, signal: AbortSignal) => Promise<Verdict>;
  /** Asked before each model call; [] = nothing new. Not asked again for what it once answered. */
  readonly nextInput: () => Promise<readonly UserInput[]>;
  /** Keeps a message before anything depends on it: an assistant message before its tools run, a user message before it is sent. What is recorded is sent again after a crash. */
  readonly record: (turn: Turn) => Promise<void>;
  /** Must not throw. */
  readonly emit: (event: AgentEvent) => void;
  /** Asked before each model call and before `nextInput`: true ends the turn as `interrupted` after the running tool calls. For a stop in good order; the signal is the hard one. */
  readonly isStopping?: () => boolean;
  /** Takes secrets out of what a call answers, before anybody reads it: the model, the transcript, the events. Must not throw. */
  readonly hide?: (text: string) => string;
  /** After each call that was run: the text that the model reads of it. Must not throw. */
  readonly afterCall?: (ended: EndedCall, signal: AbortSignal) => Promise<string>;
  /** After all calls of a reply, those that were not run left out. Must not throw. */
  readonly afterReply?: (ended: readonly EndedCall[], signal: AbortSignal) => Promise<AfterReply>;
  /** The model has said its last word and nothing new has come: inputs with which the turn goes on; [] = it ends. Must not throw. */
  readonly lastWord?: (text: string, signal: AbortSignal) => Promise<readonly UserInput[]>;
  /** Absent: the conversation is never compacted, and one that is too long ends the turn. */
  readonly compaction?: Compaction;
  /** Around each HTTP attempt, for those who share a key. */
  readonly rateGate?: RateGate;
  /** What is not given has the defaults of `limits.ts`. */
  readonly limits?: Partial<LoopLimits>;
}

/**
 * Why the loop came back. done: the model said its last word. interrupted: the signal. stopped: `afterReply` or `beforeCall` said so.
 * failed: the model cannot be reached or refused (`code` is a TroupeError code); the conversation is as it was
 * committed, calling again goes on.
 */
export type TurnEnd =
  | { readonly reason: "done"; readonly text: string }
  | { readonly reason: "interrupted" }
  | { readonly reason: "stopped"; readonly why: string; readonly waitsForNews?: true }
  | { readonly reason: "limit"; readonly what: "max_turns" | "max_tokens" | "refusal" }
  | {
      readonly reason: "failed";
      readonly code: "auth_missing" | "auth_refused" | "model_unreachable" | "failed";
      readonly message: string;
      /** The request was longer than the model takes. */
      readonly isTooLong?: boolean;
      /** Something in the request is not to the server's liking. */
      readonly isBadRequest?: boolean;
    };
