import type { OpenFile } from "../../../src/base/files.ts";
import type { SimDisk } from "../sim-disk.ts";

/** A descriptor of a process: the disk it belongs to is whichever it is used on. */
export interface Handle extends OpenFile {
  readonly inode: number;
}

export function handleOf(file: OpenFile): Handle {
  if (!("inode" in file) || typeof file.inode !== "number")
    throw new Error(`opened by another file system: ${file.path}`);
  return { path: file.path, inode: file.inode };
}

/** What a scenario says of the world. */
export interface Laws {
  /** An append reads the size and writes there, in two steps. */
  readonly network: boolean;
  /** A held lock may look stale at any time. */
  readonly staleLocks: boolean;
  /** No segment is sealed: the size that `facts` answers decides nothing. */
  readonly ignoresSize: boolean;
}

/** What the steps of processes look at and change. */
export class SimWorld {
  readonly disk: SimDisk;
  /** Inodes in which an append is under way, and whose. */
  readonly busy: Map<number, number>;
  /** Held locks by path. */
  readonly locks: Map<string, number>;
  readonly dead: Set<number>;

  constructor(disk: SimDisk, from?: SimWorld) {
    this.disk = disk;
    this.busy = new Map(from?.busy);
    this.locks = new Map(from?.locks);
    this.dead = new Set(from?.dead);
  }

  clone(): SimWorld {
    return new SimWorld(this.disk.clone(), this);
  }

  file(file: OpenFile): OpenFile {
    return this.disk.reopen(file.path, handleOf(file).inode);
  }

  /** The same for two worlds that no process can tell apart. */
  fingerprint(): string {
    const rest = [...this.busy, ...this.locks, ...[...this.dead].map((process) => `dead ${process}`)].map(
      String,
    );
    return `${rest.toSorted().join()}${this.disk.fingerprint()}`;
  }
}
