import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { isErrno } from "../../src/base/errors.ts";

/** What a process holds at one moment. */
export interface ProcessSample {
  readonly rssMb: number;
  readonly descriptors: number;
  /** inotify watches, all instances together. */
  readonly watches: number;
}

/** The words of a process's command line; [] when it is gone. */
export function commandOf(pid: number): readonly string[] {
  return (seen(() => readFileSync(`/proc/${pid}/cmdline`, "utf8")) ?? "").split("\0").slice(0, -1);
}

/** Undefined when the process is gone. Source: proc(5), inotify(7). */
export function sampleProcess(pid: number): ProcessSample | undefined {
  return seen(() => {
    const rss = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    if (rss === undefined) return undefined;
    const descriptors = readdirSync(`/proc/${pid}/fd`);
    const watches = descriptors.reduce((sum, fd) => sum + watchesOf(pid, fd), 0);
    return { rssMb: Number(rss) / 1024, descriptors: descriptors.length, watches };
  });
}

function watchesOf(pid: number, fd: string): number {
  return (
    seen(() =>
      readlinkSync(`/proc/${pid}/fd/${fd}`) === "anon_inode:inotify"
        ? readFileSync(`/proc/${pid}/fdinfo/${fd}`, "utf8").split("\ninotify wd:").length - 1
        : 0,
    ) ?? 0
  );
}

function seen<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (isErrno(error, "ENOENT", "ESRCH", "EACCES")) return undefined;
    throw error;
  }
}

/** Files and bytes below a team's folder, by kind of file. */
export type FolderSample = Readonly<Record<string, { readonly files: number; readonly bytes: number }>>;

const KINDS: readonly (readonly [string, RegExp])[] = [
  ["journal", /\/journal\/\d+\.jsonl$/],
  ["snapshot", /\/snapshot\.json$/],
  ["mail", /\/mail\/.*\.jsonl$/],
  ["cursor", /\/cursor\.json$/],
  ["transcript", /\/transcript\.jsonl$/],
  ["events", /\/events\.jsonl$/],
  ["output", /\/output\.log$/],
  ["run", /\/run\.json$/],
  ["body", /\/bodies\/[0-9a-f]{64}$/],
];

export function sampleFolder(folder: string): FolderSample {
  const found: Record<string, { files: number; bytes: number }> = {};
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    const size = seen(() => statSync(path).size);
    if (size === undefined) continue;
    const kind = KINDS.find(([, pattern]) => pattern.test(path))?.[0] ?? "other";
    const sum = (found[kind] ??= { files: 0, bytes: 0 });
    sum.files += 1;
    sum.bytes += size;
  }
  return found;
}

/** Slope of a line through the points by least squares, per unit of x; 0 for fewer than two points. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const width = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (n < 2 || width === 0) return 0;
  return points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / width;
}

/** The value below which a share `q` of them lies; 0 when there are none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}

/** n, p50, p99 and max, rounded to whole units. */
export function spread(values: readonly number[]): Readonly<Record<"n" | "p50" | "p99" | "max", number>> {
  return {
    n: values.length,
    p50: Math.round(quantile(values, 0.5)),
    p99: Math.round(quantile(values, 0.99)),
    max: Math.round(quantile(values, 1)),
  };
}
