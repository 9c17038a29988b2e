import type { Fs, OpenFile } from "../../src/base/files.ts";
import { nodeFiles } from "../../src/base/node-files.ts";
import { type Disk, nodeDisk } from "../../src/runtime/repair-disk.ts";
import { wrapFs } from "./wrapped-fs.ts";

/** Calls that change the disk: dying before any other leaves the disk that the next of these finds. */
const CHANGES = new Set(["openAppend", "append", "create", "rename", "unlink", "mkdir", "rmdir", "restrict"]);

/** Where a process dies: before its change number `at`, or, with `half`, in the middle of it. */
export interface Death {
  readonly at: number;
  readonly half: boolean;
}

export interface DyingFs {
  readonly fs: Fs;
  readonly disk: Disk;
  /** The changes so far, "create /path". */
  readonly changes: readonly string[];
  /** Settles when the process is dead: no call of it comes back from then on. */
  readonly dead: Promise<void>;
  /** As the kernel does for the dead. */
  readonly closeAll: () => Promise<void>;
}

/** The real disk as seen by a process that is killed at one of its calls; never, without `death`. */
export function dyingFs(death?: Death): DyingFs {
  const real = nodeFiles();
  const changes: string[] = [];
  const open = new Set<OpenFile>();
  let isDead = false;
  const end = new AbortController();
  const dead = new Promise<void>((resolve) => {
    end.signal.addEventListener("abort", () => resolve());
  });
  const never = new Promise<never>(() => undefined);

  async function call<T>(
    name: string,
    path: string,
    job: () => Promise<T>,
    half?: () => Promise<unknown>,
  ): Promise<T> {
    if (isDead) return never;
    if (CHANGES.has(name)) changes.push(`${name} ${path}`);
    if (CHANGES.has(name) && changes.length === death?.at) {
      isDead = true;
      if (death.half) await half?.();
      end.abort();
      return never;
    }
    return job();
  }

  const opened = async (job: Promise<OpenFile>): Promise<OpenFile> => {
    const file = await job;
    open.add(file);
    return file;
  };
  const fs: Fs = {
    ...wrapFs(real, call),
    openAppend: (path) => call("openAppend", path, () => opened(real.openAppend(path))),
    openRead: (path) => call("openRead", path, () => opened(real.openRead(path))),
    close: (file) =>
      call("close", file.path, () => {
        open.delete(file);
        return real.close(file);
      }),
    append: (file, bytes) =>
      call(
        "append",
        file.path,
        () => real.append(file, bytes),
        () => real.append(file, halfOf(bytes)),
      ),
    create: (path, bytes) =>
      call(
        "create",
        path,
        () => real.create(path, bytes),
        () => real.create(path, halfOf(bytes)),
      ),
  };
  const { space, restrict } = nodeDisk();
  return {
    fs,
    disk: { space, restrict: (path) => call("restrict", path, () => restrict(path)) },
    changes,
    dead,
    closeAll: async () => {
      for (const file of open) await real.close(file);
    },
  };
}

function halfOf(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, Math.trunc(bytes.length / 2));
}
