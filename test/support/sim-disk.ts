import { constants } from "node:os";
import { getSystemErrorMap } from "node:util";
import { TroupeError } from "../../src/base/errors.ts";
import type { FileFacts, Fs, OpenFile } from "../../src/base/files.ts";

/** The calls of `Fs` as the disk answers them: at once. */
export type DiskCalls = {
  readonly [K in keyof Fs]: (...args: Parameters<Fs[K]>) => Awaited<ReturnType<Fs[K]>>;
};

/** A file or a folder, whatever names it has. */
export interface Inode {
  readonly number: number;
  readonly kind: "file" | "folder";
  links: number;
  mode: number;
  uid: number;
  modifiedMs: number;
  /** Of a file: its content is the first `size` bytes. */
  bytes: Buffer;
  size: number;
  /** Of a folder. */
  readonly entries: Map<string, Inode>;
}

/** Where a path leads: the folders and names on the way, and what stands at its end. */
export interface Trail {
  /** `<inode of the folder>/<name>` for each step, the last one included. */
  readonly steps: readonly string[];
  readonly folder: Inode | undefined;
  readonly name: string;
  readonly inode: Inode | undefined;
  /** Why it leads nowhere, when a folder on the way is missing or none. */
  readonly broken: "ENOENT" | "ENOTDIR" | undefined;
}

const FIRST_TIME = Date.UTC(2026, 10, 20, 12);
const OWN_UID = process.getuid?.() ?? 0;
const MESSAGES = new Map([...getSystemErrorMap()].map(([, [code, message]]) => [code, message]));
const NUMBERS: ReadonlyMap<string, number> = new Map(Object.entries(constants.errno));

class SimFile implements OpenFile {
  readonly path: string;
  readonly disk: SimDisk;
  readonly inode: Inode;
  readonly canWrite: boolean;
  isOpen = true;

  constructor(disk: SimDisk, path: string, inode: Inode, canWrite: boolean) {
    this.disk = disk;
    this.path = path;
    this.inode = inode;
    this.canWrite = canWrite;
  }
}

/** An error as `node:fs` throws it. */
function nodeError(code: string, syscall: string, path?: string, dest?: string): NodeJS.ErrnoException {
  const where = path === undefined ? "" : ` '${path}'${dest === undefined ? "" : ` -> '${dest}'`}`;
  const error = new Error(`${code}: ${MESSAGES.get(code) ?? "unknown error"}, ${syscall}${where}`);
  return Object.assign(error, {
    errno: -(NUMBERS.get(code) ?? 0),
    code,
    syscall,
    ...(path === undefined ? {} : { path }),
    ...(dest === undefined ? {} : { dest }),
  });
}

/**
 * A disk in memory that answers as `nodeFiles()` does, errors included. Each `fs()` is the view of one process. Time
 * stands still until `passTime`, so that two calls on different files may change places and nobody can tell.
 */
export class SimDisk {
  /** The calls, answered at once; `fs()` gives the same as promises. */
  readonly now: DiskCalls;
  readonly #root: Inode;
  /** Every inode ever made, by number: whoever has one open keeps it when its last name is gone. */
  readonly #made = new Map<number, Inode>();
  #inodes = 1;
  #time = FIRST_TIME;

  constructor(root?: Inode) {
    this.#root = root ?? this.#make("folder", 0o755);
    this.#made.set(this.#root.number, this.#root);
    this.now = this.#calls();
  }

  fs(): Fs {
    const { now } = this;
    return {
      openAppend: async (path) => now.openAppend(path),
      openRead: async (path) => now.openRead(path),
      close: async (file) => now.close(file),
      append: async (file, bytes) => now.append(file, bytes),
      readFrom: async (file, offset, max) => now.readFrom(file, offset, max),
      facts: async (file) => now.facts(file),
      stat: async (path) => now.stat(path),
      create: async (path, bytes) => now.create(path, bytes),
      rename: async (from, to) => now.rename(from, to),
      unlink: async (path) => now.unlink(path),
      list: async (path) => now.list(path),
      mkdir: async (path) => now.mkdir(path),
      rmdir: async (path) => now.rmdir(path),
      sync: async (file) => now.sync(file),
      syncFolder: async (path) => now.syncFolder(path),
    };
  }

