import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { z } from "zod";

/** A line of a log, as it stands: only what every log has. */
const Line = z.looseObject({ id: z.string().optional(), op: z.string().optional() });
export type Line = z.infer<typeof Line>;

export interface Counted {
  readonly id: string;
  readonly line: Line;
}

export interface Torn {
  readonly log: string;
  readonly offset: number;
  /** The instance that wrote it, when its first bytes tell. */
  readonly writer: string | undefined;
}

/** What a team's folder says, read without any of the store's code. */
export interface Evidence {
  /** Entries that count, in order, each id once, by log: `journal`, `mail/<name>`. */
  readonly logs: ReadonlyMap<string, readonly Counted[]>;
  /** Ids in the transcript of a mailbox's owner, in the order they were written, by log. */
  readonly transcripts: ReadonlyMap<string, readonly string[]>;
  /** Ids that stand only behind a seal, by log. */
  readonly behindSeal: ReadonlyMap<string, ReadonlySet<string>>;
  readonly torn: readonly Torn[];
  /** JSON files that do not parse, body files that are not what their name says. */
  readonly broken: readonly string[];
  /** Temporary files and locks. */
  readonly leftovers: readonly string[];
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** CRC-32C (Castagnoli), bit by table: on purpose not the one under test. Source: RFC 3720, B.4. */
export function crc32cOf(bytes: Uint8Array): string {
  let crc = 0xffffffff;
  for (let at = 0; at < bytes.length; at++)
    crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
}

const CHECKSUM = /,"c":"([0-9a-f]{8})"\}$/;
const CHECKSUM_BYTES = ',"c":"00000000"}'.length;

/** The entry of a whole line, undefined when the line is torn. */
function parseLine(bytes: Uint8Array): Line | undefined {
  const text = Buffer.from(bytes).toString("utf8");
  const sum = CHECKSUM.exec(text)?.[1];
  if (sum !== crc32cOf(bytes.subarray(0, bytes.length - CHECKSUM_BYTES))) return undefined;
  return Line.parse(JSON.parse(text));
}

interface PlacedLine {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Lines between newlines; blank ones are framing. What stands behind the last newline is a line too: nobody writes any more. */
function linesOf(bytes: Uint8Array): PlacedLine[] {
  const lines: PlacedLine[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const newline = bytes.indexOf(10, offset);
    const end = newline === -1 ? bytes.length : newline;
    if (end > offset) lines.push({ offset, bytes: bytes.subarray(offset, end) });
    offset = end + 1;
  }
  return lines;
}

/** Ids and texts of the workers name the process life; a line may be torn in front of either. A product's id names none. */
function writerOf(head: string): string | undefined {
  return /"by-([^ "]+) /.exec(head)?.[1] ?? /"id":"(?!product-)([^".]+)\./.exec(head)?.[1];
}

const LOG_FILE = /^[1-9]\d*\.jsonl$/;

interface LogEvidence {
  readonly counted: readonly Counted[];
  readonly behind: ReadonlySet<string>;
  readonly torn: readonly Torn[];
}

function readLog(folder: string, log: string): LogEvidence {
  const segments = readdirSync(folder)
    .filter((name) => LOG_FILE.test(name))
    .toSorted((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10));
  return readSegments(folder, log, segments);
}

function readSegments(folder: string, log: string, segments: readonly string[]): LogEvidence {
  const counted = new Map<string, Counted>();
  const behind = new Set<string>();
  const torn: Torn[] = [];
  for (const segment of segments) {
    let sealed = false;
    for (const { offset, bytes } of linesOf(readFileSync(join(folder, segment)))) {
      const line = parseLine(bytes);
      if (!line) {
        const head = Buffer.from(bytes.subarray(0, 400)).toString("latin1");
        torn.push({ log: `${log}/${segment}`, offset, writer: writerOf(head) });
      } else if (line.op === "seal") sealed = true;
      else if (line.id !== undefined && sealed) behind.add(line.id);
      else if (line.id !== undefined && !counted.has(line.id)) counted.set(line.id, { id: line.id, line });
    }
  }
  for (const id of counted.keys()) behind.delete(id);
  return { counted: [...counted.values()], behind, torn };
}

function brokenFile(path: string): string | undefined {
  const bytes = readFileSync(path);
  if (path.includes("/bodies/")) {
    const name = createHash("sha256").update(bytes).digest("hex");
    return path.endsWith(name) ? undefined : `${path} does not hold what its name says`;
  }
  if (!path.endsWith(".json")) return undefined;
  try {
    JSON.parse(bytes.toString("utf8"));
    return undefined;
  } catch (error) {
    return `${path}: ${String(error)}`;
  }
}

function isOurs(path: string): boolean {
  return (
    LOG_FILE.test(path.slice(path.lastIndexOf("/") + 1)) ||
    /\/(snapshot|cursor|run)\.json$/.test(path) ||
    /\/bodies\/[0-9a-f]{64}$/.test(path) ||
    /\/(events|transcript|audit|dead|output)\.(jsonl|log)$/.test(path)
  );
}

function foldersIn(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/** Reads a team's folder after everything has come to rest. */
export function readEvidence(teamDir: string): Evidence {
  const logs = new Map<string, readonly Counted[]>();
  const behindSeal = new Map<string, ReadonlySet<string>>();
  const transcripts = new Map<string, readonly string[]>();
  const torn: Torn[] = [];
  for (const name of foldersIn(join(teamDir, "agents"))) {
    const folder = join(teamDir, "agents", name);
    if (existsSync(join(folder, "events.jsonl"))) {
      const read = readSegments(folder, `agents/${name}`, ["events.jsonl"]);
      logs.set(`agents/${name}/events`, read.counted);
      torn.push(...read.torn);
    }
    if (!existsSync(join(folder, "transcript.jsonl"))) continue;
    const read = readSegments(folder, `agents/${name}`, ["transcript.jsonl"]);
    transcripts.set(
      `mail/${name}`,
      read.counted.map(({ id }) => id),
    );
    // The ids in it are those of messages and do not name its writer.
    torn.push(...read.torn.map((line) => ({ ...line, writer: undefined })));
  }
  for (const log of ["journal", ...foldersIn(join(teamDir, "mail")).map((name) => `mail/${name}`)]) {
    const read = readLog(join(teamDir, log), log);
    logs.set(log, read.counted);
    behindSeal.set(log, read.behind);
    torn.push(...read.torn);
  }
  const files = readdirSync(teamDir, { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  return {
    logs,
    transcripts,
    behindSeal,
    torn,
    broken: paths.filter(isOurs).flatMap((path) => brokenFile(path) ?? []),
    leftovers: paths.filter((path) => !isOurs(path)).map((path) => relative(teamDir, path)),
  };
}
