import type { Fs, OpenFile } from "../../../src/base/files.ts";
import type { Lock } from "../../../src/store/files/log-writer.ts";
import { systemError } from "../store-faulty-fs.ts";
import { namesOf, seenAt, union } from "./footprints.ts";
import { gist } from "./gist.ts";
import { type Answer, answerOf, type Change, copyOf, lengthOf, type Move } from "./move.ts";
import type { AppendFault, Fault } from "./plan.ts";
import type { Footprint } from "./search.ts";
import { type Handle, handleOf, type Laws, type SimWorld } from "./sim-world.ts";

/** What happens to a process at the moment it is chosen. */
interface Call<T> {
  readonly text: () => string;
  readonly footprint: (world: SimWorld) => Footprint;
  readonly isEnabled?: (world: SimWorld) => boolean;
  readonly job: (world: SimWorld) => T;
  readonly change?: Change;
  readonly isLock?: boolean;
}

interface Waiting {
  readonly move: Move;
  readonly settle: (answer: Answer) => void;
}

export interface ProcessParts {
  readonly index: number;
  /** How many there are. */
  readonly among: number;
  readonly laws: Laws;
  readonly faults: readonly Fault[];
  /** Where its calls happen while it is free. */
  readonly world: SimWorld;
}

const NONE: Footprint = { reads: [], writes: [] };

/** A process whose every call on the disk waits until it is answered; it knows nothing but those answers. */
export class SimProcess {
  readonly index: number;
  readonly #parts: ProcessParts;
  /** The call that waits; undefined while it computes, and when it has ended. */
  #waiting: Waiting | undefined;
  /** Calls happen at once: before the exploration begins, and when it has ended. */
  isFree = true;
  failure: unknown;
  /** Calls, and those that change the disk and the appends among them, without the one that waits. */
  calls = 0;
  changes = 0;
  appends = 0;
  hasShown = false;
  #isFull = false;
  #holds = false;
  readonly #closed = new WeakSet<OpenFile>();
  #wake: () => void = () => {};

  constructor(parts: ProcessParts) {
    this.#parts = parts;
    this.index = parts.index;
  }

  get isDead(): boolean {
    return this.#parts.world.dead.has(this.index);
  }

  get move(): Move | undefined {
    return this.#waiting?.move;
  }