  /** Another disk with the same content, names and inodes. What is open here is not open there: see `reopen`. */
  clone(): SimDisk {
    const copies = new Map<Inode, Inode>();
    const copy = (inode: Inode): Inode => {
      const known = copies.get(inode);
      if (known) return known;
      const made: Inode = { ...inode, bytes: Buffer.from(inode.bytes), entries: new Map() };
      copies.set(inode, made);
      for (const [name, child] of inode.entries) made.entries.set(name, copy(child));
      return made;
    };
    const twin = new SimDisk(copy(this.#root));
    for (const [number, inode] of this.#made) twin.#made.set(number, copy(inode));
    twin.#inodes = this.#inodes;
    twin.#time = this.#time;
    return twin;
  }

  /** The file of that number as somebody has it who opened it here or on the disk that this is a clone of. */
  reopen(path: string, number: number): OpenFile {
    const inode = this.#made.get(number);
    if (!inode) throw new Error(`${path}: no inode ${number} was ever made`);
    return new SimFile(this, path, inode, true);
  }

  /** All that a call could tell this disk from another by, times apart. */
  fingerprint(): string {
    return [...this.#made.values()]
      .map(({ number, links, bytes, size, entries }) => {
        const names = [...entries].map(([name, inode]) => `${name}=${inode.number}`).toSorted();
        return `${number} ${links} ${names.join()} ${bytes.toString("latin1", 0, size)}`;
      })
      .join("\0");
  }

  /** From now on files are written that much later. */
  passTime(ms: number): void {
    this.#time += ms;
  }

  /** The content of a file; undefined when no file is there. */
  content(path: string): Buffer | undefined {
    const { inode } = this.trail(path);
    return inode?.kind === "file" ? Buffer.from(inode.bytes.subarray(0, inode.size)) : undefined;
  }

  /** Gives a file this content, in place; makes it, and the folders above it, when it is not there. */
  put(path: string, bytes: Uint8Array): void {
    let { inode } = this.trail(path);
    if (!inode) {
      const parts = path.split("/").slice(1);
      for (let depth = 1; depth < parts.length; depth++) {
        const folder = `/${parts.slice(0, depth).join("/")}`;
        if (!this.trail(folder).inode) this.now.mkdir(folder);
      }
      inode = this.#add(path, "file", 0o600, "open");
    }
    inode.bytes = Buffer.from(bytes);
    inode.size = bytes.length;
    inode.modifiedMs = this.#time;
  }

  /** Every file and folder under `path`, sorted; folders end with a slash. */
  paths(path = ""): readonly string[] {
    const { inode } = path === "" ? { inode: this.#root } : this.trail(path);
    const names = [...(inode?.entries ?? [])].toSorted(([one], [other]) => (one < other ? -1 : 1));
    return names.flatMap(([name, child]) => {
      const at = `${path}/${name}`;
      return child.kind === "folder" ? [`${at}/`, ...this.paths(at)] : [at];
    });
  }

  /** What an open file is, for those who look behind the calls: recorders, lies, explorers. */
  inodeOf(file: OpenFile): Inode {
    if (!(file instanceof SimFile) || file.disk !== this) {
      throw new Error(`opened by another file system: ${file.path}`);
    }
    return file.inode;
  }

  trail(path: string): Trail {
    const names = path.split("/").filter((name) => name !== "");
    const steps: string[] = [];
    let inode: Inode | undefined = this.#root;
    let folder: Inode | undefined;
    for (const name of names) {
      if (inode?.kind !== "folder") {
        const broken = inode ? "ENOTDIR" : "ENOENT";
        return { steps, folder: undefined, name, inode: undefined, broken };
      }
      steps.push(`${inode.number}/${name}`);
      folder = inode;
      inode = inode.entries.get(name);
    }
    return { steps, folder, name: names.at(-1) ?? "", inode, broken: undefined };
  }

  /** Writes at a place of an open file, as `pwrite` does without O_APPEND; what lies between is NUL. */
  writeAt(file: OpenFile, offset: number, bytes: Uint8Array): number {
    const inode = this.inodeOf(file);
    const end = offset + bytes.length;
    if (end > inode.bytes.length) {
      const larger = Buffer.alloc(Math.max(end, inode.bytes.length * 2));
      inode.bytes.copy(larger, 0, 0, inode.size);
      inode.bytes = larger;
    }
    inode.bytes.set(bytes, offset);
    inode.size = Math.max(inode.size, end);
    inode.modifiedMs = this.#time;
    return bytes.length;
  }

  #make(kind: Inode["kind"], mode: number): Inode {
    const inode: Inode = {
      number: this.#inodes++,
      kind,
      links: kind === "folder" ? 2 : 1,
      mode,
      uid: OWN_UID,
      modifiedMs: this.#time,
      bytes: Buffer.alloc(0),
      size: 0,
      entries: new Map(),
    };
    this.#made.set(inode.number, inode);
    return inode;
  }

  /** The trail of a path whose folder is there. */
  #reach(
    path: string,
    syscall: string,
    dest?: readonly [from: string, to: string],
  ): Trail & { folder: Inode } {
    const trail = this.trail(path);
    const { broken, folder } = trail;
    if (broken || !folder) {
      const [from, to] = dest ?? [path];
      throw nodeError(broken ?? "ENOENT", syscall, from, to);
    }
    return { ...trail, folder };
  }

  #add(path: string, kind: Inode["kind"], mode: number, syscall: string): Inode {
    const { folder, name, inode } = this.#reach(path, syscall);
    if (inode) throw nodeError("EEXIST", syscall, path);
    const made = this.#make(kind, mode);
    folder.entries.set(name, made);
    if (kind === "folder") folder.links++;
    return made;
  }

  #open(path: string, canWrite: boolean): SimFile {
    const { inode } = this.#reach(path, "open");
    if (!inode) throw nodeError("ENOENT", "open", path);
    if (inode.kind === "folder" && canWrite) throw nodeError("EISDIR", "open", path);
    const why = refusal(inode);
    if (why === undefined) return new SimFile(this, path, inode, canWrite);
    throw new TroupeError("state_dir", `${path} is refused: ${why}`, {
      hint: "look who put it there; troupe works with plain files of its own only",
    });
  }

  #used(file: OpenFile, syscall: string): SimFile {
    if (!(file instanceof SimFile) || file.disk !== this) {
      throw new Error(`opened by another file system: ${file.path}`);
    }
    if (!file.isOpen) throw nodeError("EBADF", syscall);
    return file;
  }

