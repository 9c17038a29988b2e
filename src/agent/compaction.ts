import { askModel, type SpecialRequest } from "./ask-model.ts";
import { aboutTokens, type Conversation, type Message } from "./conversation.ts";
import { elapsedMs } from "./elapsed.ts";
import type { CompactionCause } from "./events.ts";
import type { CompactionBlock, LoopDeps, Turn, TurnEnd } from "./loop-deps.ts";
import { modelFacts } from "./model-facts.ts";
import { shortened } from "./shorten.ts";

/** From this part of the window on there is no room for a long answer and its results. */
const FULL = 0.8;
/** Below this many tokens no known window is full, and nobody is asked how large it is. */
const NEVER_FULL = 20_000;
/** How often a request that is too long is made half as long. */
const HALVINGS = 4;

const INSTRUCTION = `This conversation has become too long and is replaced by what you write now. You go on with nothing but this text, so write down, for yourself and completely:
- what you were asked to do, by whom, in their words where they matter, and what you promised;
- what is done, with the files, names, commands and results that count; what was tried and did not work;
- what you are in the middle of, what you know of others' work, open questions, and your next step.
Do not call a tool. What others told you stays what others told you: name who said it.`;

const TOOK_PLACE =
  "The earlier conversation was too long and is replaced by this summary, which you wrote yourself:";

/** Why the conversation should be compacted now; undefined when it need not. */
export async function whyCompact(
  { compaction, model }: LoopDeps,
  conversation: Conversation,
): Promise<"full" | "asked" | undefined> {
  if (compaction === undefined || conversation.messages().length === 0) return undefined;
  if (compaction.takeRequest()) return "asked";
  const used = conversation.used();
  if (used < NEVER_FULL) return undefined;
  const { window } = await modelFacts(model);
  return window !== null && used > window * FULL ? "full" : undefined;
}

/**
 * Replaces the conversation by a summary: the server's own where it makes one, else one that the model writes. With a
 * request that is too long for that as well, results are cut hard, oldest first (faults.md I8). Answers how the turn
 * ends when it cannot go on.
 */
export async function compact(
  deps: LoopDeps,
  conversation: Conversation,
  why: CompactionCause,
  signal: AbortSignal,
): Promise<TurnEnd | undefined> {
  const barred = await whyBarred(deps, why, signal);
  if (barred !== undefined) return barred.end;
  const started = performance.now();
  const before = conversation.used();
  const isAnswered = conversation.messages().at(-1)?.role === "assistant";
  const summary = await summarized(deps, conversation, why, signal);
  if ("reason" in summary) return summary;
  const turn = await replacement(deps, summary, isAnswered);
  await deps.record(turn);
  conversation.add(turn);
  const after = conversation.used();
  deps.emit({ type: "compacted", why, before, after, ms: elapsedMs(started) });
  await deps.compaction?.after?.(why, summary.text ?? summary.block?.content ?? "", signal);
  return undefined;
}

/** Undefined: nothing bars it. `end`: how the turn ends then; undefined: it goes on as it is. */
async function whyBarred(
  { compaction }: LoopDeps,
  why: CompactionCause,
  signal: AbortSignal,
): Promise<{ readonly end: TurnEnd | undefined } | undefined> {
  const over = compaction?.notes?.whyOver();
  if (over !== undefined) return { end: { reason: "stopped", why: over, waitsForNews: true } };
  const refusal = await compaction?.before?.(why, signal);
  return refusal === undefined ? undefined : { end: refused(why, refusal) };
}

/** Without it a conversation that is too long cannot go on; one that is only full can for a while. */
function refused(why: CompactionCause, refusal: string): TurnEnd | undefined {
  if (why !== "too_long") return undefined;
  const message = `the conversation is too long for the model, and a hook refused to compact it: ${refusal}`;
  return { reason: "failed", code: "failed", message };
}

/** One of them. */
interface Summary {
  readonly text: string | null;
  readonly block: CompactionBlock | null;
}

async function summarized(
  deps: LoopDeps,
  conversation: Conversation,
  why: CompactionCause,
  signal: AbortSignal,
): Promise<Summary | TurnEnd> {
  const summary =
    (await byServer(deps, conversation, why, signal)) ?? (await byModel(deps, conversation, signal));
  if ("text" in summary && summary.text !== null) await deps.compaction?.notes?.keep(summary.text);
  return summary;
}

