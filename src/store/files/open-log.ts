import { TroupeError } from "../../base/errors.ts";
import type { Fs } from "../../base/files.ts";
import { type WatchOptions, watchFolders } from "../../base/watch.ts";
import type { EntryId, Position } from "../../protocol/names.ts";
import type { Decoder } from "../decoder.ts";
import type { Log, TornLine } from "../store.ts";
import type { LogPlace } from "./log-place.ts";
import { createLogReader } from "./log-reader.ts";
import { createLogWriter, type Lock } from "./log-writer.ts";
import { createSegmentFile } from "./segment-file.ts";

/** A log in files, with what its snapshot and its cursor need to check themselves. */
export interface FileLog<E> extends Log<E> {
  /** The checksum of the last entry in front of `position` when that entry is `id`; undefined when it is not. */
  readonly check: (position: Position, id: EntryId) => Promise<number | undefined>;
  readonly close: () => Promise<void>;
}

export interface LogDeps {
  readonly fs: Fs;
  readonly durability: "default" | "power";
  readonly pollMs: number;
  /** Given on a network file system: appends are locked and read back, changes are found by polling alone. */
  readonly lock: Lock | undefined;
  readonly onTorn: (line: TornLine) => void;
}

export function openLog<E extends { readonly id: EntryId }>(
  deps: LogDeps,
  place: LogPlace,
  decoder: Decoder<E>,
): FileLog<E> {
  const { fs, durability, pollMs, lock, onTorn } = deps;
  const writer = createLogWriter({ fs, place, decoder, durability, lock });
  const files = createSegmentFile(fs, place);
  const reader = createLogReader({ fs, place, files, decoder, onTorn, seal: writer.seal });
  return {
    append: writer.append,
    read: reader.read,
    start: reader.start,
    end: reader.end,
    check: reader.check,
    changes: (signal) => changes(place, { pollMs, pollOnly: lock !== undefined }, signal),
    close: async () => {
      await writer.close();
      await reader.close();
    },
  };
}

async function* changes(place: LogPlace, options: WatchOptions, signal: AbortSignal): AsyncGenerator<void> {
  await tryToBegin(place);
  yield* watchFolders([place.folder], options, signal);
}

/**
 * A folder that is not there yet is watched from the next tick on only, and the first message would wait for that. Where
 * it cannot be made, polling finds the log when somebody else has made it, and whoever reads hears of the trouble.
 */
async function tryToBegin(place: LogPlace): Promise<void> {
  try {
    if ((await place.list()).length === 0) await place.makeFirst?.();
  } catch (error) {
    if (!(error instanceof TroupeError)) throw error;
  }
}
