import { dirname } from "node:path";
import { closeFile } from "../../base/close-file.ts";
import { diskError, isSystemError } from "../../base/disk-error.ts";
import { isErrno, TroupeError } from "../../base/errors.ts";
import type { Fs, OpenFile } from "../../base/files.ts";
import { createSerial } from "../../base/serial.ts";
import type { EntryId } from "../../protocol/names.ts";
import type { Decoder } from "../decoder.ts";
import { encodeEntry } from "../encode-entry.ts";
import { type AppendTarget, createAppendTarget } from "./append-target.ts";
import { findEntry, isSealed, readChunk, sealLine } from "./log-lines.ts";
import { ifAbsent, type LogPlace, vanished } from "./log-place.ts";

export interface LogWriter<E> {
  readonly append: (entry: E) => Promise<"done" | "uncertain">;
  /** Seals a segment over which the next one exists, unless it is sealed. */
  readonly seal: (segment: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Runs a job while nobody else appends to `path`. The job may ask whether that is still so. */
export type Lock = <T>(path: string, job: (isHeld: () => boolean) => Promise<T>) => Promise<T>;

export interface WriterDeps<E> {
  readonly fs: Fs;
  readonly place: LogPlace;
  readonly decoder: Decoder<E>;
  readonly durability: "default" | "power";
  /** On a network file system, where appends of two writers may land on one another. */
  readonly lock: Lock | undefined;
}

interface Writer<E> extends WriterDeps<E> {
  target: AppendTarget | undefined;
  /** The log was there once: it is not made again. */
  wasOpen: boolean;
}

/** `stands`: in front of any seal. `void`: behind one, or in a file that was removed. `uncertain`: nobody knows yet. */
type Answer = "stands" | "void" | "uncertain";

/** Behind one's own line stands what others have appended in the moment since. */
const NEAR_BYTES = 64 * 1024;
/** Seals that may pass by while one entry is appended. */
const MAX_ROUNDS = 100;

/** Appends of this process take turns; those of others are not waited for. */
export function createLogWriter<E extends { readonly id: EntryId }>(deps: WriterDeps<E>): LogWriter<E> {
  const writer: Writer<E> = { ...deps, target: undefined, wasOpen: false };
  const serial = createSerial();
  return {
    append: async (entry) => {
      const line = encodeEntry(entry, deps.decoder);
      const synced = await serial(() => place(writer, line, entry.id));
      return (await synced()) ? "done" : "uncertain";
    },
    seal: (segment) => serial(() => seal(writer, segment, 0)),
    close: () => serial(() => retire(writer)),
  };
}

/** Appends the line where it counts. Answers how to wait until it is as durable as promised; false: uncertain. */
async function place<E>(writer: Writer<E>, line: Buffer, id: EntryId): Promise<() => Promise<boolean>> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const target = await currentTarget(writer);
    const answer = await locked(writer, target.path, (isHeld) => write(writer, target, { line, id, isHeld }));
    if (answer === "uncertain") return () => Promise.resolve(false);
    if (answer === "stands") {
      // The sync begins here, before anything can retire the target, and is waited for outside our turn.
      const synced = writer.durability === "power" ? target.sync() : Promise.resolve(true);
      if (target.floor >= writer.place.sealBytes) await tryToRoll(writer, target);
      if (target.isOver) await retire(writer);
      return () => synced;
    }
    await retire(writer);
  }
  const { folder } = writer.place;
  throw new TroupeError(
    "store_unreachable",
    `${folder}: sealed ${MAX_ROUNDS} times while one entry was appended`,
  );
}

function locked<E, T>(
  { lock }: Writer<E>,
  path: string,
  job: (isHeld: () => boolean) => Promise<T>,
): Promise<T> {
  return lock ? lock(path, job) : job(() => true);
}

interface Write {
  readonly line: Buffer;
  readonly id: EntryId;
  readonly isHeld: () => boolean;
}

