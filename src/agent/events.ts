import type { ErrorCode } from "../base/errors.ts";

/** Tokens of one model call. */
export interface CallUsage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** full: the window was nearly used. asked: somebody wanted it. too_long: the server refused the request. finished: what it was about is done. */
export type CompactionCause = "full" | "asked" | "too_long" | "finished";

/** What happens inside an agent, in order; one flat union that a screen folds. */
export type AgentEvent =
  /** The loop was called: a turn of one or more model calls begins. */
  | { readonly type: "turn_started" }
  /** The server accepted a request (its answer began with a first whole event): these inputs are read. Once for each input. */
  | { readonly type: "read"; readonly inputs: readonly string[] }
  /** A piece of the answer that is coming in. After `retrying` the answer begins anew: what came of it before is void. */
  | { readonly type: "text"; readonly delta: string }
  | { readonly type: "tool_started"; readonly id: string; readonly name: string; readonly input: unknown }
  | { readonly type: "tool_denied"; readonly id: string; readonly name: string; readonly reason: string }
  | {
      readonly type: "tool_ended";
      readonly id: string;
      readonly name: string;
      readonly isError: boolean;
      readonly ms: number;
      readonly text: string;
    }
  /** After each model call. */
  | {
      readonly type: "usage";
      readonly model: string;
      readonly usage: CallUsage;
      readonly ms: number;
      readonly requestId: string | null;
      /** A question beside the conversation: it costs, and fills no context. */
      readonly aside?: true;
    }
  /** The conversation was replaced by a summary. Tokens of the last request before, and about how many the summary has. */
  | {
      readonly type: "compacted";
      readonly why: CompactionCause;
      readonly before: number;
      readonly after: number;
      readonly ms: number;
    }
  /** A model call is tried again: rate limit, overload, lost connection, cut stream. */
  | { readonly type: "retrying"; readonly attempt: number; readonly why: string }
  | {
      readonly type: "turn_ended";
      readonly reason: "done" | "interrupted" | "limit" | "failed";
      readonly detail: string | null;
      /** Of the trouble, with `failed`. */
      readonly code?: ErrorCode;
    }
  /** A subagent begins. What comes with its mark until `subagent_ended` is its own. */
  | {
      readonly type: "subagent_started";
      readonly description: string;
      readonly model: string;
      readonly tools: readonly string[];
    }
  | {
      readonly type: "subagent_ended";
      readonly reason: "done" | "interrupted" | "limit" | "failed";
      readonly detail: string | null;
      readonly calls: number;
      /** Read from no cache: input, cache writes, output. */
      readonly tokens: number;
      readonly ms: number;
    };

/** The tool whose calls run subagents. */
export const AGENT_TOOL = "Agent";

/** Whose event it is, when it is not the agent's own. */
export interface SubagentMark {
  readonly id: string;
  /** Name of its definition. */
  readonly type: string;
}
