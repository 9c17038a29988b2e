import { createHash } from "node:crypto";
import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isErrno, TroupeError } from "../../base/errors.ts";
import { liveness, ownIdentity, type ProcessIdentity } from "../../base/process-identity.ts";
import type { Stub } from "./guards.ts";

/**
 * What stands in a folder for a while because sandboxes need it: stubs of missing protected paths. While one is there
 * that uses them, in whatever process, they stay: removing the host's file would take the mount away that closes it.
 *
 * Users and sweepers leave a file each in one folder and look for the other's *afterwards*, so that at least one of them
 * sees the other: a sweeper that sees a user leaves everything to him, a user that sees a sweeper waits for its end.
 */
export interface Stubs {
  /** From now on nothing is taken away, until `leave`. Throws `denied` when somebody tidies up for too long. */
  readonly enter: () => Promise<StubsInUse>;
  /** Takes away what nobody uses any more, also what the dead left. */
  readonly sweep: () => Promise<void>;
}

export interface StubsInUse {
  /** Puts a missing path into place. Throws `denied` when the folder refuses it. */
  readonly make: (stub: Stub) => void;
  readonly leave: () => Promise<void>;
}

/** How long a user waits for a sweeper, which has some files to remove; in ms. */
const SWEEPING_MS = 5_000;
const LOOK_AGAIN_MS = 2;
const LIST = "made";

let counter = 0;

/** The stubs of one folder. `stateDir` is private to this user; `key` names what the stubs stand in. */
export function openStubs(stateDir: string, key: string): Stubs {
  const place = join(stateDir, createHash("sha256").update(key).digest("hex").slice(0, 24));

  async function enter(): Promise<StubsInUse> {
    const mark = await leaveMark(place, "use");
    const leave = async (): Promise<void> => {
      unlinkSync(mark);
      await sweep();
    };
    try {
      await sweepersGone(place);
    } catch (error) {
      await leave();
      throw error;
    }
    return { make: (stub) => make(place, stub), leave };
  }

  async function sweep(): Promise<void> {
    if (namesIn(place).length === 0) return;
    const mark = await leaveMark(place, "sweep");
    try {
      if ((await living(place, "use")).length === 0) removeAll(place);
    } finally {
      unlinkSync(mark);
    }
    removeFolder(place);
  }

  return { enter, sweep };
}

type Role = "use" | "sweep";

/** The name says who: whether its writer lives can be proven without reading. */
async function leaveMark(place: string, role: Role): Promise<string> {
  const { pid, startTime, bootId, pidNs } = await ownIdentity();
  const name = [role, pid, startTime, bootId, pidNs, ++counter].join("_");
  for (;;) {
    mkdirSync(place, { recursive: true, mode: 0o700 });
    try {
      writeFileSync(join(place, name), "", { mode: 0o600, flag: "wx" });
      return join(place, name);
    } catch (error) {
      // Somebody removed the empty folder in this moment.
      if (!isErrno(error, "ENOENT")) throw error;
    }
  }
}

/** Marks whose writers may live; those of the dead are removed. */
async function living(place: string, wanted: Role): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of namesIn(place)) {
    const [role, pid, startTime = "", bootId = "", pidNs = ""] = name.split("_");
    if (role !== wanted) continue;
    const identity: ProcessIdentity = { pid: Number(pid), startTime, bootId, pidNs };
    if ((await liveness(identity)) === "dead") removeFile(join(place, name));
    else found.push(name);
  }
  return found;
}

function namesIn(place: string): readonly string[] {
  try {
    return readdirSync(place);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return [];
    throw error;
  }
}

async function sweepersGone(place: string): Promise<void> {
  const deadline = performance.now() + SWEEPING_MS;
  while ((await living(place, "sweep")).length > 0) {
    if (performance.now() > deadline)
      throw new TroupeError("denied", `another process has been tidying up in ${place} for too long`, {
        hint: "try again; look with troupe doctor whether it hangs",
      });
    await pause(LOOK_AGAIN_MS);
  }
}

/** Noted before it is made: what was not made in the end is not there to be removed. */
function make(place: string, stub: Stub): void {
  const { path, content } = stub;
  appendFileSync(join(place, LIST), recordOf(stub), { mode: 0o600 });
  try {
    if (content === undefined) mkdirSync(path, { mode: 0o755 });
    else writeFileSync(path, content, { mode: 0o444, flag: "wx" });
  } catch (error) {
    if (isErrno(error, "EEXIST")) return;
    throw new TroupeError("denied", `the sandbox cannot close ${path}: ${messageOf(error)}`, {
      hint: `make ${dirname(path)} writable for yourself, or let the agent work in another folder`,
      cause: error,
    });
  }
}

/** The last made goes first: folders are empty by then. What its folder does not let go stays noted. */
function removeAll(place: string): void {
  const left: Stub[] = [];
  for (const stub of madeIn(place).toReversed()) {
    const hasLeft = left.some(({ path }) => dirname(path) === stub.path);
    if (hasLeft || isKept(stub)) left.unshift(stub);
  }
  if (left.length === 0) return void removeFile(join(place, LIST));
  const next = join(place, `${LIST}.next`);
  writeFileSync(next, left.map(recordOf).join(""), { mode: 0o600 });
  renameSync(next, join(place, LIST));
}

/** Tries to take it away; true when it is there still, and is nobody's own. */
function isKept({ path, content }: Stub): boolean {
  if (content === undefined) return !removeFolder(path);
  return isUntouched(path, content) && !removeFile(path);
}

/** A NUL stands in no path: it ends a record, and the first newline ends what the file holds. */
function recordOf({ path, content }: Stub): string {
  return content === undefined ? `d\n${path}\0` : `f${encodeURI(content)}\n${path}\0`;
}

/** The last record may be cut by a full disk, or by the death of its writer: then it names nothing that was made. */
function madeIn(place: string): readonly Stub[] {
  const records = textOf(join(place, LIST)).split("\0").slice(0, -1);
  return records.map((record) => {
    const end = record.indexOf("\n");
    const path = record.slice(end + 1);
    return { path, content: record.startsWith("d") ? undefined : decodeURI(record.slice(1, end)) };
  });
}

/** Whoever wrote into a stub outside of the sandbox keeps what he wrote. */
function isUntouched(path: string, content: string): boolean {
  const facts = lstatSync(path, { throwIfNoEntry: false });
  if (facts === undefined || !facts.isFile() || facts.size !== Buffer.byteLength(content)) return false;
  return (facts.mode & 0o222) === 0 && textOf(path) === content;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return "";
    throw error;
  }
}

/** False when its folder does not let it go. */
function removeFile(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return true;
    if (isErrno(error, "EACCES", "EPERM", "EROFS")) return false;
    throw error;
  }
}

/** Only an empty one. False when its folder does not let it go. */
function removeFolder(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    // What somebody put something into is his.
    if (isErrno(error, "ENOENT", "ENOTDIR", "ENOTEMPTY", "EEXIST")) return true;
    if (isErrno(error, "EACCES", "EPERM", "EROFS")) return false;
    throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
