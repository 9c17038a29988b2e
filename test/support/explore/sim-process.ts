import type { Fs, OpenFile } from "../../../src/base/files.ts";
import type { Lock } from "../../../src/store/files/log-writer.ts";
import type { SimDisk } from "../sim-disk.ts";
import { systemError } from "../store-faulty-fs.ts";
import { namesOf, seenAt, union } from "./footprints.ts";
import { gist } from "./gist.ts";
import type { AppendFault, Part, Plan } from "./plan.ts";
import type { Footprint } from "./search.ts";

/** What all processes of a run share besides the disk. */
export interface World {
  readonly disk: SimDisk;
  readonly plan: Plan;
  readonly processes: SimProcess[];
  /** Inodes in which an append is under way, and whose. */
  readonly busy: Map<number, SimProcess>;
  /** Held locks by path. */
  readonly locks: Map<string, SimProcess>;
  /** An append reads the size and writes there, in two steps. */
  readonly network: boolean;
  /** A held lock may look stale at any time. */
  readonly staleLocks: boolean;
  /** What each step was, said when somebody asks. */
  readonly trace: (() => string)[];
  /** The inode of the snapshot that was there at the beginning. */
  readonly snapshot: number | undefined;
  /** No segment is sealed: the size that `facts` answers decides nothing. */
  readonly ignoresSize: boolean;
}

/** One call that waits for its turn. */
interface Move {
  readonly text: () => string;
  readonly footprint: () => Footprint;
  readonly isEnabled: () => boolean;
  /** Does it, and lets the process go on. */
  readonly take: () => void;
}

interface Call<T> {
  readonly text: () => string;
  readonly footprint: () => Footprint;
  readonly isEnabled?: () => boolean;
  readonly job: () => T;
}

const NONE: Footprint = { reads: [], writes: [] };

/** A process whose every call on the disk waits until it is chosen. */
export class SimProcess {
  readonly index: number;
  readonly #world: World;
  /** The call that waits; undefined while it computes, and when it has ended. */
  move: Move | undefined;
  isDead = false;
  /** Calls happen at once: before the exploration begins, and when it has ended. */
  isFree = true;
  failure: unknown;
  /** Calls that change the disk, and appends among them, so far. */
  changes = 0;
  appends = 0;
  /** Which of its changes were appends. */
  readonly appendsAt = new Set<number>();
  calls = 0;
  #isFull = false;
  #seen: { readonly move: Move; readonly step: number; readonly footprint: Footprint } | undefined;
  #wake: () => void = () => {};

  constructor(world: World, index: number) {
    this.#world = world;
    this.index = index;
  }

