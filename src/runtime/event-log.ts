import type { AgentEvent, SubagentMark } from "../agent/events.ts";
import type { Redactor } from "../base/redact.ts";
import type { MemberName, TaskId } from "../protocol/names.ts";
import type { Team } from "../team/team.ts";
import type { CallSum } from "./call-sums.ts";
import { given } from "./given.ts";
import { ownLog } from "./member-log.ts";

/** Text of the model is written in pieces of about this long. */
const JOIN_MS = 100;
/** A text without a blank that is longer than this is no word to be waited for. */
const WORD_MAX = 8 * 1024;
/** Strings in an event longer than this are cut: the transcript has them whole, the event log is for screens. */
const STRING_MAX = 16 * 1024;

/** What stands beside an event. */
interface Of {
  readonly task: TaskId | null;
  readonly sub?: SubagentMark;
  readonly sum?: CallSum;
}

export interface EventLog {
  /** Never throws and never waits. `sum`: all calls up to this one. */
  readonly emit: (event: AgentEvent, task: TaskId | null, sub?: SubagentMark, sum?: CallSum) => void;
  /** Waits until everything emitted so far is written or lost; never rejects. */
  readonly flush: () => Promise<void>;
}

/**
 * Keeps what happens in an agent for screens, costs and people. It is not worth a turn: what cannot be written is
 * dropped, and `onTrouble` hears of the first failure in a row.
 */
export function openEventLog(
  { store, host, nextId }: Team,
  member: MemberName,
  onTrouble: (error: unknown) => void,
  redactor: Pick<Redactor, "hideIn">,
): EventLog {
  const log = ownLog(store.agentLog(member, "events"), nextId);
  /** Text that comes in, by the id of the subagent that says it; "" is the agent itself. */
  const texts = new Map<string, { readonly text: string; readonly of: Of }>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let failing = false;

  const append = async (fields: Readonly<Record<string, unknown>>): Promise<void> => {
    try {
      await log.append(fields);
      failing = false;
    } catch (error) {
      if (!failing) onTrouble(error);
      failing = true;
    }
  };
  const write = (event: AgentEvent, { task, sub, sum }: Of): void => {
    const who = sub === undefined ? {} : { sub: { id: sub.id, type: sub.type } };
    const at = new Date(host.now()).toISOString();
    const fields = { at, task, ...who, ...given({ sum }), event: cut(redactor.hideIn(event)) };
    writing = writing.then(() => append(fields));
  };
  /** Up to the last blank unless `isWhole`: a secret must not be cut in two, of which neither looks like one. */
  const writeText = (key: string, isWhole: boolean): void => {
    const { text, of } = texts.get(key) ?? { text: "", of: { task: null } };
    const blank = Math.max(text.lastIndexOf(" "), text.lastIndexOf("\n")) + 1;
    const end = isWhole || text.length - blank > WORD_MAX ? text.length : blank;
    const delta = text.slice(0, end);
    if (end === text.length) texts.delete(key);
    else texts.set(key, { text: text.slice(end), of });
    if (delta !== "") write({ type: "text", delta }, of);
  };
  const writeTexts = (isWhole: boolean): void => {
    clearTimeout(timer);
    timer = undefined;
    for (const key of texts.keys()) writeText(key, isWhole);
  };

  return {
    emit: (event, task, sub, sum) => {
      const key = sub?.id ?? "";
      const of = { task, ...given({ sub, sum }) };
      if (event.type !== "text") {
        // Each keeps the order of what it says and does; several at once are told apart by their marks.
        writeText(key, true);
        write(event, of);
        return;
      }
      texts.set(key, { text: (texts.get(key)?.text ?? "") + event.delta, of });
      timer ??= setTimeout(() => writeTexts(false), JOIN_MS).unref();
    },
    flush: async () => {
      writeTexts(true);
      await writing;
    },
  };
}

/** The same value with its long strings cut: a file that a tool writes would otherwise stand in the log once more. */
function cut<T>(value: T): T;
function cut(value: unknown): unknown {
  if (typeof value === "string")
    return value.length <= STRING_MAX
      ? value
      : `${value.slice(0, STRING_MAX)}… (${value.length - STRING_MAX} more characters)`;
  if (Array.isArray(value)) return value.map((item) => cut<unknown>(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cut<unknown>(item)]));
}