async function write<E>(
  writer: Writer<E>,
  target: AppendTarget,
  { line, id, isHeld }: Write,
): Promise<Answer> {
  const { fs, lock } = writer;
  const { floor } = target;
  let count: number;
  try {
    count = await fs.append(target.file, line);
  } catch (error) {
    // The bytes may have landed although the answer is an error.
    if (isErrno(error, "EIO", "ESTALE", "ENOLCK")) return lookAgain(writer, target, id);
    throw diskError(error, "append to", target.path);
  }
  // Never continued: others may have appended since. The entry may become whole by the next newline.
  if (count < line.length) return "uncertain";
  try {
    const answer = await settle(writer, target, { line, id });
    if (!lock || answer !== "stands") return answer;
    const found = await findEntry(fs, target.file, floor, id);
    return found === "missing" || !isHeld() ? "uncertain" : found;
  } catch (error) {
    // The entry is written; whether it counts could not be found out.
    if (isSystemError(error) || isSystemError(causeOf(error))) return "uncertain";
    throw error;
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof TroupeError ? error.cause : undefined;
}

/** Whether what was just written stands whole, in front of any seal, in a file that is still there. */
async function settle<E>(
  { fs, place: log }: Writer<E>,
  target: AppendTarget,
  { line, id }: Pick<Write, "line" | "id">,
): Promise<Answer> {
  const { size, links } = await fs.facts(target.file);
  if (links === 0) {
    if (log.removable) return "void";
    throw vanished(target.path);
  }
  // The next segment is made before this one is sealed: where there is none, nothing up to `size` is behind a seal.
  if (await log.has(target.number + 1)) {
    target.isOver = true;
    const found = await findEntry(fs, target.file, target.floor, id);
    return found === "missing" ? "uncertain" : found;
  }
  if (!(await isWhole(fs, target, { line, id, size }))) return "uncertain";
  target.floor = size;
  return "stands";
}

/**
 * Node goes on with a write that the kernel cut short and answers the sum (libuv, `uv__fs_write_all`): an entry of
 * somebody else may stand between the two parts, and ours is torn.
 */
async function isWhole(
  fs: Fs,
  { file, floor }: AppendTarget,
  { line, id, size }: Pick<Write, "line" | "id"> & { readonly size: number },
): Promise<boolean> {
  // As much is new since the last look as the line is long: nobody else has appended. Less is new: it was lost.
  const added = size - floor;
  if (added <= line.length) return added === line.length;
  // The whole line as bytes, newlines too, stands in no other entry: it is looked for among the last ones undecoded.
  const near = Math.min(added, NEAR_BYTES);
  const tail = await readChunk(fs, file, size - near, near);
  return tail.includes(line) || (await findEntry(fs, file, floor, id)) === "stands";
}

/** After an answer that says nothing: a new descriptor, and a look for the own id. */
async function lookAgain<E>(writer: Writer<E>, target: AppendTarget, id: EntryId): Promise<Answer> {
  const { fs } = writer;
  await retire(writer);
  try {
    const file = await fs.openAppend(target.path);
    try {
      const found = await findEntry(fs, file, target.floor, id);
      // Found is not kept: what failed to answer is appended again, and synced by the descriptor that wrote it.
      return found === "missing" || writer.durability === "power" ? "uncertain" : found;
    } finally {
      await closeFile(fs, file);
    }
  } catch (error) {
    if (isSystemError(error)) return "uncertain";
    throw error;
  }
}

async function currentTarget<E>(writer: Writer<E>): Promise<AppendTarget> {
  const { target } = writer;
  if (!target) return openTarget(writer);
  if (!target.isLost) return target;
  if (writer.place.sealBytes === Number.POSITIVE_INFINITY) {
    throw new TroupeError("store_unreachable", `${target.path}: the disk failed to keep what was written`);
  }
  await roll(writer, target);
  return openTarget(writer);
}

/** Opens the last segment, once the one under it is sealed: nothing counts in it before. */
async function openTarget<E>(writer: Writer<E>): Promise<AppendTarget> {
  const { place: log } = writer;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const segments = await segmentsOf(writer);
    const number = segments.at(-1) ?? 1;
    if (segments.includes(number - 1)) await seal(writer, number - 1, 0);
    const path = log.segment(number);
    const target = await openOne(writer, number, path);
    writer.target = target;
    writer.wasOpen = true;
    if (!(await log.has(number + 1))) return target;
    // Another segment came while we looked: the size we saw may lie behind a seal.
    await retire(writer);
  }
  throw new TroupeError("store_unreachable", `${log.folder}: sealed ${MAX_ROUNDS} times while it was opened`);
}

