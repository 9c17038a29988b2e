import { createHash } from "node:crypto";
import {
  type BigIntStats,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  openSync,
  readFile,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { promisify } from "node:util";
import { isErrno, TroupeError } from "../../base/errors.ts";
import type { Place } from "./place.ts";

/** A regular file as it was at one moment. */
export interface FileText {
  readonly text: string;
  /** Not valid UTF-8: shown with U+FFFD, and not to be written back. */
  readonly isLossy: boolean;
  readonly isBinary: boolean;
  readonly size: number;
  readonly hash: string;
  readonly stats: BigIntStats;
}

/** The biggest file that Read, Edit and Grep take into memory. */
const LARGEST_FILE = 10 * 1024 * 1024;
const BINARY_LOOK = 8192;

/** Reads a text file with what is needed to change it later. undefined: nothing is there. */
export async function readText(place: Place): Promise<FileText | undefined> {
  const file = await readBytes(place);
  if (file === undefined) return undefined;
  const { bytes, stats } = file;
  const text = bytes.toString("utf8");
  return {
    text,
    isLossy: !Buffer.from(text, "utf8").equals(bytes),
    isBinary: isBinary(bytes),
    size: bytes.length,
    hash: hashOf(bytes),
    stats,
  };
}

/** A NUL near the beginning, as git tells it. */
export function isBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, BINARY_LOOK).includes(0);
}

/** Up to here a file is read at once: that takes less time than a trip through the thread pool, of which a promise makes four. */
const SHORT_FILE = 256 * 1024;
const readLong = promisify(readFile);

/**
 * Reads a regular file whole. Neither a link nor a FIFO nor a device is opened, even when it has just taken the file's
 * place. undefined: nothing is there.
 */
export async function readBytes(
  place: Place,
): Promise<{ readonly bytes: Buffer; readonly stats: BigIntStats } | undefined> {
  const file = openIfThere(place.at);
  if (file === undefined) return undefined;
  try {
    const stats = fstatSync(file, { bigint: true });
    if (stats.isDirectory()) throw new TroupeError("denied", "it is a folder; use Glob to see what is in it");
    if (!stats.isFile()) throw new TroupeError("denied", "refused: it is not a regular file");
    if (stats.size > LARGEST_FILE)
      throw new TroupeError(
        "denied",
        `${stats.size} bytes are too many (at most ${LARGEST_FILE}); look into it with Bash`,
      );
    return { bytes: stats.size > SHORT_FILE ? await readLong(file) : readFileSync(file), stats };
  } finally {
    closeSync(file);
  }
}

function openIfThere(at: string): number | undefined {
  try {
    return openSync(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    // A socket cannot be opened at all.
    if (isErrno(error, "ENXIO")) throw new TroupeError("denied", "refused: it is not a regular file");
    throw error;
  }
}

/**
 * Puts `text` at a place, whole or not at all: a new file beside it is renamed over it. `before` is what stood there
 * when the caller looked; throws `conflict` when something else does now. A new file gets the mode of the umask, an old
 * one keeps its own. Answers the hash of the new content.
 */
export function writeText(place: Place, text: string, before: FileText | undefined): string {
  if (before !== undefined) refuseForeign(before.stats);
  const bytes = Buffer.from(text, "utf8");
  const { file, path } = createBeside(place);
  try {
    try {
      writeFileSync(file, bytes);
      if (before !== undefined) fchmodSync(file, Number(before.stats.mode & 0o7777n));
    } finally {
      closeSync(file);
    }
    refuseChanged(place, before);
    renameSync(path, place.at);
  } catch (error) {
    unlinkSync(path);
    throw error;
  }
  return hashOf(bytes);
}

/** Renaming over them would not harm the others' file, but it would silently part the names. */
function refuseForeign({ nlink, uid }: BigIntStats): void {
  if (nlink > 1n) throw new TroupeError("denied", `refused: the file has ${nlink} names (hard links)`);
  const me = process.getuid?.() ?? 0;
  if (me !== 0 && uid !== BigInt(me))
    throw new TroupeError("denied", `refused: the file belongs to uid ${uid}`);
}

/** What `createBeside` makes; the number is its writer's pid. */
export const TEMP_FILE = /^\.troupe-(\d{1,9})-\d+\.tmp$/;

function createBeside({ folder }: Place): { readonly file: number; readonly path: string } {
  for (let number = 0; ; number++) {
    const path = `${folder.base}/.troupe-${process.pid}-${number}.tmp`;
    try {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
      return { file: openSync(path, flags, 0o666), path };
    } catch (error) {
      if (!isErrno(error, "EEXIST")) throw error;
    }
  }
}

function refuseChanged(place: Place, before: FileText | undefined): void {
  const now = statSync(place.at, { bigint: true, throwIfNoEntry: false });
  const was = before?.stats;
  const isSame = now?.ino === was?.ino && now?.size === was?.size && now?.mtimeNs === was?.mtimeNs;
  if (!isSame) throw new TroupeError("conflict", "the file changed in this moment; read it again");
}

function hashOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
