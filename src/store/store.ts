import type { Entry } from "../protocol/entries.ts";
import type { Cursor, RunFile } from "../protocol/files.ts";
import type { Message } from "../protocol/message.ts";
import type { EntryId, MemberName, Party, Position, SubagentId } from "../protocol/names.ts";

/** An entry and where it ends: reading on from `at` gives what stands behind it. */
export interface Placed<E> {
  readonly entry: E;
  readonly at: Position;
}

/** A complete line that does not count: its writer died in the middle, the disk was full, or it is no entry. */
export interface TornLine {
  readonly path: string;
  /** Byte offset of the line in that file. */
  readonly offset: number;
  readonly bytes: number;
  readonly why: "checksum" | "json" | "schema" | "too_long" | "behind_seal";
}

export interface ReadResult<E> {
  readonly entries: readonly Placed<E>[];
  /** Where to go on. */
  readonly next: Position;
  readonly torn: readonly TornLine[];
  /** False when a chunk limit ended this reading: call again at once. */
  readonly atEnd: boolean;
}

/** Entries appended by everybody, read in the one order that counts. */
export interface Log<E> {
  /**
   * "done": stands in front of any seal and survives kill -9 of anybody. "uncertain" after a short write or a lost
   * answer: it may yet count, append again with the same id. Throws TroupeError (`disk_full`, `state_dir`,
   * `journal_damaged`, `store_unreachable`; cause keeps errno, message names the path) when nothing stands.
   */
  readonly append: (entry: E) => Promise<"done" | "uncertain">;
  /**
   * Entries behind `from`, in order, at most about 1 MB of them. Never waits. Throws `journal_damaged` when the log
   * shrank, was replaced or vanished, and `newer_format` at an entry of a newer version. The same id may come twice:
   * the reader counts it once.
   */
  readonly read: (from: Position) => Promise<ReadResult<E>>;
  /** Where the oldest entry that is still there begins. */
  readonly start: () => Promise<Position>;
  /** Behind the last complete line. */
  readonly end: () => Promise<Position>;
  /** There may be more: a hint to read on, never a count. Also each second. Ends when `signal` aborts; does not throw. */
  readonly changes: (signal: AbortSignal) => AsyncIterable<void>;
}

export interface ClosableLog<E> extends Log<E> {
  readonly close: () => Promise<void>;
}

/** The fold up to a position, a cache. `state` is JSON that only `team/` understands. */
export interface Snapshot {
  /** The version of the fold's rules that made it. */
  readonly fold: number;
  readonly position: Position;
  /** Id of the last entry in front of `position`. */
  readonly lastId: EntryId;
  readonly state: unknown;
}

/** Whatever a member writes about its own life, one writer each. */
export type AgentLogName = "events" | "transcript" | "audit";
export interface AgentLogEntry {
  readonly id: EntryId;
  readonly [key: string]: unknown;
}

/**
 * Everything a team keeps, behind one interface: files, memory for simulations, an engine for several machines later.
 * Knows entries, never a rule.
 */
export interface Store {
  readonly journal: Log<Entry>;
  /** The mailbox of a party; made at its first use. */
  readonly mailbox: (owner: Party) => Log<Message>;
  readonly agentLog: (member: MemberName, log: AgentLogName) => Log<AgentLogEntry>;
  /** What a subagent of that member says and hears. Opened for one run: whoever opens it closes it. */
  readonly subagentLog: (member: MemberName, id: SubagentId) => ClosableLog<AgentLogEntry>;
  /** Every subagent of that member that has a log, in no order. Throws `state_dir` when they cannot be listed. */
  readonly subagents: (member: MemberName) => Promise<readonly SubagentId[]>;
  readonly snapshot: SnapshotCache;
  readonly cursor: (owner: Party) => CursorFile;
  readonly presence: Presence;
  readonly bodies: Bodies;
  /** Negative when `one` stands in front of `other` in the same log, 0 when they are the same place. */
  readonly compare: (one: Position, other: Position) => number;
  /** What was skipped so far in any log of this store, for `doctor` and status. */
  readonly torn: () => readonly TornLine[];
  /** Closes files and watchers. */
  readonly close: () => Promise<void>;
}

export interface SnapshotCache {
  /** The last snapshot whose marks match the journal; undefined when there is none that can be trusted. */
  readonly load: (fold: number) => Promise<Snapshot | undefined>;
  readonly save: (snapshot: Snapshot) => Promise<void>;
}

export interface CursorFile {
  /** Undefined when missing, unreadable, or when its marks do not match the mailbox (it is ahead of the log). */
  readonly load: () => Promise<Cursor | undefined>;
  readonly save: (cursor: Cursor) => Promise<void>;
}

/** Who lives now. `undefined` as name is the supervisor. */
export interface Presence {
  readonly write: (run: RunFile) => Promise<void>;
  readonly read: (member: MemberName | undefined) => Promise<RunFile | undefined>;
  /** Removes the file when it still names that instance. */
  readonly remove: (member: MemberName | undefined, instance: string) => Promise<void>;
}

/** Bodies of large messages, named by the sha256 of their UTF-8 bytes. */
export interface Bodies {
  /** Writes it (temp + rename) unless it is there; answers its name. */
  readonly put: (text: string) => Promise<string>;
  readonly get: (name: string) => Promise<string | undefined>;
}
