import { z } from "zod";
import type { InputTemplate, Template } from "./fill.ts";

/** What every answer is called, unless the script says otherwise. */
export const SCRIPTED_LABEL = "scripted, no AI";

const PatternText = z.string().min(1).max(2000);
const Times = z.union([z.int().min(1), z.literal("any")]);
const Milliseconds = z.int().min(0).max(600_000);
export const FaultFields = z
  .strictObject({
    status: z.int().min(400).max(599).optional(),
    retryAfterMs: Milliseconds.optional(),
    everybodyMs: Milliseconds.optional(),
    cut: z.int().min(0).optional(),
    hang: z.literal(true).optional(),
    badJson: z.literal(true).optional(),
    slow: Milliseconds.optional(),
    tooLong: z.literal(true).optional(),
    html: z.literal(true).optional(),
  })
  .refine((fault) => Object.keys(fault).length > 0, "a fault needs at least one field")
  .refine(
    ({ status, everybodyMs }) => everybodyMs === undefined || status !== undefined,
    "everybodyMs needs a status",
  );

/**
 * What goes wrong with one answer. `status`: that HTTP status with the API's error body, `retryAfterMs` as its
 * `retry-after-ms` header; with `everybodyMs` every request of anybody gets it for so long, and unless `retryAfterMs` says
 * otherwise the header names the rest of that time. `cut`: the connection is destroyed after that many bytes of the body. `hang`: not a byte until
 * the caller gives up. `badJson`: the input of the tool calls does not parse. `slow`: milliseconds before each piece of
 * the stream. `tooLong`: 400, the prompt is too long. `html`: 200 with a web page.
 */
export type Fault = z.infer<typeof FaultFields>;

const Reply = {
  say: z.string().min(1).optional(),
  call: z
    .array(z.strictObject({ tool: z.string().min(1), input: z.record(z.string(), z.json()).default({}) }))
    .min(1)
    .optional(),
  stop: z.enum(["end_turn", "tool_use", "max_tokens", "stop_sequence", "pause_turn", "refusal"]).optional(),
  usage: z
    .strictObject({
      input: z.int().min(0).optional(),
      output: z.int().min(0).optional(),
      cacheRead: z.int().min(0).optional(),
      cacheWrite: z.int().min(0).optional(),
    })
    .optional(),
  delayMs: Milliseconds.optional(),
  model: z.string().min(1).optional(),
  fault: z
    .preprocess((fault) => (typeof fault === "number" ? { status: fault } : fault), FaultFields)
    .optional(),
};
export const StepFields = z.strictObject({
  text: PatternText.optional(),
  heard: PatternText.optional(),
  result: PatternText.optional(),
  tool: z.string().min(1).optional(),
  failed: z.boolean().optional(),
  times: Times.optional(),
  ...Reply,
});
export const RuleFields = StepFields.extend({
  turn: z.int().min(1).optional(),
  instead: z.literal(true).optional(),
  next: z.array(StepFields).min(1).optional(),
});
export const ScriptFields = z.strictObject({
  model: z.string().min(1).default(SCRIPTED_LABEL),
  agents: z.record(z.string().regex(/^([A-Za-z0-9][A-Za-z0-9_-]{0,63}|\*)$/), z.array(RuleFields)),
});
export type StepFields = z.infer<typeof StepFields>;

/** All of them must hold. An absent one always holds. */
export interface Conditions {
  /** The request is the nth of this agent, from 1; a request sent again is not counted. */
  readonly turn?: number;
  /** In the text of the last user message. */
  readonly text?: RegExp;
  /** In the text of any user message of the conversation. */
  readonly heard?: RegExp;
  /** In the results of the last user message; of `tool` alone when that is given. */
  readonly result?: RegExp;
  /** One of the results of the last user message is of this tool. */
  readonly tool?: string;
  /** Whether one of those results is an error. */
  readonly failed?: boolean;
}

export interface Reply {
  readonly say?: Template;
  readonly calls: readonly { readonly tool: string; readonly input: InputTemplate }[];
  readonly stop?: string;
  readonly usage: {
    readonly input?: number | undefined;
    readonly output?: number | undefined;
    readonly cacheRead?: number | undefined;
    readonly cacheWrite?: number | undefined;
  };
  readonly delayMs: number;
  readonly model?: string;
  readonly fault?: Fault;
}

export interface Step {
  /** In the script file, from 1. */
  readonly line: number;
  readonly conditions: Conditions;
  /** How often it answers; Infinity for `any`. */
  readonly times: number;
  readonly reply: Reply;
}

export interface Rule extends Step {
  /** What was under way is given up. Otherwise it goes on after this rule. */
  readonly instead: boolean;
  /** The answers to the requests that follow, one after another. */
  readonly sequel: readonly Step[];
}

export interface Script {
  /** The file it came from, for messages. */
  readonly name: string;
  readonly model: string;
  /** Rules by the agent's name in lower case; `*` is for every agent without rules of its own. */
  readonly agents: ReadonlyMap<string, readonly Rule[]>;
}
