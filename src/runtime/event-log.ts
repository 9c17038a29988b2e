import type { AgentEvent } from "../agent/events.ts";
import type { MemberName, TaskId } from "../protocol/names.ts";
import type { Team } from "../team/team.ts";
import { ownLog } from "./member-log.ts";

/** Text of the model is written in pieces of about this long. */
const JOIN_MS = 100;
/** Strings in an event longer than this are cut: the transcript has them whole, the event log is for screens. */
const STRING_MAX = 16 * 1024;

export interface EventLog {
  /** Never throws and never waits. */
  readonly emit: (event: AgentEvent, task: TaskId | null) => void;
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
): EventLog {
  const log = ownLog(store.agentLog(member, "events"), nextId);
  let text = "";
  let textTask: TaskId | null = null;
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
  const write = (event: AgentEvent, task: TaskId | null): void => {
    const fields = { at: new Date(host.now()).toISOString(), task, event: cut(event) };
    writing = writing.then(() => append(fields));
  };
  const writeText = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (text === "") return;
    const delta = text;
    text = "";
    write({ type: "text", delta }, textTask);
  };

  return {
    emit: (event, task) => {
      if (event.type !== "text") {
        writeText();
        write(event, task);
        return;
      }
      textTask = task;
      text += event.delta;
      timer ??= setTimeout(writeText, JOIN_MS).unref();
    },
    flush: async () => {
      writeText();
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
