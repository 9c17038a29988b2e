import type { Fs } from "../../base/files.ts";
import { withLock } from "../../base/lock.ts";
import { networkFileSystem } from "../../base/network-file-system.ts";
import type { TeamPaths } from "../../protocol/paths.ts";
import { comparePositions } from "../position.ts";
import type { Store, TornLine } from "../store.ts";
import { openBodies } from "./body-files.ts";
import { checkTeamFolders } from "./check-folder.ts";
import { openLogs } from "./open-logs.ts";
import { openPresence } from "./presence-files.ts";
import { openSnapshotFile } from "./snapshot-file.ts";

export interface FileStoreOptions {
  /** "power" puts an append on the device before it is answered; the default survives kill -9 only. */
  readonly durability: "default" | "power";
  /** Milliseconds between two looks at a log without a hint; 1,000 unless given. */
  readonly pollMs?: number;
  /** Bytes at which a segment of the journal is sealed; 64 MiB unless given. */
  readonly sealBytes?: number;
  /** The same for mailboxes; 16 MiB unless given. */
  readonly mailSealBytes?: number;
  /** Whether the team lies on a network file system; looked up in /proc/self/mountinfo unless given. */
  readonly network?: boolean;
}

const JOURNAL_SEAL_BYTES = 64 * 1024 * 1024;
const MAIL_SEAL_BYTES = 16 * 1024 * 1024;
/** Torn lines that are remembered; one that is passed again counts once. */
const MAX_TORN = 1000;

/**
 * The team in the folder `paths.root`. Throws `team_not_found` when there is none, `state_dir` when one of its folders
 * is a link, no folder, or another user's.
 */
export async function openFileStore(fs: Fs, paths: TeamPaths, options: FileStoreOptions): Promise<Store> {
  await checkTeamFolders(fs, paths);
  const {
    durability,
    pollMs = 1_000,
    sealBytes = JOURNAL_SEAL_BYTES,
    mailSealBytes = MAIL_SEAL_BYTES,
  } = options;
  const network = options.network ?? networkFileSystem(paths.root) !== undefined;
  const torn = new Map<string, TornLine>();
  const onTorn = (line: TornLine): void => {
    if (torn.size < MAX_TORN) torn.set(`${line.path}:${line.offset}`, line);
  };
  const lock = network ? withLock : undefined;
  const logs = openLogs(
    paths,
    { fs, durability, pollMs, lock, onTorn },
    { journal: sealBytes, mail: mailSealBytes },
  );
  return {
    ...logs,
    snapshot: openSnapshotFile(fs, paths.snapshot, logs.journal),
    presence: openPresence(fs, paths),
    bodies: openBodies(fs, paths.bodies, durability),
    compare: comparePositions,
    torn: () => [...torn.values()],
  };
}