  /** Lets it run until its first call. */
  async start(body: () => Promise<void>): Promise<void> {
    this.isFree = false;
    await this.#until(() => {
      void this.#live(body);
    });
  }

  /** Takes the waiting step and goes on to the next call, or to the end. */
  async step(): Promise<void> {
    const { move } = this;
    if (!move) throw new Error(`process ${this.index} has no step to take`);
    this.move = undefined;
    this.#world.trace.push(() => `${this.index} ${move.text()}`);
    await this.#until(move.take);
  }

  /** What the waiting step touches, as things are. */
  next(): Footprint | undefined {
    const { move } = this;
    if (!move) return undefined;
    const step = this.#world.trace.length;
    if (this.#seen?.move !== move || this.#seen.step !== step)
      this.#seen = { move, step, footprint: move.footprint() };
    return this.#seen.footprint;
  }

  /** A step of its own making. */
  do<T>(call: Call<T>): Promise<T> {
    return this.#park(call);
  }

  isDeadNow(other: number): Promise<boolean> {
    return this.#park({
      text: () => `looks whether ${other} lives`,
      footprint: () => ({ reads: [`p${other}`], writes: [] }),
      job: () => this.#world.processes[other]?.isDead ?? false,
    });
  }

  fs(): Fs {
    const { disk } = this.#world;
    const { now } = disk;
    const data = (open: OpenFile): string => `d${disk.inodeOf(open).number}`;
    return {
      openAppend: (path) => this.#look("openAppend", path, () => now.openAppend(path)),
      openRead: (path) => this.#look("openRead", path, () => now.openRead(path)),
      // Nobody else can tell when these happen.
      close: async (open) => now.close(open),
      sync: async (open) => now.sync(open),
      syncFolder: async (path) => now.syncFolder(path),
      append: (open, bytes) => this.#append(open, bytes),
      readFrom: (open, offset, max) =>
        this.#park({
          text: () => `readFrom ${short(open.path)} ${offset}`,
          footprint: () => ({ reads: [data(open)], writes: [] }),
          job: () => now.readFrom(open, offset, max),
        }),
      facts: (open) =>
        this.#park({
          text: () => `facts ${short(open.path)}`,
          footprint: () => {
            const links = `k${disk.inodeOf(open).number}`;
            return { reads: this.#world.ignoresSize ? [links] : [data(open), links], writes: [] };
          },
          job: () => now.facts(open),
        }),
      stat: (path) => this.#look("stat", path, () => now.stat(path)),
      list: (path) => this.#look("list", path, () => now.list(path)),
      create: (path, bytes) => this.#create(path, bytes),
      rename: (from, to) =>
        this.#change(
          () => `rename ${short(from)} to ${short(to)}`,
          () => union(namesOf(disk, from, true), namesOf(disk, to, true)),
          () => now.rename(from, to),
        ),
      unlink: (path) =>
        this.#change(
          () => `unlink ${short(path)}`,
          () => namesOf(disk, path, true),
          () => now.unlink(path),
        ),
      mkdir: (path) =>
        this.#change(
          () => `mkdir ${short(path)}`,
          () => namesOf(disk, path, false),
          () => now.mkdir(path),
        ),
      rmdir: (path) =>
        this.#change(
          () => `rmdir ${short(path)}`,
          () => namesOf(disk, path, true),
          () => now.rmdir(path),
        ),
    };
  }

  /** A lock as a network file system has it: whoever died with it loses it, and it may look stale besides. */
  readonly lock: Lock = async (path, job) => {
    const { locks, staleLocks } = this.#world;
    const footprint = (): Footprint => ({
      reads: this.#world.processes.map(({ index }) => `p${index}`),
      writes: [`L${path}`],
    });
    await this.#park({
      text: () => `lock ${short(path)}`,
      footprint,
      isEnabled: () => staleLocks || (locks.get(path)?.isDead ?? true),
      job: () => locks.set(path, this),
    });
    try {
      return await job(() => locks.get(path) === this);
    } finally {
      await this.#park({
        text: () => `unlock ${short(path)}`,
        footprint,
        job: () => locks.get(path) === this && locks.delete(path),
      });
    }
  };

  async #live(body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } catch (error) {
      this.failure = error;
    }
    if (this.#crashAt(this.#world.plan.everyCall ? this.calls : this.changes)) this.#die();
    else this.#wake();
  }

  async #until(go: () => void): Promise<void> {
    const parked = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    go();
    await parked;
  }

  #crashAt(at: number): { readonly lands?: Part } | undefined {
    return this.#world.plan.crashes.find((crash) => crash.process === this.index && crash.at === at);
  }

  /** From its next step on it is dead; `last` is what it still does then. */
  #die(text = () => "dies", footprint: () => Footprint = () => NONE, last: () => void = () => {}): void {
    this.#wait({
      text,
      footprint: () => union(footprint(), { reads: [], writes: [`p${this.index}`] }),
      isEnabled: () => true,
      take: () => {
        last();
        this.isDead = true;
        this.#wake();
      },
    });
  }

  #wait(move: Move): void {
    if (this.move)
      throw new Error(`process ${this.index} makes two calls at once: ${move.text()}, ${this.move.text()}`);
    this.move = move;
    this.#wake();
  }

  #park<T>({ text, footprint, isEnabled = () => true, job }: Call<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.isFree) {
        resolve(job());
        return;
      }
      if (this.#world.plan.everyCall && this.#crashAt(this.calls++)) {
        this.#die();
        return;
      }
      const take = (): void => {
        try {
          resolve(job());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      this.#wait({ text, footprint, isEnabled, take });
    });
  }

  #look<T>(call: keyof Fs, path: string, job: () => T): Promise<T> {
    const { disk } = this.#world;
    return this.#park({
      text: () => `${call} ${short(path)}`,
      footprint: () => seenAt(disk, path, call),
      job,
    });
  }

  #change<T>(text: () => string, footprint: () => Footprint, job: () => T): Promise<T> {
    if (this.isFree) return this.#park({ text, footprint, job });
    const crash = this.#world.plan.everyCall ? undefined : this.#crashAt(this.changes);
    this.changes++;
    if (!crash) return this.#park({ text, footprint, job });
    this.#die();
    return new Promise(() => {});
  }

  /** In two steps, as `open` and `write` are. */
  async #create(path: string, bytes: Uint8Array): Promise<void> {
    const { disk } = this.#world;
    await this.#change(
      () => `create ${short(path)}`,
      () => namesOf(disk, path, false),
      () => disk.now.create(path, new Uint8Array()),
    );
    if (bytes.length === 0) return;
    const file = disk.now.openAppend(path);
    await this.#change(
      () => `fill ${short(path)} with ${bytes.length} bytes`,
      () => ({ reads: [], writes: [`d${disk.inodeOf(file).number}`] }),
      () => disk.now.append(file, bytes),
    );
  }

  async #append(file: OpenFile, bytes: Uint8Array): Promise<number> {
    const { disk, plan, network, busy } = this.#world;
    if (this.isFree) return disk.now.append(file, bytes);
    const number = this.appends++;
    const fault = plan.faults.find(
      ({ process, append }) => process === this.index && append === number,
    )?.kind;
    const text = (): string => `append ${bytes.length} bytes to ${short(file.path)}: ${gist(bytes)}`;
    const crash = plan.everyCall ? undefined : this.#crashAt(this.changes);
    this.appendsAt.add(this.changes++);
    if (crash) return this.#dieIn(file, crash.lands && bytes.subarray(0, lengthOf(crash.lands, bytes)), text);
    if (this.#isFull || fault === "full" || fault === "never") {
      this.#isFull = false;
      const errno = fault === "never" ? "EIO" : "ENOSPC";
      return this.#park({
        text: () => `${errno} for ${text()}`,
        footprint: () => NONE,
        job: () => fail(errno, file),
      });
    }
    if (network) return this.#appendByHand(file, bytes, text);
    if (fault === "slow") return this.#appendSlowly(file, bytes, text);
    return this.#park({
      text: () => (fault ? `${fault}: ${text()}` : text()),
      footprint: () => this.#writes(file),
      isEnabled: () => !busy.has(disk.inodeOf(file).number),
      job: () => this.#land(file, bytes, fault),
    });
  }

  #writes(file: OpenFile): Footprint {
    return { reads: [], writes: [`d${this.#world.disk.inodeOf(file).number}`] };
  }

  /** Dies in an append of which `part` lands; in front of it when there is none. */
  #dieIn(file: OpenFile, part: Uint8Array | undefined, text: () => string): Promise<number> {
    const { now } = this.#world.disk;
    if (part)
      this.#die(
        () => `dies in: ${part.length} of ${text()}`,
        () => this.#writes(file),
        () => now.append(file, part),
      );
    else this.#die();
    return new Promise(() => {});
  }

  /** As a client of a file server does it: looks how long the file is, and writes there. */
  async #appendByHand(file: OpenFile, bytes: Uint8Array, text: () => string): Promise<number> {
    const { disk } = this.#world;
    const size = await this.#park({
      text: () => `sees the size for ${text()}`,
      footprint: () => ({ reads: this.#writes(file).writes, writes: [] }),
      job: () => disk.now.facts(file).size,
    });
    return this.#park({
      text,
      footprint: () => this.#writes(file),
      job: () => disk.writeAt(file, size, bytes),
    });
  }

  #land(file: OpenFile, bytes: Uint8Array, fault: AppendFault | undefined): number {
    const { now } = this.#world.disk;
    if (fault === "lost") {
      now.append(file, bytes);
      return fail("EIO", file);
    }
    if (fault === "half-full") this.#isFull = true;
    return now.append(file, bytes.subarray(0, fault === undefined ? bytes.length : lengthOf(fault, bytes)));
  }

  /** The kernel writes page after page under the inode's lock: readers see the first half, writers wait. */
  async #appendSlowly(file: OpenFile, bytes: Uint8Array, text: () => string): Promise<number> {
    const { disk, busy } = this.#world;
    const inode = disk.inodeOf(file).number;
    const footprint = (): Footprint => ({ reads: [], writes: [`d${inode}`] });
    const half = lengthOf("half", bytes);
    await this.#park({
      text: () => `begins to ${text()}`,
      footprint,
      isEnabled: () => !busy.has(inode),
      job: () => {
        busy.set(inode, this);
        disk.now.append(file, bytes.subarray(0, half));
      },
    });
    await this.#park({
      text: () => `ends its append to ${short(file.path)}`,
      footprint,
      job: () => {
        busy.delete(inode);
        disk.now.append(file, bytes.subarray(half));
      },
    });
    return bytes.length;
  }
}

function fail(errno: string, file: OpenFile): never {
  throw systemError(errno, "write", file.path);
}

function lengthOf(part: AppendFault, bytes: Uint8Array): number {
  if (part === "one") return 1;
  return part === "line" ? bytes.length - 1 : bytes.length >> 1;
}

function short(path: string): string {
  return path.split("/").slice(4).join("/");
}