/** Whether it says that it makes summaries, and has not refused to. Notes are words that a person can read: those the model writes. */
async function mayServer({ model, compaction }: LoopDeps, why: CompactionCause): Promise<boolean> {
  if (why === "too_long" || compaction?.notes !== undefined) return false;
  return model.dialect?.takes("summaries") !== false && (await modelFacts(model)).compacts;
}

/** Undefined where the server has no such thing, or it did not come to anything. */
async function byServer(
  deps: LoopDeps,
  conversation: Conversation,
  why: CompactionCause,
  signal: AbortSignal,
): Promise<Summary | undefined> {
  if (!(await mayServer(deps, why))) return undefined;
  const messages = endingWithUser(conversation.messages());
  const answer = await askModel(deps, conversation, signal, {
    messages,
    params: { compaction: { type: "summarize", instructions: INSTRUCTION } },
  });
  if (answer.reason === "failed" && answer.isBadRequest === true)
    deps.model.dialect?.learned("summaries", false);
  if (answer.reason !== "reply") return undefined;
  const block = answer.reply.content.find(({ type }) => type === "compaction");
  return block?.type === "compaction" && block.content ? { text: null, block } : undefined;
}

async function byModel(
  deps: LoopDeps,
  conversation: Conversation,
  signal: AbortSignal,
): Promise<Summary | TurnEnd> {
  const whole = conversation.messages();
  const instruction = deps.compaction?.notes?.instruction ?? INSTRUCTION;
  let most = aboutTokens(whole);
  let last: TurnEnd = { reason: "interrupted" };
  for (let halving = 0; halving <= HALVINGS; halving++, most /= 2) {
    const messages = instructed(halving === 0 ? whole : shortened(whole, most), instruction);
    const answer = await summaryOf(deps, conversation, messages, signal);
    if ("text" in answer) return answer;
    last = answer;
    if (answer.reason !== "failed" || answer.isTooLong !== true) return answer;
  }
  return last;
}

/** A model that answers with a tool call is asked again, and told that it cannot. */
async function summaryOf(
  deps: LoopDeps,
  conversation: Conversation,
  messages: readonly Message[],
  signal: AbortSignal,
): Promise<Summary | TurnEnd> {
  const tries: readonly SpecialRequest[] = [
    { messages },
    { messages, ...(deps.tools().length === 0 ? {} : { params: { tool_choice: { type: "none" } } }) },
  ];
  for (const request of tries) {
    const answer = await askModel(deps, conversation, signal, request);
    if (answer.reason !== "reply") return answer;
    const { content, stop } = answer.reply;
    if (stop === "refusal") return { reason: "limit", what: "refusal" };
    const text = content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");
    if (text.trim() !== "") return { text, block: null };
  }
  return {
    reason: "failed",
    code: "failed",
    message: "the conversation is too long, and the model wrote no summary of it",
  };
}

async function replacement(
  { compaction }: LoopDeps,
  { text, block }: Summary,
  isAnswered: boolean,
): Promise<Turn> {
  const brief = (await compaction?.brief()) ?? "";
  const next = isAnswered ? "Wait for what comes next." : "Go on where you were.";
  const parts = [
    ...(text === null ? [] : [`${compaction?.notes?.heading ?? TOOK_PLACE}\n\n${text}`]),
    brief,
    next,
  ].filter((part) => part !== "");
  return {
    message: { role: "user", content: [{ type: "text", text: parts.join("\n\n") }] },
    inputs: [],
    replaces: { block, isAnswered },
  };
}

/** The conversation with the instruction as its last word. */
function instructed(messages: readonly Message[], text: string): readonly Message[] {
  const ask = { type: "text" as const, text };
  const last = messages.at(-1);
  if (last?.role !== "user") return [...messages, { role: "user", content: [ask] }];
  return [...messages.slice(0, -1), { role: "user", content: [...last.content, ask] }];
}

/** A request has to. */
function endingWithUser(messages: readonly Message[]): readonly Message[] {
  if (messages.at(-1)?.role === "user") return messages;
  return [
    ...messages,
    { role: "user", content: [{ type: "text", text: "(The conversation is compacted here.)" }] },
  ];
}
