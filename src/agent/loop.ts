import { type Answer, askModel } from "./ask-model.ts";
import { compact, whyCompact } from "./compaction.ts";
import type { Conversation } from "./conversation.ts";
import { limitsOf } from "./limits.ts";
import type { AfterReply, LoopDeps, Turn, TurnEnd, UserInput } from "./loop-deps.ts";
import type { Reply } from "./reply.ts";
import { type CallOutcome, runCalls } from "./run-calls.ts";

/** Consecutive replies of one bad kind after which the turn ends: the model will not find out by itself. */
const MOST_WRONG = 3;
const MOST_CUT_OFF = 2;
const MOST_PAUSES = 10;

/** How many replies in a row had only calls with wrong input, hit the output limit, or asked for a pause. */
interface Streaks {
  readonly wrong: number;
  readonly cutOff: number;
  readonly pauses: number;
}

const CONNECTION_LOST =
  "(The connection broke off after this call; whatever you wrote behind it was lost. The calls above were run. Go on from their results.)";
const OUTPUT_LIMIT = "(Your reply was cut off at the output limit. Go on where it ended, in smaller steps.)";

/**
 * One turn: asks the model, runs the tools that it calls, and goes on until its last word, with mail entering between
 * the model calls. What is committed stays committed whatever happens: calling again goes on from there. Trouble of the
 * model is an outcome; it throws only what `record` or `nextInput` throw.
 */
export async function loop(
  deps: LoopDeps,
  conversation: Conversation,
  start: readonly UserInput[],
  signal: AbortSignal,
): Promise<TurnEnd> {
  deps.emit({ type: "turn_started" });
  const end = await untilLastWord(deps, conversation, start, signal);
  const code = end.reason === "failed" ? { code: end.code } : {};
  const reason = end.reason === "stopped" ? "limit" : end.reason;
  deps.emit({ type: "turn_ended", reason, detail: detailOf(end), ...code });
  return end;
}

async function untilLastWord(
  deps: LoopDeps,
  conversation: Conversation,
  start: readonly UserInput[],
  signal: AbortSignal,
): Promise<TurnEnd> {
  const { maxTurns } = limitsOf(deps.limits);
  let streaks: Streaks = { wrong: 0, cutOff: 0, pauses: 0 };
  await commitInputs(deps, conversation, start);
  if (!isEnding(deps, signal)) await commitInputs(deps, conversation, await deps.nextInput());
  if (conversation.messages().at(-1)?.role !== "user") return atRest(deps, conversation, signal);

  for (let asked = 0; asked < maxTurns; asked++) {
    if (isEnding(deps, signal)) return { reason: "interrupted" };
    const answer = await nextAnswer(deps, conversation, signal);
    if (answer.reason !== "reply") return answer;
    const { reply } = answer;
    // A refusal is not kept: with it in the history every further request would be refused.
    if (reply.stop === "refusal") return { reason: "limit", what: "refusal" };
    await commitReply(deps, conversation, reply);
    const { outcomes, stop } = await commitResults(deps, conversation, reply, signal);
    if (stop !== undefined) return stop;
    streaks = counted(streaks, reply, outcomes);
    const end = streakEnd(streaks, outcomes);
    if (end !== undefined) return end;
    if (!(await goesOn(deps, conversation, reply, signal))) return endOf(reply);
  }
  return { reason: "limit", what: "max_turns" };
}

/** Nothing waits for an answer: at most somebody wants the conversation to be shorter. */
async function atRest(deps: LoopDeps, conversation: Conversation, signal: AbortSignal): Promise<TurnEnd> {
  const isWanted = (await whyCompact(deps, conversation)) === "asked";
  const end = isWanted ? await compact(deps, conversation, "asked", signal) : undefined;
  return end ?? { reason: "done", text: "" };
}

/** The model's answer to a conversation that fits: one that is full, or that the server finds too long, is compacted first. */
async function nextAnswer(
  deps: LoopDeps,
  conversation: Conversation,
  signal: AbortSignal,
): Promise<Answer | TurnEnd> {
  const why = await whyCompact(deps, conversation);
  const end = why === undefined ? undefined : await compact(deps, conversation, why, signal);
  if (end !== undefined) return end;
  const answer = await askModel(deps, conversation, signal);
  if (answer.reason !== "failed" || answer.isTooLong !== true || deps.compaction === undefined) return answer;
  return (
    (await compact(deps, conversation, "too_long", signal)) ?? (await askModel(deps, conversation, signal))
  );
}

function isEnding(deps: LoopDeps, signal: AbortSignal): boolean {
  return signal.aborted || deps.isStopping?.() === true;
}

/** Recorded first, so that a crash behind this line finds it again. */
async function commit(deps: LoopDeps, conversation: Conversation, turn: Turn): Promise<void> {
  await deps.record(turn);
  conversation.add(turn);
}

async function commitInputs(
  deps: LoopDeps,
  conversation: Conversation,
  inputs: readonly UserInput[],
): Promise<void> {
  if (inputs.length === 0) return;
  await commit(deps, conversation, {
    message: {
      role: "user",
      // The API takes no empty text.
      content: inputs.map(({ text }) => ({ type: "text", text: text.trim() === "" ? "(empty)" : text })),
    },
    inputs: inputs.map(({ id }) => id),
  });
}

