import { createHash } from "node:crypto";
import type { AfterReply, EndedCall, LoopDeps, Turn } from "../agent/loop-deps.ts";
import {
  afterReplyOf,
  type CallMark,
  ENDED_AT,
  NOTHING_SEEN,
  type Repetition,
  TOLD_AT,
} from "../agent/repetition.ts";
import type { ToolCall } from "../agent/tool.ts";
import { isRecord } from "../base/is-record.ts";
import { summaryOf } from "./call-summary.ts";
import { quoted } from "./member-text.ts";

/** So much of a transcript can matter: longer rounds look like progress. */
const TURNS_READ = 200;
/** Ids of inputs that begin so are troupe's own reminders: nothing has changed by them. */
const NO_NEWS = /^(?:owns|restart|hook|memory|connectors|done|stuck|interrupt):/;

/** Notices when an agent makes the same calls with the same results again and again (faults.md K4). */
export interface Progress {
  /** The same, and behind it a word to the model, or the end of its turn. */
  readonly behind: (afterReply: LoopDeps["afterReply"]) => Required<LoopDeps>["afterReply"];
  /** These inputs enter the conversation: news begin the count anew. */
  readonly heard: (inputs: readonly string[]) => void;
  /** Its last turn was ended by it, and there are no news. */
  readonly isStuck: () => boolean;
}

/** `turns`: the conversation so far, so that a restart does not make a circle look new. */
export function openProgress(turns: readonly Turn[]): Progress {
  let seen: Repetition = NOTHING_SEEN;
  let times = 1;
  const heard = (inputs: readonly string[]): void => {
    if (!inputs.some(isNews)) return;
    seen = NOTHING_SEEN;
    times = 1;
  };
  const take = (marks: readonly CallMark[]): CallMark | undefined => {
    const after = afterReplyOf(seen, marks);
    ({ seen, times } = after);
    return after.mark;
  };
  let calls: readonly ToolCall[] = [];
  for (const turn of turns.slice(-TURNS_READ)) {
    const marks = marksIn(turn, calls);
    if (marks.length > 0) take(marks);
    heard(turn.inputs);
    calls = callsIn(turn);
  }

  const judge = (ended: readonly EndedCall[]): AfterReply => {
    if (ended.length === 0) return { notes: [] };
    const mark = take(ended.map(({ call, text }) => markOf(call, text)));
    const made = ended.find(({ call, text }) => markOf(call, text) === mark)?.call;
    if (made === undefined || (times !== TOLD_AT && times < ENDED_AT)) return { notes: [] };
    const same = `the same call ${times} times with the same result`;
    if (times < ENDED_AT)
      return {
        notes: [`(You have made ${same}: ${made.name}. Try something else, or say what blocks you.)`],
      };
    return {
      notes: [`(You have made ${same}: ${made.name}. Your turn was ended, and people were told.)`],
      stop: `it made ${same}: ${quoted(summaryOf(made).summary)}`,
      waitsForNews: true,
    };
  };
  return {
    behind: (afterReply) => async (ended, signal) => {
      const said = (await afterReply?.(ended, signal)) ?? { notes: [] };
      const own = judge(ended);
      return { ...said, ...own, notes: [...said.notes, ...own.notes] };
    },
    heard,
    isStuck: () => times >= ENDED_AT,
  };
}

/** The input of this id says something new. */
export function isNews(id: string): boolean {
  return !NO_NEWS.test(id);
}

function markOf({ name, input }: Omit<ToolCall, "id">, text: string): CallMark {
  const fields = isRecord(input) ? Object.entries(input).toSorted(byKey) : input;
  const whole = JSON.stringify([name, fields, text === "" ? "(no output)" : text]);
  return createHash("sha256").update(whole).digest("hex");
}

function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

function callsIn({ message: { role, content } }: Turn): readonly ToolCall[] {
  if (role !== "assistant" || typeof content === "string") return [];
  return content.filter((block) => block.type === "tool_use");
}

/** The results of these calls. */
function marksIn({ message: { content } }: Turn, calls: readonly ToolCall[]): readonly CallMark[] {
  if (calls.length === 0 || content === undefined || typeof content === "string") return [];
  return content.flatMap((block) => {
    if (block.type !== "tool_result") return [];
    const call = calls.find(({ id }) => id === block.tool_use_id);
    if (call === undefined) return [];
    return [markOf(call, typeof block.content === "string" ? block.content : JSON.stringify(block.content))];
  });
}