  /** Lets it run until its first call. */
  async start(body: () => Promise<void>): Promise<void> {
    this.isFree = false;
    await this.#until(() => {
      void this.#live(body);
    });
  }

  /** Gives it the answer of the call that waits, and lets it run to the next one, or to its end. */
  async go(answer: Answer): Promise<void> {
    const waiting = this.#waiting;
    if (!waiting) throw new Error(`process ${this.index} waits for no answer`);
    this.#waiting = undefined;
    this.calls++;
    if (waiting.move.change) this.changes++;
    this.hasShown ||= waiting.move.shows;
    await this.#until(() => waiting.settle(answer));
  }

  /** A step of its own making. */
  do<T>(call: Call<T>): Promise<T> {
    return this.#park(call);
  }

  /** Looks at a file from outside of all calls. */
  peek(path: string): Promise<Buffer | undefined> {
    return this.#park({
      text: () => `peeks ${short(path)}`,
      footprint: ({ disk }) => {
        const { steps, inode } = disk.trail(path);
        return { reads: [...steps, ...(inode ? [`d${inode.number}`] : [])], writes: [] };
      },
      job: ({ disk }) => disk.content(path),
    });
  }

  isDeadNow(other: number): Promise<boolean> {
    return this.#park({
      text: () => `looks whether ${other} lives`,
      footprint: () => ({ reads: [`p${other}`], writes: [] }),
      job: ({ dead }) => dead.has(other),
    });
  }

  fs(): Fs {
    return {
      openAppend: (path) => this.#open("openAppend", path),
      openRead: (path) => this.#open("openRead", path),
      // Nobody else can tell when these happen.
      close: async (open) => {
        this.#closed.add(open);
      },
      sync: async () => {},
      syncFolder: async () => {},
      append: (open, bytes) => this.#append(open, bytes),
      readFrom: async (open, offset, max) => {
        const inode = this.#inode(open);
        return this.#park({
          text: () => `readFrom ${short(open.path)} ${offset}`,
          footprint: () => ({ reads: [`d${inode}`], writes: [] }),
          job: ({ disk }) => disk.now.readFrom(disk.reopen(open.path, inode), offset, max),
        });
      },
      facts: async (open) => {
        const inode = this.#inode(open);
        const reads = this.#parts.laws.ignoresSize ? [`k${inode}`] : [`d${inode}`, `k${inode}`];
        return this.#park({
          text: () => `facts ${short(open.path)}`,
          footprint: () => ({ reads, writes: [] }),
          job: ({ disk }) => disk.now.facts(disk.reopen(open.path, inode)),
        });
      },
      stat: (path) => this.#look("stat", path, ({ disk }) => disk.now.stat(path)),
      list: (path) => this.#look("list", path, ({ disk }) => disk.now.list(path)),
      create: (path, bytes) => this.#create(path, bytes),
      rename: (from, to) =>
        this.#change({
          text: () => `rename ${short(from)} to ${short(to)}`,
          footprint: ({ disk }) => union(namesOf(disk, from, true), namesOf(disk, to, true)),
          job: ({ disk }) => disk.now.rename(from, to),
        }),
      unlink: (path) =>
        this.#change({
          text: () => `unlink ${short(path)}`,
          footprint: ({ disk }) => namesOf(disk, path, true),
          job: ({ disk }) => disk.now.unlink(path),
        }),
      mkdir: (path) =>
        this.#change({
          text: () => `mkdir ${short(path)}`,
          footprint: ({ disk }) => namesOf(disk, path, false),
          job: ({ disk }) => disk.now.mkdir(path),
        }),
      rmdir: (path) =>
        this.#change({
          text: () => `rmdir ${short(path)}`,
          footprint: ({ disk }) => namesOf(disk, path, true),
          job: ({ disk }) => disk.now.rmdir(path),
        }),
    };
  }

  /** A lock as a network file system has it: whoever died with it loses it, and it may look stale besides. */
  readonly lock: Lock = async (path, job) => {
    const { among, laws } = this.#parts;
    const footprint = (): Footprint => ({
      reads: Array.from({ length: among }, (_, index) => `p${index}`),
      writes: [`L${path}`],
    });
    await this.#park({
      text: () => `lock ${short(path)}`,
      footprint,
      isEnabled: ({ locks, dead }) => {
        const owner = locks.get(path);
        return laws.staleLocks || owner === undefined || dead.has(owner);
      },
      job: ({ locks }) => {
        locks.set(path, this.index);
      },
      isLock: true,
    });
    this.#holds = true;
    try {
      return await job(() => this.#holds);
    } finally {
      await this.#park({
        text: () => `unlock ${short(path)}`,
        footprint,
        job: ({ locks }) => {
          if (locks.get(path) === this.index) locks.delete(path);
        },
      });
    }
  };

  async #live(body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } catch (error) {
      this.failure = error;
    }
    this.#wake();
  }

  async #until(go: () => void): Promise<void> {
    const parked = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    go();
    await parked;
  }

  #park<T>(call: Call<T>): Promise<T> {
    const { text, footprint, isEnabled = always, job, change, isLock = false } = call;
    return new Promise((resolve, reject) => {
      if (this.isFree) {
        resolve(job(this.#parts.world));
        return;
      }
      if (this.#waiting)
        throw new Error(
          `process ${this.index} makes two calls at once: ${text()}, ${this.#waiting.move.text()}`,
        );
      this.#waiting = {
        move: {
          text,
          footprint,
          isEnabled,
          take: (world) => this.#answer(world, job),
          change,
          shows: change !== undefined || isLock,
        },
        // What the move answered, in this world or in another one in which all was the same for this process.
        settle: (answer) => {
          this.#holds = answer.holds ?? this.#holds;
          if (answer.ok) resolve(copyOf(answer.value) as T);
          else reject(answer.error);
        },
      };
      this.#wake();
    });
  }

  /** With the answer comes whether its lock is still its own, where that can change under it. */
  #answer(world: SimWorld, job: (world: SimWorld) => unknown): Answer {
    const answer = answerOf(() => job(world));
    if (!this.#parts.laws.staleLocks) return answer;
    return { ...answer, holds: [...world.locks.values()].includes(this.index) };
  }

  #inode(open: OpenFile): number {
    if (this.#closed.has(open)) throw systemError("EBADF", "use", open.path);
    return handleOf(open).inode;
  }

  #look<T>(call: keyof Fs, path: string, job: (world: SimWorld) => T): Promise<T> {
    return this.#park({
      text: () => `${call} ${short(path)}`,
      footprint: ({ disk }) => seenAt(disk, path, call),
      job,
    });
  }

  #open(call: "openAppend" | "openRead", path: string): Promise<Handle> {
    return this.#look(call, path, ({ disk }) => ({
      path,
      inode: disk.inodeOf(disk.now[call](path)).number,
    }));
  }

  #change<T>(call: Call<T>): Promise<T> {
    return this.#park({ ...call, change: {} });
  }

  /** In two steps, as `open` and `write` are. */
  async #create(path: string, bytes: Uint8Array): Promise<void> {
    const inode = await this.#change({
      text: () => `create ${short(path)}`,
      footprint: ({ disk }) => namesOf(disk, path, false),
      job: ({ disk }) => {
        disk.now.create(path, new Uint8Array());
        return disk.trail(path).inode?.number ?? 0;
      },
    });
    if (bytes.length === 0) return;
    await this.#change({
      text: () => `fill ${short(path)} with ${bytes.length} bytes`,
      footprint: () => ({ reads: [], writes: [`d${inode}`] }),
      job: ({ disk }) => disk.now.append(disk.reopen(path, inode), bytes),
    });
  }

  async #append(file: OpenFile, bytes: Uint8Array): Promise<number> {
    const { faults, laws, world } = this.#parts;
    const inode = this.#inode(file);
    if (this.isFree) return world.disk.now.append(world.file(file), bytes);
    const number = this.appends++;
    const fault = faults.find(({ process, append }) => process === this.index && append === number)?.kind;
    const text = (): string => `append ${bytes.length} bytes to ${short(file.path)}: ${gist(bytes)}`;
    const change: Change = { appends: { file, bytes } };
    if (this.#isFull || fault === "full" || fault === "never") {
      this.#isFull = false;
      const errno = fault === "never" ? "EIO" : "ENOSPC";
      return this.#park({
        text: () => `${errno} for ${text()}`,
        footprint: () => NONE,
        job: () => fail(errno, file),
        change,
      });
    }
    if (laws.network) return this.#appendByHand(file, bytes, text);
    if (fault === "slow") return this.#appendSlowly(file, bytes, text);
    if (fault === "half-full") this.#isFull = true;
    return this.#park({
      text: () => (fault ? `${fault}: ${text()}` : text()),
      footprint: () => ({ reads: [], writes: [`d${inode}`] }),
      isEnabled: ({ busy }) => !busy.has(inode),
      job: (there) => land(there, file, bytes, fault),
      change,
    });
  }

  /** As a client of a file server does it: looks how long the file is, and writes there. */
  async #appendByHand(file: OpenFile, bytes: Uint8Array, text: () => string): Promise<number> {
    const inode = this.#inode(file);
    const size = await this.#park({
      text: () => `sees the size for ${text()}`,
      footprint: () => ({ reads: [`d${inode}`], writes: [] }),
      job: (world) => world.disk.now.facts(world.file(file)).size,
      change: { appends: { file, bytes } },
    });
    return this.#park({
      text,
      footprint: () => ({ reads: [], writes: [`d${inode}`] }),
      job: (world) => world.disk.writeAt(world.file(file), size, bytes),
    });
  }

  /** The kernel writes page after page under the inode's lock: readers see the first half, writers wait. */
  async #appendSlowly(file: OpenFile, bytes: Uint8Array, text: () => string): Promise<number> {
    const inode = this.#inode(file);
    const footprint = (): Footprint => ({ reads: [], writes: [`d${inode}`] });
    const half = lengthOf("half", bytes);
    await this.#park({
      text: () => `begins to ${text()}`,
      footprint,
      isEnabled: ({ busy }) => !busy.has(inode),
      job: (world) => {
        world.busy.set(inode, this.index);
        world.disk.now.append(world.file(file), bytes.subarray(0, half));
      },
      change: { appends: { file, bytes } },
    });
    await this.#park({
      text: () => `ends its append to ${short(file.path)}`,
      footprint,
      job: (world) => {
        world.busy.delete(inode);
        world.disk.now.append(world.file(file), bytes.subarray(half));
      },
    });
    return bytes.length;
  }
}

function land(world: SimWorld, file: OpenFile, bytes: Uint8Array, fault: AppendFault | undefined): number {
  const { now } = world.disk;
  if (fault === "lost") {
    now.append(world.file(file), bytes);
    return fail("EIO", file);
  }
  const count = fault === undefined ? bytes.length : lengthOf(fault === "half-full" ? "half" : fault, bytes);
  return now.append(world.file(file), bytes.subarray(0, count));
}

function always(): boolean {
  return true;
}

function fail(errno: string, file: OpenFile): never {
  throw systemError(errno, "write", file.path);
}

function short(path: string): string {
  return path.split("/").slice(4).join("/");
}
