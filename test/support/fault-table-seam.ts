import type { Fs, OpenFile } from "../../src/base/files.ts";
import { nodeFiles } from "../../src/base/node-files.ts";
import { answerOf, badDisk, sameHost } from "../fixtures/fault-answers.mjs";
import { operationNamed, type World } from "../fixtures/fault-operations.mjs";
import { type CellResult, type FaultFolders, faultFolders, runCell } from "./fault-table.ts";
import { sourceParts } from "./fault-table-parts.ts";
import { systemError } from "./store-faulty-fs.ts";
import { wrapFs } from "./wrapped-fs.ts";

/** Errors of the disk, by name and number (Linux). */
export const ERRNOS = {
  ENOSPC: 28,
  EDQUOT: 122,
  EMFILE: 24,
  ENFILE: 23,
  EROFS: 30,
  EACCES: 13,
  EPERM: 1,
  EIO: 5,
  ESTALE: 116,
  ENOLCK: 37,
  EXDEV: 18,
  EINTR: 4,
} as const;
export type Errno = keyof typeof ERRNOS;

/** fails: the call does not happen. loses: it happens, and its answer is an error. cuts: an append lands half and says so. */
export type SeamKind = "fails" | "loses" | "cuts";

export interface SeamFault {
  readonly errno: Errno;
  readonly kind: SeamKind;
  /** Which call of the operation, from 0. */
  readonly at: number;
}

interface CountingFs {
  fs: Fs;
  readonly calls: string[];
  fault: SeamFault | undefined;
  failed: boolean;
}

/** The real disk, each call counted, one of them failing. A file whose closing fails is closed all the same. */
function countingFs(): CountingFs {
  const real = nodeFiles();
  const counting: CountingFs = { fs: real, calls: [], fault: undefined, failed: false };

  async function run<T>(call: string, path: string, job: () => Promise<T>): Promise<T> {
    const { fault } = counting;
    const isIt = fault?.at === counting.calls.length;
    counting.calls.push(call);
    if (!fault || !isIt || (fault.kind === "cuts" && call !== "append")) return job();
    counting.failed = true;
    if (fault.kind === "loses" || call === "close") await job();
    throw systemError(fault.errno, call, path);
  }

  const append = async (file: OpenFile, bytes: Uint8Array): Promise<number> => {
    const { fault } = counting;
    const isCut = fault?.kind === "cuts" && fault.at === counting.calls.length;
    if (!isCut) return run("append", file.path, () => real.append(file, bytes));
    counting.calls.push("append");
    counting.failed = true;
    return real.append(file, bytes.subarray(0, bytes.length >> 1));
  };

  counting.fs = { ...wrapFs(real, run), append };
  return counting;
}

export interface SeamCell extends SeamFault {
  readonly operation: string;
  /** The function of `Fs`. */
  readonly call: string;
  readonly result: CellResult;
}

export interface Seam {
  /** The calls that the operation makes when all goes well, in order. */
  readonly callsOf: (operation: string) => Promise<readonly string[]>;
  readonly cell: (operation: string, call: string, fault: SeamFault) => Promise<SeamCell>;
  readonly remove: () => void;
}

/** The fault table in this process, on `src`: each error at each call of the `Fs`. `bad` is a known-bad build. */
export function openSeam(bad?: string): Seam {
  const folders: FaultFolders = faultFolders({ inMemory: true });
  let world: World | undefined;
  let counting = countingFs();

  async function open(operation: string): Promise<void> {
    counting = countingFs();
    world = {
      parts: sourceParts,
      fs: badDisk(counting.fs, bad),
      host: sameHost(),
      configDir: folders.configDir,
    };
    await operationNamed(operation).open(world);
    counting.calls.length = 0;
  }

  const run = async (operation: string, mark: "first" | "second") => {
    if (!world) throw new Error("open first");
    return answerOf(world, operationNamed(operation), mark, bad);
  };

  return {
    callsOf: async (operation) => {
      await folders.renew(operation);
      await open(operation);
      const answer = await run(operation, "first");
      if (answer.kind !== "done") throw new Error(`${operation} fails by itself: ${JSON.stringify(answer)}`);
      const calls = [...counting.calls];
      await world?.team?.close();
      return calls;
    },
    cell: async (operation, call, fault) => {
      const what = `${fault.kind} ${fault.errno} at call ${fault.at} (${call}) of ${operation}`;
      const errno = fault.kind === "cuts" ? undefined : -ERRNOS[fault.errno];
      const result = await runCell(operation, { what, errno, short: fault.kind === "cuts" }, folders, {
        open,
        runFaulty: async () => {
          counting.fault = fault;
          const answer = await run(operation, "first");
          counting.fault = undefined;
          return { answer, failed: counting.failed };
        },
        run: (mark) => run(operation, mark),
        close: async () => world?.team?.close(),
      });
      return { ...fault, operation, call, result };
    },
    remove: folders.remove,
  };
}

/** For the others it is the same whether the call or its answer is lost. */
const CHANGES = new Set(["append", "create", "rename", "unlink", "mkdir", "rmdir", "sync", "syncFolder"]);

/** Every fault of one call: each error in its place, one in place of its answer, and half an append. */
export function seamFaults(call: string, at: number): readonly SeamFault[] {
  const errnos = Object.keys(ERRNOS) as Errno[];
  return [
    ...errnos.map((errno): SeamFault => ({ errno, kind: "fails", at })),
    ...(CHANGES.has(call) ? (["EIO", "ESTALE"] as const) : []).map(
      (errno): SeamFault => ({ errno, kind: "loses", at }),
    ),
    ...(call === "append" ? [{ errno: "ENOSPC", kind: "cuts", at } as const] : []),
  ];
}
