import type { Anthropic } from "@anthropic-ai/sdk";
import type { Conversation, Message } from "./conversation.ts";
import { elapsedMs } from "./elapsed.ts";
import { attemptsWatcher } from "./http-attempts.ts";
import { openIdleWatch } from "./idle-watch.ts";
import { limitsOf } from "./limits.ts";
import type { LoopDeps } from "./loop-deps.ts";
import { type Failure, type Trouble, troubleOf } from "./model-trouble.ts";
import { pause } from "./pause.ts";
import { type OpenReply, openReply, type Reply } from "./reply.ts";

type Params = Anthropic.Beta.Messages.MessageCreateParamsStreaming;

export type Answer =
  | { readonly reason: "reply"; readonly reply: Reply }
  | { readonly reason: "interrupted" }
  | { readonly reason: "stopped"; readonly why: string }
  | Failure;

/** A request that is not the next one of the conversation: other messages, or more fields. */
export interface SpecialRequest {
  readonly messages?: readonly Message[];
  readonly params?: Partial<Params>;
}

const CACHED = { type: "ephemeral" } as const;
/** Of requests that compact, and of those that carry what came of it. Source: SDK 1.10, `compactBeforeNextTurn`. */
const COMPACTING = "compact-2026-09-04";
const LONGEST_WAIT_MS = 8_000;

/**
 * One model call on the committed conversation. A lost connection, a cut or silent stream and an overloaded server are
 * tried again from the same messages; a stream cut behind a complete tool call is an answer (faults.md I4 to I6).
 */
export async function askModel(
  deps: LoopDeps,
  conversation: Conversation,
  signal: AbortSignal,
  special: SpecialRequest = {},
): Promise<Answer> {
  const { streamTries, streamRetryMs } = limitsOf(deps.limits);
  let retries = 0;
  const onRetry = (why: string): void => deps.emit({ type: "retrying", attempt: ++retries, why });

  for (let tries = 1; ; tries++) {
    const leave = await deps.beforeCall?.(signal);
    if (signal.aborted) return { reason: "interrupted" };
    if (leave?.go === false) return { reason: "stopped", why: leave.why };
    const isPlain = deps.model.dialect?.takes("cache") === false;
    const outcome = await tryInDialect({ deps, conversation, special, onRetry, isPlain }, signal);
    if (!("kind" in outcome)) return outcome;
    if (tries >= streamTries)
      return {
        reason: "failed",
        code: "model_unreachable",
        message: `the model at ${deps.model.client.baseURL} gave no whole answer in ${tries} tries; last: ${outcome.why}`,
      };
    onRetry(outcome.why);
    await pause(Math.min(streamRetryMs * 2 ** (tries - 1), LONGEST_WAIT_MS), signal);
  }
}

/** A server of which nobody knows whether it takes cache marks is asked again without them, and remembered. */
async function tryInDialect(asking: Asking, signal: AbortSignal): Promise<Answer | Trouble> {
  const { dialect } = asking.deps.model;
  const outcome = await tryOnce(asking, signal);
  if (dialect === undefined || "kind" in outcome || dialect.takes("cache") !== undefined) return outcome;
  if (outcome.reason === "reply") dialect.learned("cache", true);
  if (outcome.reason !== "failed" || outcome.isBadRequest !== true) return outcome;
  asking.onRetry("the server refused the request, perhaps its cache marks");
  const plain = await tryOnce({ ...asking, isPlain: true }, signal);
  if ("kind" in plain || plain.reason === "interrupted") return plain;
  if (plain.reason !== "reply") return outcome;
  dialect.learned("cache", false);
  return plain;
}

interface Asking {
  readonly deps: LoopDeps;
  readonly conversation: Conversation;
  readonly special: SpecialRequest;
  readonly onRetry: (why: string) => void;
  /** Without marks for the cache. */
  readonly isPlain: boolean;
}