  #calls(): DiskCalls {
    return {
      openAppend: (path) => this.#open(path, true),
      openRead: (path) => this.#open(path, false),
      close: (file) => {
        this.#used(file, "close").isOpen = false;
      },
      append: (file, bytes) => {
        const { inode, canWrite } = this.#used(file, "write");
        if (!canWrite) throw nodeError("EBADF", "write");
        return this.writeAt(file, inode.size, bytes);
      },
      readFrom: (file, offset, max) => {
        const { inode } = this.#used(file, "read");
        return Buffer.from(inode.bytes.subarray(0, inode.size).subarray(offset, offset + max));
      },
      facts: (file) => factsOf(this.#used(file, "fstat").inode),
      stat: (path) => {
        const { inode, broken } = this.trail(path);
        if (broken === "ENOTDIR") throw nodeError("ENOTDIR", "lstat", path);
        return inode && factsOf(inode);
      },
      create: (path, bytes) => {
        const inode = this.#add(path, "file", 0o600, "open");
        inode.bytes = Buffer.from(bytes);
        inode.size = bytes.length;
      },
      rename: (from, to) => this.#rename(from, to),
      unlink: (path) => {
        const { folder, name, inode } = this.#reach(path, "unlink");
        if (!inode) throw nodeError("ENOENT", "unlink", path);
        if (inode.kind === "folder") throw nodeError("EISDIR", "unlink", path);
        folder.entries.delete(name);
        inode.links--;
      },
      list: (path) => {
        const { inode, broken } = this.trail(path);
        if (broken === "ENOTDIR" || inode?.kind === "file") throw nodeError("ENOTDIR", "scandir", path);
        return inode && [...inode.entries.keys()].toSorted();
      },
      mkdir: (path) => {
        this.#add(path, "folder", 0o700, "mkdir");
      },
      rmdir: (path) => {
        const { folder, name, inode } = this.#reach(path, "rmdir");
        if (!inode) throw nodeError("ENOENT", "rmdir", path);
        if (inode.kind === "file") throw nodeError("ENOTDIR", "rmdir", path);
        if (inode.entries.size > 0) throw nodeError("ENOTEMPTY", "rmdir", path);
        folder.entries.delete(name);
        folder.links--;
        inode.links = 0;
      },
      sync: (file) => {
        this.#used(file, "fdatasync");
      },
      syncFolder: (path) => {
        const { inode } = this.#reach(path, "open");
        if (!inode) throw nodeError("ENOENT", "open", path);
      },
    };
  }

  #rename(from: string, to: string): void {
    const names = [from, to] as const;
    const source = this.#reach(from, "rename", names);
    const target = this.#reach(to, "rename", names);
    const { inode } = source;
    if (!inode) throw nodeError("ENOENT", "rename", from, to);
    const nested = from === to ? undefined : whyNotNested(from, to);
    if (nested) throw nodeError(nested, "rename", from, to);
    const replaced = target.inode;
    if (replaced === inode) return;
    const why = replaced && whyNotOver(inode, replaced);
    if (why) throw nodeError(why, "rename", from, to);
    if (replaced) replaced.links = replaced.kind === "folder" ? 0 : replaced.links - 1;
    if (replaced?.kind === "folder") target.folder.links--;
    source.folder.entries.delete(source.name);
    target.folder.entries.set(target.name, inode);
    if (inode.kind === "folder") {
      source.folder.links--;
      target.folder.links++;
    }
  }
}

/** A folder cannot move into itself, and nothing can take the place of a folder that it is in. */
function whyNotNested(from: string, to: string): string | undefined {
  if (to.startsWith(`${from}/`)) return "EINVAL";
  return from.startsWith(`${to}/`) ? "ENOTEMPTY" : undefined;
}

/** What keeps a rename from putting `inode` in the place of `replaced`. */
function whyNotOver(inode: Inode, replaced: Inode): string | undefined {
  if (inode.kind === "folder" && replaced.kind === "file") return "ENOTDIR";
  if (inode.kind === "file" && replaced.kind === "folder") return "EISDIR";
  return replaced.entries.size > 0 ? "ENOTEMPTY" : undefined;
}

function refusal({ kind, links, uid }: Inode): string | undefined {
  if (kind === "folder") return "it is no regular file";
  if (links > 1) return `it has ${links} hard links`;
  if (uid !== OWN_UID) return `it belongs to uid ${uid}, we are ${OWN_UID}`;
  return undefined;
}

function factsOf({ size, number, links, kind, mode, uid, modifiedMs }: Inode): FileFacts {
  return { size, inode: BigInt(number), links, kind, mode, uid, modifiedMs };
}
