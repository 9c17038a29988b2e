import { readWhole, replaceFile } from "../../base/atomic-file.ts";
import type { Fs } from "../../base/files.ts";
import { EntryId } from "../../protocol/names.ts";
import { decodeLine, encodeLine } from "../line-codec.ts";
import { parsePosition, positionOf } from "../position.ts";
import type { Snapshot, SnapshotCache } from "../store.ts";
import { damaged } from "./log-place.ts";
import type { FileLog } from "./open-log.ts";

/** A fold this large is not worth its snapshot. */
const MAX_BYTES = 512 * 1024 * 1024;

/**
 * `journal/snapshot.json`: one line of the log's own codec, so that it carries its checksum, and the checksum of the
 * last line it includes. Whatever does not match is as good as no snapshot: the fold starts at the beginning.
 */
export function openSnapshotFile(
  fs: Fs,
  path: string,
  journal: Pick<FileLog<unknown>, "check">,
): SnapshotCache {
  return {
    load: async (fold) => {
      const bytes = await readWhole(fs, path, MAX_BYTES);
      const found = bytes && parse(bytes, fold);
      if (!found) return undefined;
      const { snapshot, lastChecksum } = found;
      return (await journal.check(snapshot.position, snapshot.lastId)) === lastChecksum
        ? snapshot
        : undefined;
    },
    save: async (snapshot) => {
      const lastChecksum = await journal.check(snapshot.position, snapshot.lastId);
      if (lastChecksum === undefined) {
        throw damaged(path, `is not written: no entry ${snapshot.lastId} stands at ${snapshot.position}`);
      }
      const { fold, position, lastId, state } = snapshot;
      const line = encodeLine(JSON.stringify({ v: 1, fold, position, lastId, lastChecksum, state }));
      await replaceFile(fs, path, line.subarray(1));
    },
  };
}

function parse(bytes: Buffer, fold: number): { snapshot: Snapshot; lastChecksum: number } | undefined {
  if (bytes.at(-1) !== 10) return undefined;
  const line = decodeLine(bytes, 0, bytes.length - 1);
  if (!line.ok || line.value["v"] !== 1 || line.value["fold"] !== fold) return undefined;
  const { position, lastId: id, lastChecksum, state } = line.value;
  const place = typeof position === "string" ? parsePosition(position) : undefined;
  const lastId = EntryId.safeParse(id);
  // Without one, a place that does not check out would look like one that does.
  if (!place || !lastId.success || typeof lastChecksum !== "number") return undefined;
  const snapshot = { fold, position: positionOf(place.segment, place.offset), lastId: lastId.data, state };
  return { snapshot, lastChecksum };
}