async function tryOnce(asking: Asking, signal: AbortSignal): Promise<Answer | Trouble> {
  const { deps, conversation, special, onRetry } = asking;
  const { model, emit, rateGate } = deps;
  const { idleMs, requestTries, connectTries } = limitsOf(deps.limits);
  const watch = openIdleWatch(idleMs, signal);
  const reply = openReply((delta) => emit({ type: "text", delta }));
  const started = performance.now();
  let requestId: string | null = null;
  let isAnswered = false;
  let trouble: Trouble = { kind: "again", why: "the answer broke off" };
  try {
    const { data, request_id } = await model.client.beta.messages
      .create(paramsOf(asking), {
        signal: watch.signal,
        maxRetries: requestTries - 1,
        middleware: [attemptsWatcher({ watch, requestTries, connectTries, onRetry, rateGate })],
      })
      .withResponse();
    requestId = request_id ?? null;
    isAnswered = true;
    for await (const event of data) {
      if (!reply.isAccepted()) emitRead(deps, conversation);
      reply.add(event);
    }
  } catch (error) {
    if (!watch.signal.aborted) trouble = troubleOf(error, model.client.baseURL, isAnswered);
  } finally {
    if (watch.hasFired()) trouble = { kind: "again", why: `no sign of life for ${idleMs / 1000} s` };
    watch.close();
  }
  emitUsage(deps, reply, { ms: elapsedMs(started), requestId });
  if (special.messages === undefined) noteUsed(conversation, reply);
  if (signal.aborted) return { reason: "interrupted" };
  const whole = reply.close();
  return whole === undefined ? trouble : { reason: "reply", reply: whole };
}

/**
 * Marks four places up to which the server may keep its work: the tools, the system text, where the former request ended,
 * and the conversation so far.
 */
function paramsOf({ deps, conversation, special, isPlain }: Asking): Params {
  const { messages = conversation.messages(), params: more = {} } = special;
  const { model, system } = deps;
  const tools = deps.tools();
  const mark = isPlain ? {} : { cache_control: CACHED };
  const isCompacted = messages[0]?.content.some(({ type }) => type === "compaction") === true;
  return {
    model: model.name,
    max_tokens: model.maxTokens,
    stream: true,
    ...(system === "" ? {} : { system: [{ type: "text", text: system, ...mark }] }),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, inputSchema }, index) => ({
            name,
            description,
            input_schema: inputSchema,
            ...(index === tools.length - 1 ? mark : {}),
          })),
        }),
    messages: isPlain ? [...messages] : withCacheMarks(messages),
    ...(isCompacted || more.compaction !== undefined ? { betas: [COMPACTING] } : {}),
    ...more,
  };
}

/**
 * The server looks for what it kept at most 20 blocks in front of a mark: a reply of ten calls and its results may lie
 * farther from the end of the former request, so that end, which is kept, is marked too.
 */
function withCacheMarks(messages: readonly Message[]): Message[] {
  const last = messages.length - 1;
  const former = messages.findLastIndex(({ role }, index) => role === "user" && index < last);
  return messages.map((message, index) =>
    index === last || index === former ? withCacheMark(message) : message,
  );
}

function withCacheMark(message: Message): Message {
  const block = message.content.at(-1);
  if (block?.type !== "text" && block?.type !== "tool_result") return message;
  return { ...message, content: [...message.content.slice(0, -1), { ...block, cache_control: CACHED }] };
}

function emitRead({ emit }: LoopDeps, conversation: Conversation): void {
  const inputs = conversation.takeUnread();
  if (inputs.length > 0) emit({ type: "read", inputs });
}

/** Some servers count nothing: then as many as the messages have bytes for. */
function noteUsed(conversation: Conversation, reply: OpenReply): void {
  if (!reply.isAccepted()) return;
  const { input, cacheRead, cacheWrite, output } = reply.usage();
  const read = input + cacheRead + cacheWrite;
  if (read > 0) conversation.setUsed(read + output);
}

/** Also for an answer that was cut: its tokens are paid. */
function emitUsage(
  { emit, model }: LoopDeps,
  reply: OpenReply,
  { ms, requestId }: { readonly ms: number; readonly requestId: string | null },
): void {
  if (!reply.isAccepted()) return;
  emit({ type: "usage", model: reply.model() ?? model.name, usage: reply.usage(), ms, requestId });
}
