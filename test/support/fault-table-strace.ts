import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Answer } from "../fixtures/fault-answers.mjs";
import { type CellResult, faultFolders, runCell } from "./fault-table.ts";
import { type Obedient, startObedient } from "./fault-table-process.ts";
import { ERRNOS, type Errno } from "./fault-table-seam.ts";
import { attachStrace, tracedCalls } from "./strace.ts";

/** System calls on files that a team's folder sees. `write` is injected by path alone: on libuv's own pipes it ends node. */
const CALLS = [
  "openat",
  "read",
  "pread64",
  "write",
  "pwrite64",
  "fstat",
  "newfstatat",
  "statx",
  "rename",
  "unlink",
  "mkdir",
  "rmdir",
  "getdents64",
  "fdatasync",
  "fsync",
  "close",
  "chmod",
  "fchmod",
  "utimensat",
] as const;

export interface SystemCell {
  readonly operation: string;
  readonly call: string;
  /** From 1: the how-manieth of these calls on the team's folder. */
  readonly nth: number;
  readonly fault: Errno | "short";
}

const SHORT_WRITE_BYTES = 3;

/** Every cell of one operation; a short write is told of logs alone: what it says of another file would be a lie. */
export function cellsOf(operation: string, { counts, logWrites }: CountedCalls): readonly SystemCell[] {
  const errnos = Object.keys(ERRNOS) as Errno[];
  const short = logWrites.map((nth): SystemCell => ({ operation, call: "write", nth, fault: "short" }));
  const failing = [...counts].flatMap(([call, count]) =>
    Array.from({ length: count }, (_, index) => index + 1).flatMap((nth) =>
      errnos.map((fault): SystemCell => ({ operation, call, nth, fault })),
    ),
  );
  return [...failing, ...short];
}

/** The system calls of an operation, and what strace has to be told to see these alone. */
export interface CountedCalls {
  /** How often each comes in one thread at most: strace counts for each of them, and may so make two calls fail. */
  readonly counts: ReadonlyMap<string, number>;
  /** Which of the writes go to a log. */
  readonly logWrites: readonly number[];
  readonly paths: readonly string[];
}

export interface StraceTable {
  readonly count: (operation: string) => Promise<CountedCalls>;
  readonly cell: (cell: SystemCell, counted: CountedCalls) => Promise<CellResult>;
  /** The operation with a limit for the size of a file (RLIMIT_FSIZE): the kernel itself cuts a write short there. */
  readonly limited: (operation: string, bytes: number) => Promise<CellResult>;
  readonly remove: () => Promise<void>;
}

/** The file of a new team is written where nobody sees it yet, until it is whole. */
function isLog(path: string): boolean {
  return path.endsWith(".jsonl") && !path.includes("/.new-");
}

/** A cell's process leaks a descriptor where a `close` was made to fail: it lives for so many cells. */
const CELLS_PER_PROCESS = 300;

/** The fault table on the build: a process does the operation while strace makes one of its system calls fail. */
export function openStraceTable(bad?: string): StraceTable {
  const folders = faultFolders();
  const output = join(folders.configDir, "..", "strace.out");
  let running: Obedient | undefined;
  let cells = 0;

  async function stop(): Promise<void> {
    await running?.end();
    running = undefined;
  }

  async function process(): Promise<Obedient> {
    if (running && (!running.isAlive() || cells % CELLS_PER_PROCESS === 0)) await stop();
    running ??= await startObedient();
    return running;
  }

  /** Runs "first" under strace. The process names its temporary files by its number. */
  async function traced(one: Obedient, options: readonly string[]): Promise<Answer> {
    const tracing = await attachStrace(one.pid, output, options);
    try {
      return await one.ask({ do: "run", mark: "first" });
    } finally {
      await tracing.end();
    }
  }

  return {
    count: async (operation) => {
      const one = await process();
      await folders.renew(operation);
      await one.ask({ do: "open", operation, configDir: folders.configDir, bad });
      const answer = await traced(one, ["-y", "-e", `trace=${CALLS.join(",")}`]);
      await one.ask({ do: "close" });
      if (answer.kind !== "done") throw new Error(`${operation} fails by itself: ${JSON.stringify(answer)}`);
      const ofThreads = new Map<string, number>();
      const counts = new Map<string, number>();
      const paths = new Set<string>();
      const logWrites: number[] = [];
      for (const { thread, call, paths: all } of tracedCalls(readFileSync(output, "utf8"))) {
        const ours = all.filter((path) => path.startsWith(folders.configDir));
        if (ours.length === 0) continue;
        const count = (ofThreads.get(`${thread} ${call}`) ?? 0) + 1;
        ofThreads.set(`${thread} ${call}`, count);
        counts.set(call, Math.max(count, counts.get(call) ?? 0));
        if (call === "write" && ours.some(isLog)) logWrites.push(count);
        for (const path of ours) paths.add(path.replaceAll(`.${one.pid}-`, ".PID-"));
      }
      return { counts, logWrites, paths: [...paths] };
    },
    cell: async ({ operation, call, nth, fault }, { paths }) => {
      cells++;
      const one = await process();
      const errno = fault === "short" ? undefined : -ERRNOS[fault];
      const how = fault === "short" ? `retval=${SHORT_WRITE_BYTES}` : `error=${fault}`;
      const what = `${how} at ${call} ${nth} of ${operation}`;
      const told = paths.flatMap((path) => ["-P", path.replaceAll(".PID-", `.${one.pid}-`)]);
      const result = await runCell(operation, { what, errno, short: fault === "short" }, folders, {
        open: async () => void (await one.ask({ do: "open", operation, configDir: folders.configDir, bad })),
        runFaulty: async () => {
          const options = ["-e", `trace=${call}`, "-e", `inject=${call}:${how}:when=${nth}`, ...told];
          const answer = await traced(one, options);
          const failed = tracedCalls(readFileSync(output, "utf8")).some(({ isInjected }) => isInjected);
          return { answer, failed };
        },
        run: (mark) => one.ask({ do: "run", mark }),
        close: async () => void (await one.ask({ do: "close" })),
      });
      // libuv takes it for a system without statx, and asks by fstat from then on.
      if (call === "statx" && fault === "EPERM") await stop();
      return result;
    },
    limited: async (operation, bytes) => {
      cells++;
      const one = await process();
      const limit = (most: number | "unlimited"): void =>
        void execFileSync("prlimit", ["--pid", String(one.pid), `--fsize=${most}:unlimited`]);
      const what = `no file longer than ${bytes} bytes during ${operation}`;
      return runCell(operation, { what, errno: -27, short: true }, folders, {
        open: async () => void (await one.ask({ do: "open", operation, configDir: folders.configDir, bad })),
        runFaulty: async () => {
          limit(bytes);
          const answer = await one.ask({ do: "run", mark: "first" });
          limit("unlimited");
          return { answer, failed: true };
        },
        run: (mark) => one.ask({ do: "run", mark }),
        close: async () => void (await one.ask({ do: "close" })),
      });
    },
    remove: async () => {
      await stop();
      folders.remove();
    },
  };
}
