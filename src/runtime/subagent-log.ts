import { z } from "zod";
import type { Turn } from "../agent/loop-deps.ts";
import type { Redactor } from "../base/redact.ts";
import type { EntryId, MemberName, SubagentId } from "../protocol/names.ts";
import type { AgentLogEntry, ClosableLog } from "../store/store.ts";
import type { Team } from "../team/team.ts";
import { hidingRecord } from "./hidden-text.ts";
import { ownLog, readAll } from "./member-log.ts";
import { type AgentInput, digestOf } from "./subagent-input.ts";
import { turnOf, turnWriter } from "./transcript.ts";

/** The first entry of a subagent's log. */
const Head = z.looseObject({
  subagent: z.looseObject({
    type: z.string(),
    /** Of the call that it answers. */
    digest: z.string(),
  }),
});
/** The last one. */
const Tail = z.looseObject({ ended: z.looseObject({ why: z.string().nullable() }) });

/** What is told of a subagent at its beginning. */
export interface SubagentFacts {
  readonly type: string;
  /** Definition, model, description: for people who read the log. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Of the call, as it was run. */
  readonly input: AgentInput;
  readonly redactor: Pick<Redactor, "hideIn">;
}

/** The log of one run, while it runs. */
export interface SubagentLog {
  readonly record: (turn: Turn) => Promise<void>;
  /** `why`: what cut it short; null when nothing did. */
  readonly end: (why: string | null) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Begins the log of a run. Throws what `Log.append` throws. */
export async function beginSubagentLog(
  team: Team,
  me: MemberName,
  id: SubagentId,
  { type, about, input, redactor }: SubagentFacts,
): Promise<SubagentLog> {
  const { store, host, nextId } = team;
  const log = store.subagentLog(me, id);
  const own = ownLog(log, nextId);
  const at = (): string => new Date(host.now()).toISOString();
  // The caller's transcript, from which the call is known again, has no secrets either.
  const digest = digestOf(redactor.hideIn(input));
  try {
    await own.append({ at: at(), subagent: { id, type, parent: me, ...redactor.hideIn(about), digest } });
  } catch (error) {
    await log.close();
    throw error;
  }
  return {
    record: hidingRecord(turnWriter(team, own), redactor),
    end: (why) => own.append({ at: at(), ended: { why } }),
    close: log.close,
  };
}

/** How a log begins. */
export interface SubagentHead {
  readonly type: string;
  readonly digest: string;
  /** Of its first entry: it stands behind what its caller wrote before it. */
  readonly from: EntryId;
}

/** What a log of a run that is over tells. */
export interface PastSubagent extends SubagentHead {
  readonly id: SubagentId;
  readonly turns: readonly Turn[];
  /** It came to its end, and nothing cut it short. */
  readonly isWhole: boolean;
}

type Place = Pick<Team, "store">;

/** The beginning of a log; undefined when its process died before it stood there. */
export async function subagentHead(
  { store }: Place,
  me: MemberName,
  id: SubagentId,
): Promise<SubagentHead | undefined> {
  const log = store.subagentLog(me, id);
  try {
    const { entries } = await log.read(await log.start());
    const [first] = entries;
    return first && headOf(first.entry);
  } finally {
    await log.close();
  }
}

/** The run, as its log has it; undefined for a log without its beginning. */
export async function readSubagent(
  { store }: Place,
  me: MemberName,
  id: SubagentId,
): Promise<PastSubagent | undefined> {
  const entries = await allOf(store.subagentLog(me, id));
  const [head] = entries.flatMap((entry) => headOf(entry) ?? []);
  if (head === undefined) return undefined;
  const turns: Turn[] = [];
  for (const entry of entries) {
    const turn = await turnOf(store, entry);
    if (turn !== undefined) turns.push(turn);
  }
  const isWhole = entries.some((entry) => Tail.safeParse(entry).data?.ended.why === null);
  return { ...head, id, turns, isWhole };
}

function headOf(entry: AgentLogEntry): SubagentHead | undefined {
  const { data } = Head.safeParse(entry);
  return data && { type: data.subagent.type, digest: data.subagent.digest, from: entry.id };
}

async function allOf(log: ClosableLog<AgentLogEntry>): Promise<readonly AgentLogEntry[]> {
  try {
    const entries: AgentLogEntry[] = [];
    for await (const entry of readAll(log)) entries.push(entry);
    return entries;
  } finally {
    await log.close();
  }
}

/** For people, from the team's folder. */
export function subagentLogName(me: MemberName, id: SubagentId): string {
  return `agents/${me.toLowerCase()}/sub-${id}.jsonl`;
}

/** The last text of the assistant. */
export function lastWords(turns: readonly Turn[]): string {
  for (const { message } of turns.toReversed()) {
    if (message.role !== "assistant") continue;
    if (typeof message.content === "string") return message.content;
    const texts = message.content.flatMap((block) => (block.type === "text" ? [block.text] : []));
    if (texts.length > 0) return texts.join("\n");
  }
  return "";
}