async function commitReply(deps: LoopDeps, conversation: Conversation, { content }: Reply): Promise<void> {
  if (content.length === 0) return;
  await commit(deps, conversation, { message: { role: "assistant", content: [...content] }, inputs: [] });
}

/** Results are recorded before mail is asked for: they must not be lost with it. Both go into one message. */
async function commitResults(
  deps: LoopDeps,
  conversation: Conversation,
  { calls, stop }: Reply,
  signal: AbortSignal,
): Promise<{ readonly outcomes: readonly CallOutcome[]; readonly stop?: TurnEnd }> {
  if (calls.length === 0) return { outcomes: [] };
  const outcomes = await runCalls(deps, calls, signal);
  const results = outcomes.map(({ id, text, isError }) => ({
    type: "tool_result" as const,
    tool_use_id: id,
    content: text === "" ? "(no output)" : text,
    ...(isError ? { is_error: true } : {}),
  }));
  const after = await afterReply(deps, outcomes, signal);
  const note = noteOn(stop);
  const notes = [...(note === undefined ? [] : [note]), ...after.notes];
  const content = [...results, ...notes.map((text) => ({ type: "text" as const, text }))];
  await commit(deps, conversation, { message: { role: "user", content }, inputs: [] });
  if (after.stop === undefined) return { outcomes };
  const { stop: why, waitsForNews } = after;
  return { outcomes, stop: { reason: "stopped", why, ...(waitsForNews && { waitsForNews }) } };
}

async function afterReply(
  deps: LoopDeps,
  outcomes: readonly CallOutcome[],
  signal: AbortSignal,
): Promise<AfterReply> {
  const ended = outcomes.flatMap((outcome) => outcome.ended ?? []);
  if (deps.afterReply === undefined || signal.aborted) return { notes: [] };
  return deps.afterReply(ended, signal);
}

function noteOn(stop: Reply["stop"]): string | undefined {
  if (stop === "cut") return CONNECTION_LOST;
  return isCutOff(stop) ? OUTPUT_LIMIT : undefined;
}

function isCutOff(stop: Reply["stop"]): boolean {
  return stop === "max_tokens" || stop === "model_context_window_exceeded";
}

function counted(streaks: Streaks, { stop }: Reply, outcomes: readonly CallOutcome[]): Streaks {
  const isAllWrong = outcomes.length > 0 && outcomes.every((outcome) => outcome.isWrongInput === true);
  return {
    wrong: isAllWrong ? streaks.wrong + 1 : 0,
    cutOff: isCutOff(stop) ? streaks.cutOff + 1 : 0,
    pauses: stop === "pause_turn" ? streaks.pauses + 1 : 0,
  };
}

function streakEnd(
  { wrong, cutOff, pauses }: Streaks,
  outcomes: readonly CallOutcome[],
): TurnEnd | undefined {
  if (wrong >= MOST_WRONG)
    return {
      reason: "failed",
      code: "failed",
      message: `the model made ${wrong} replies in a row with tool calls that cannot be run; last: ${outcomes.at(-1)?.text ?? ""}`,
    };
  if (cutOff >= MOST_CUT_OFF) return { reason: "limit", what: "max_tokens" };
  return pauses >= MOST_PAUSES ? { reason: "limit", what: "max_turns" } : undefined;
}

/** Commits what the next request needs; false when the model has said its last word and nothing new has come. */
async function goesOn(
  deps: LoopDeps,
  conversation: Conversation,
  { calls, content, stop }: Reply,
  signal: AbortSignal,
): Promise<boolean> {
  // The paused reply is sent back as it is, and mail waits until it is whole.
  if (stop === "pause_turn" && calls.length === 0) return true;
  if (calls.length > 0 && isEnding(deps, signal)) return true;
  const inputs = isEnding(deps, signal) ? [] : await deps.nextInput();
  await commitInputs(deps, conversation, inputs);
  if (calls.length > 0 || inputs.length > 0) return true;
  if (!isCutOff(stop) || content.length === 0) return hasMore(deps, conversation, textOf(content), signal);
  await commit(deps, conversation, {
    message: { role: "user", content: [{ type: "text", text: OUTPUT_LIMIT }] },
    inputs: [],
  });
  return true;
}

/** Asks what there is to say to the model's last word. */
async function hasMore(
  deps: LoopDeps,
  conversation: Conversation,
  text: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (deps.lastWord === undefined || isEnding(deps, signal)) return false;
  const inputs = await deps.lastWord(text, signal);
  await commitInputs(deps, conversation, inputs);
  return inputs.length > 0;
}

function endOf({ content, stop }: Reply): TurnEnd {
  if (isCutOff(stop)) return { reason: "limit", what: "max_tokens" };
  return { reason: "done", text: textOf(content) };
}

function textOf(content: Reply["content"]): string {
  return content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");
}

function detailOf(end: TurnEnd): string | null {
  if (end.reason === "failed") return end.message;
  if (end.reason === "stopped") return end.why;
  return end.reason === "limit" ? end.what : null;
}
