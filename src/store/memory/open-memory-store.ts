import { TroupeError } from "../../base/errors.ts";
import { hints } from "../../base/hints.ts";
import type { Entry } from "../../protocol/entries.ts";
import { Cursor, type Mark, RunFile } from "../../protocol/files.ts";
import {
  type EntryId,
  type MemberName,
  type Party,
  type Position,
  SubagentId,
} from "../../protocol/names.ts";
import { bodyOf } from "../body-of.ts";
import { agentLogDecoder, type Decoder, journalDecoder, mailDecoder } from "../decoder.ts";
import { encodeEntry } from "../encode-entry.ts";
import { decodeLine } from "../line-codec.ts";
import { comparePositions, placeOf, positionOf } from "../position.ts";
import type { Log, Placed, Presence, Snapshot, Store } from "../store.ts";

/** Entries one reading answers at most. */
const CHUNK = 256;

/** What the stores of several simulated processes share. Values are kept as text or frozen: nobody changes another's. */
export interface MemoryDisk {
  readonly logs: Map<string, MemoryLog>;
  readonly files: Map<string, string>;
  snapshot: Snapshot | undefined;
}

interface Line {
  readonly id: EntryId;
  readonly value: Record<string, unknown>;
}
interface MemoryLog {
  readonly lines: Line[];
  readonly listeners: Set<() => void>;
}

/** A team in memory whose journal begins with `first`. */
export function createMemoryDisk(first: Entry): MemoryDisk {
  const disk: MemoryDisk = { logs: new Map(), files: new Map(), snapshot: undefined };
  appendLine(logOf(disk, "journal"), first, journalDecoder);
  return disk;
}

/** One process's view of a team in memory; several stores on one disk are several processes. */
export function openMemoryStore(disk: MemoryDisk): Store {
  return {
    journal: openLog(logOf(disk, "journal"), journalDecoder),
    mailbox: (owner) => openLog(logOf(disk, mailboxKey(owner)), mailDecoder),
    agentLog: (member, log) => openLog(logOf(disk, `${log}/${member.toLowerCase()}`), agentLogDecoder),
    subagentLog: (member, id) => ({
      ...openLog(logOf(disk, `${subagentKey(member)}${id}`), agentLogDecoder),
      close: () => Promise.resolve(),
    }),
    subagents: async (member) => {
      const front = subagentKey(member);
      const keys = [...disk.logs.keys()].filter(
        (key) => key.startsWith(front) && disk.logs.get(key)?.lines.length,
      );
      return keys.map((key) => SubagentId.parse(key.slice(front.length)));
    },
    snapshot: {
      load: (fold) => Promise.resolve(loadSnapshot(disk, fold)),
      save: async (snapshot) => {
        disk.snapshot = structuredClone(snapshot);
      },
    },
    cursor: (owner) => ({
      load: () => Promise.resolve(loadCursor(disk, owner)),
      save: async (cursor) => {
        disk.files.set(`cursor/${owner.toLowerCase()}`, JSON.stringify(cursor));
      },
    }),
    presence: openPresence(disk.files),
    bodies: {
      put: async (text) => {
        const { name, bytes } = bodyOf(text);
        disk.files.set(`bodies/${name}`, bytes.toString());
        return name;
      },
      get: (name) => Promise.resolve(disk.files.get(`bodies/${name}`)),
    },
    compare: comparePositions,
    torn: () => [],
    close: () => Promise.resolve(),
  };
}

function mailboxKey(owner: Party): string {
  return `mail/${owner.toLowerCase()}`;
}

function subagentKey(member: MemberName): string {
  return `sub/${member.toLowerCase()}/`;
}

function logOf(disk: MemoryDisk, key: string): MemoryLog {
  let log = disk.logs.get(key);
  if (!log) {
    log = { lines: [], listeners: new Set() };
    disk.logs.set(key, log);
  }
  return log;
}

/** Through the bytes of the file store, so that both refuse and keep the same. */
function appendLine<E extends { readonly id: EntryId }>(log: MemoryLog, entry: E, decoder: Decoder<E>): void {
  const bytes = encodeEntry(entry, decoder);
  const decoded = decodeLine(bytes, 1, bytes.length - 1);
  if (!decoded.ok) throw new Error(`a line that was just encoded does not decode: ${decoded.why}`);
  deepFreeze(decoded.value);
  log.lines.push({ id: entry.id, value: decoded.value });
  for (const hint of log.listeners) hint();
}

function deepFreeze(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  Object.values(value).forEach(deepFreeze);
  Object.freeze(value);
}

function openLog<E extends { readonly id: EntryId }>(log: MemoryLog, decoder: Decoder<E>): Log<E> {
  return {
    append: async (entry) => {
      appendLine(log, entry, decoder);
      return "done";
    },
    read: async (from) => {
      const first = offsetIn(log, from);
      const last = Math.min(log.lines.length, first + CHUNK);
      const entries: Placed<E>[] = [];
      for (const [index, line] of log.lines.slice(first, last).entries()) {
        const decoded = decoder.decode(line.value);
        if (decoded.ok) entries.push({ entry: decoded.entry, at: positionOf(1, first + index + 1) });
      }
      return { entries, next: positionOf(1, last), torn: [], atEnd: last === log.lines.length };
    },
    start: () => Promise.resolve(positionOf(1, 0)),
    end: () => Promise.resolve(positionOf(1, log.lines.length)),
    changes: (signal) =>
      hints((hint) => {
        log.listeners.add(hint);
        return () => log.listeners.delete(hint);
      }, signal),
  };
}

function offsetIn(log: MemoryLog, from: Position): number {
  const { offset } = placeOf(from);
  if (offset > log.lines.length) {
    throw new TroupeError("journal_damaged", `the log has ${log.lines.length} entries, ${offset} were read`);
  }
  return offset;
}

function stands(log: MemoryLog, { position, id }: { position: Position; id: EntryId | null }): boolean {
  const { offset } = placeOf(position);
  return id === null ? offset === 0 : log.lines[offset - 1]?.id === id;
}

function loadSnapshot(disk: MemoryDisk, fold: number): Snapshot | undefined {
  const { snapshot } = disk;
  if (snapshot?.fold !== fold) return undefined;
  const mark: Mark = { position: snapshot.position, id: snapshot.lastId };
  return stands(logOf(disk, "journal"), mark) ? structuredClone(snapshot) : undefined;
}

function loadCursor(disk: MemoryDisk, owner: Party): Cursor | undefined {
  const text = disk.files.get(`cursor/${owner.toLowerCase()}`);
  if (text === undefined) return undefined;
  const cursor = Cursor.parse(JSON.parse(text));
  const log = logOf(disk, mailboxKey(owner));
  return stands(log, cursor.delivered) && stands(log, cursor.read) ? cursor : undefined;
}

function openPresence(files: Map<string, string>): Presence {
  const read = (member: string | undefined): RunFile | undefined => {
    const text = files.get(runKey(member));
    return text === undefined ? undefined : RunFile.parse(JSON.parse(text));
  };
  return {
    write: async (run) => {
      files.set(runKey(run.member ?? undefined), JSON.stringify(run));
    },
    read: (member) => Promise.resolve(read(member)),
    remove: async (member, instance) => {
      if (read(member)?.instance === instance) files.delete(runKey(member));
    },
  };
}

/** The supervisor has the empty name, which no member has. */
function runKey(member: string | undefined): string {
  return `run/${member?.toLowerCase() ?? ""}`;
}
