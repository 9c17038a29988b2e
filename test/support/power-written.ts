import { isRecord } from "../../src/base/is-record.ts";
import type { Call } from "./power-calls.ts";

/** What was appended, as it stood in the calls. */
export interface Written {
  /** Each entry in `canonical` form, by its id. */
  readonly lines: ReadonlyMap<string, string>;
  /** Ids of each log (`journal`, `mail/bob`) in the order that counts, each once. */
  readonly order: ReadonlyMap<string, readonly string[]>;
  /** The line that the journal begins with. */
  readonly firstLine: Buffer;
}

interface Segment {
  readonly ids: string[];
  isSealed: boolean;
}

const SEGMENT = /\/(journal|mail\/[^/]+|agents\/[^/]+)\/(?:(\d+)|transcript|events)\.jsonl$/;

export function writtenIn(calls: readonly Call[]): Written {
  const handles = new Map<number, string>();
  const lines = new Map<string, string>();
  const logs = new Map<string, Map<number, Segment>>();
  let firstLine: Buffer = Buffer.alloc(0);

  function take(path: string, bytes: Buffer): void {
    const [, log, number = "1"] = SEGMENT.exec(path) ?? [];
    if (log === undefined) return;
    if (firstLine.length === 0 && log === "journal") firstLine = bytes;
    const segment = segmentOf(logs, log, Number(number));
    for (const line of bytes.toString().split("\n").filter(Boolean)) {
      const entry = parseLine(line);
      const { id } = entry;
      if (typeof id !== "string") segment.isSealed = true;
      else if (!segment.isSealed) {
        lines.set(id, canonical(entry));
        segment.ids.push(id);
      }
    }
  }

  for (const call of calls) {
    if (call.kind === "open") handles.set(call.handle, call.path);
    else if (call.kind === "append") take(handles.get(call.handle) ?? "", call.bytes);
    else if (call.kind === "create") take(call.path, call.bytes);
  }
  return { lines, order: new Map([...logs].map(([log, segments]) => [log, idsOf(segments)])), firstLine };
}

function segmentOf(logs: Map<string, Map<number, Segment>>, log: string, number: number): Segment {
  const segments = logs.get(log) ?? new Map<number, Segment>();
  const segment = segments.get(number) ?? { ids: [], isSealed: false };
  logs.set(log, segments.set(number, segment));
  return segment;
}

function idsOf(segments: ReadonlyMap<number, Segment>): readonly string[] {
  const ordered = [...segments].toSorted(([one], [other]) => one - other);
  return [...new Set(ordered.flatMap(([, { ids }]) => ids))];
}

/** A line of a log without its checksum. */
export function parseLine(line: string): Record<string, unknown> {
  const value: unknown = JSON.parse(line);
  if (!isRecord(value)) throw new Error(`no entry: ${line}`);
  const { c: _, ...entry } = value;
  return entry;
}

/** JSON with its keys in one order. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isRecord(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
