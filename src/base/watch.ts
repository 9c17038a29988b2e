import { type FSWatcher, watch } from "node:fs";
import { isSystemError } from "./disk-error.ts";
import { hints } from "./hints.ts";

export interface WatchOptions {
  /** Milliseconds between two looks that need no hint. */
  readonly pollMs: number;
  /** Called once when watching is not possible and polling has to do; for the log. */
  readonly onDegraded?: (error: NodeJS.ErrnoException) => void;
  /** Where watches never fire (network file systems): polling alone. */
  readonly pollOnly?: boolean;
}

/**
 * Says "look again" when something in one of the folders may have changed, and each `pollMs` whatever happens: watching
 * is a hint, polling the truth. Folders are watched, never files, which go deaf after a rename. A folder that is not
 * there yet is watched from the tick on at which it is. Ends when `signal` aborts; does not throw.
 */
export function watchFolders(
  paths: readonly string[],
  options: WatchOptions,
  signal: AbortSignal,
): AsyncGenerator<void, void, void> {
  return hints((hint) => {
    const watchers = new Map<string, FSWatcher>();
    let isDegraded = options.pollOnly ?? false;
    const degrade = (error: NodeJS.ErrnoException): void => {
      if (isDegraded) return;
      isDegraded = true;
      options.onDegraded?.(error);
    };
    const attach = (): void => {
      for (const path of paths) {
        if (!isDegraded && !watchers.has(path)) attachOne(path, { watchers, hint, degrade });
      }
    };
    attach();
    const tick = (): void => {
      attach();
      hint();
      timer = setTimeout(tick, untilNextTick(options.pollMs));
    };
    let timer = setTimeout(tick, untilNextTick(options.pollMs));
    return () => {
      clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.close();
    };
  }, signal);
}

/**
 * Milliseconds until this process's next multiple of `periodMs`: what a process does at intervals falls together, since
 * waking it costs more than looking does, and two processes have begun at different moments.
 */
export function untilNextTick(periodMs: number): number {
  const now = performance.now();
  // A timer may fire a moment early: that was this tick, and not the one before it.
  const ticks = Math.floor(now / periodMs + 0.01);
  return (ticks + 1) * periodMs - now;
}

interface Attaching {
  readonly watchers: Map<string, FSWatcher>;
  readonly hint: () => void;
  readonly degrade: (error: NodeJS.ErrnoException) => void;
}

function attachOne(path: string, { watchers, hint, degrade }: Attaching): void {
  try {
    const watcher = watch(path, { persistent: false }, hint);
    watcher.on("error", (error) => {
      watcher.close();
      watchers.delete(path);
      if (isSystemError(error)) degrade(error);
    });
    watchers.set(path, watcher);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    // Not there yet is no reason to give up; used-up watches (EMFILE, ENOSPC) and anything else are.
    if (error.code !== "ENOENT") degrade(error);
  }
}