async function openOne<E>(writer: Writer<E>, number: number, path: string): Promise<AppendTarget> {
  const { fs, place: log, durability } = writer;
  let file: OpenFile | undefined;
  try {
    file = await fs.openAppend(path);
    const { size } = await fs.facts(file);
    // A file whose name is lost in a power cut loses all that was promised in it.
    if (durability === "power") {
      await fs.syncFolder(log.folder);
      await fs.syncFolder(dirname(log.folder));
    }
    return createAppendTarget(fs, number, file, size);
  } catch (error) {
    if (file) await closeFile(fs, file);
    if (isErrno(error, "ENOENT")) throw vanished(path, error);
    throw diskError(error, "open", path);
  }
}

async function segmentsOf<E>({ place: log, wasOpen }: Writer<E>): Promise<readonly number[]> {
  const segments = await log.list();
  if (segments.length > 0) return segments;
  if (!log.makeFirst || wasOpen) throw vanished(log.segment(1));
  await log.makeFirst();
  return [1];
}

async function retire<E>(writer: Writer<E>): Promise<void> {
  const { target } = writer;
  writer.target = undefined;
  await target?.retire();
}

/** The entry stands already: when there is no room for the next segment, the next append tries again. */
async function tryToRoll<E>(writer: Writer<E>, target: AppendTarget): Promise<void> {
  try {
    await roll(writer, target);
  } catch (error) {
    if (!(error instanceof TroupeError)) throw error;
  }
}

/** Makes the next segment, then seals this one: in this order, so that a writer that sees no next one is in front of the seal. */
async function roll<E>(writer: Writer<E>, target: AppendTarget): Promise<void> {
  const { fs, place: log } = writer;
  const next = log.segment(target.number + 1);
  await ifAbsent(() => fs.create(next, new Uint8Array()), next);
  target.isOver = true;
  await seal(writer, target.number, target.floor);
  await retire(writer);
}

/** `floor`: up to there no seal stands. */
async function seal<E>(writer: Writer<E>, segment: number, floor: number): Promise<void> {
  const { fs, place: log } = writer;
  const path = log.segment(segment);
  try {
    const file = await fs.openAppend(path);
    try {
      if (!(await isSealed(fs, file, floor))) {
        // A power cut that left the seal and took the next segment would leave a log that ends nowhere.
        await fs.syncFolder(log.folder);
        // Somebody else may do the same meanwhile: of two seals the second is void.
        await locked(writer, path, () => appendSeal(fs, file));
      }
      // One that took a part of this segment, and nothing of the next, would leave a gap that no snapshot notices; one
      // that took the seal alone would let entries count that were appended again behind it.
      await fs.sync(file);
    } finally {
      await closeFile(fs, file);
    }
  } catch (error) {
    // Sealed and removed since it was listed.
    if (log.removable && isErrno(error, "ENOENT")) return;
    throw diskError(error, "seal", path);
  }
}

async function appendSeal(fs: Fs, file: OpenFile): Promise<void> {
  const line = sealLine();
  const count = await fs.append(file, line);
  if (count < line.length) {
    throw new TroupeError(
      "disk_full",
      `cannot seal ${file.path}: ${count} of ${line.length} bytes were written`,
    );
  }
}
