import type { Message } from "../protocol/message.ts";
import { type Party, sameName } from "../protocol/names.ts";
import type { AgentLogEntry, Log } from "../store/store.ts";
import { openFold } from "../team/fold.ts";
import { messageText } from "../team/mail.ts";
import type { Team } from "../team/team.ts";
import { type LogReader, openLogReader } from "./log-reader.ts";
import { entryItem, type Kind, messageItem, type TimelineItem } from "./timeline-items.ts";
import { toolItem } from "./tool-items.ts";
import { openWaker } from "./waker.ts";

export interface TimelineFilter {
  /** ISO 8601: only what happened at or after it. */
  readonly since?: string;
  /** Only what this one did or was told. */
  readonly agent?: string;
  readonly kind?: Kind;
  /** What the agents' tools do stands in the timeline too; without it only what the team shares. */
  readonly tools?: boolean;
}

/** Everything that happened in a team so far: accepted entries of the journal, messages, tools if asked; by time. */
export async function timeline(team: Team, filter: TimelineFilter): Promise<readonly TimelineItem[]> {
  return (await openTimeline(team, filter).readOn()).filter((item) => isWanted(item, filter));
}

/** The same, and then what happens from now on, until `signal` aborts. Throws what reading the logs throws. */
export async function* followTimeline(
  team: Team,
  filter: TimelineFilter,
  signal: AbortSignal,
): AsyncIterable<TimelineItem> {
  const reader = openTimeline(team, filter);
  const waker = openWaker(signal);
  try {
    for (;;) {
      // Asked before the reading: what was written until then is still told.
      const isLast = signal.aborted;
      yield* (await reader.readOn()).filter((item) => isWanted(item, filter));
      // Logs of members that joined meanwhile: read again once they are watched, or what came in between stays unseen.
      const hasNewLogs = reader.logs().filter((log) => waker.watch(log)).length > 0;
      if (hasNewLogs) continue;
      if (isLast) return;
      await waker.next();
    }
  } finally {
    waker.close();
  }
}

function isWanted(
  { at, agent, to, type }: TimelineItem,
  { since, agent: name, kind }: TimelineFilter,
): boolean {
  if (since !== undefined && at < since) return false;
  if (kind !== undefined && !type.startsWith(`${kind}.`)) return false;
  return name === undefined || sameName(agent ?? "", name) || (to ?? []).some((one) => sameName(one, name));
}

interface Timeline {
  /** What is new in all logs since the last call. */
  readonly readOn: () => Promise<readonly TimelineItem[]>;
  /** The logs it knows of so far. */
  readonly logs: () => readonly Pick<Log<never>, "changes">[];
}

function openTimeline(team: Team, { tools = false, kind }: TimelineFilter): Timeline {
  const fold = openFold();
  const journal = openLogReader(team.store.journal);
  const mail = new Map<string, LogReader<Message>>();
  const events = new Map<string, LogReader<AgentLogEntry>>();
  const withTools = tools || kind === "tool";

  async function entries(): Promise<readonly TimelineItem[]> {
    const items: TimelineItem[] = [];
    for (const entry of await journal.readOn()) {
      if (fold.add(entry)?.ok === true) items.push(entryItem(entry, fold.state));
    }
    return inOrder(items);
  }

  /** Mailboxes of everybody there is, the person's too; members that joined meanwhile are found here. */
  async function messages(): Promise<readonly TimelineItem[]> {
    const owners: Party[] = ["user", ...[...fold.state.members.values()].map(({ name }) => name)];
    const items: TimelineItem[] = [];
    for (const owner of owners) {
      const reader = mail.get(owner) ?? openLogReader(team.store.mailbox(owner));
      mail.set(owner, reader);
      for (const message of await reader.readOn())
        items.push(messageItem(message, await messageText(team, message)));
    }
    return mergeCopies(items);
  }

  async function activity(): Promise<readonly TimelineItem[]> {
    const items: TimelineItem[] = [];
    for (const { name, backend } of fold.state.members.values()) {
      if (backend !== "child") continue;
      const reader = events.get(name) ?? openLogReader(team.store.agentLog(name, "events"));
      events.set(name, reader);
      const dir = fold.state.team?.dir ?? "";
      items.push(...(await reader.readOn()).flatMap((event) => toolItem(event, name, dir) ?? []));
    }
    return items;
  }

  return {
    readOn: async () => {
      const shared = await entries();
      const rest = [...(await messages()), ...(withTools ? await activity() : [])];
      return [...shared, ...rest].toSorted((one, other) => compare(one.at, other.at));
    },
    logs: () => [team.store.journal, ...[...mail.values(), ...events.values()].map(({ log }) => log)],
  };
}

/** The journal's order counts, whatever the clocks of its writers said: a time never goes back in it. */
function inOrder(items: readonly TimelineItem[]): readonly TimelineItem[] {
  let last = "";
  return items.map((item) => {
    if (item.at >= last) {
      last = item.at;
      return item;
    }
    return { ...item, at: last };
  });
}

/** A message to several is one entry in each mailbox, and one line here. */
function mergeCopies(items: readonly TimelineItem[]): readonly TimelineItem[] {
  const merged = new Map<string, TimelineItem>();
  for (const item of items) {
    // Copies of one message come from one process, with ids that follow each other within a moment.
    const key = JSON.stringify([item.agent, item.type, item.text, item.task, item.re, item.at.slice(0, 19)]);
    const known = merged.get(key);
    merged.set(key, known ? { ...known, to: [...(known.to ?? []), ...(item.to ?? [])] } : item);
  }
  return [...merged.values()];
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
