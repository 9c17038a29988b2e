import { dirname } from "node:path";
import type { FileFacts, Fs, OpenFile } from "../../src/base/files.ts";
import { systemError } from "./store-faulty-fs.ts";

/** A disk in memory, for thousands of damaged files a second. */
export interface MemoryFs extends Fs {
  /** Puts these bytes at the path, in the file that is there or in a new one: what a foreign program does. */
  readonly put: (path: string, bytes: Uint8Array) => void;
  /** The bytes of a file; fails when there is none. */
  readonly bytes: (path: string) => Buffer;
  /** Every path that was opened. */
  readonly opened: ReadonlySet<string>;
}

interface Node {
  readonly inode: bigint;
  readonly kind: "file" | "folder";
  bytes: Buffer;
  links: number;
}

interface OpenNode extends OpenFile {
  readonly node: Node;
}

function nodeOf(file: OpenFile): Node {
  return (file as OpenNode).node;
}

export function memoryFs(...folders: readonly string[]): MemoryFs {
  const nodes = new Map<string, Node>();
  const opened = new Set<string>();
  let inodes = 0n;

  function make(path: string, kind: Node["kind"], bytes: Uint8Array): void {
    nodes.set(path, { inode: ++inodes, kind, bytes: Buffer.from(bytes), links: 1 });
  }
  function at(path: string, call: string): Node {
    const node = nodes.get(path);
    if (!node) throw systemError("ENOENT", call, path);
    return node;
  }
  function makeNew(path: string, kind: Node["kind"], bytes: Uint8Array): void {
    if (nodes.has(path)) throw systemError("EEXIST", "create", path);
    at(dirname(path), "create");
    make(path, kind, bytes);
  }
  async function open(path: string): Promise<OpenNode> {
    opened.add(path);
    return { path, node: at(path, "open") };
  }
  const facts = ({ inode, kind, bytes, links }: Node): FileFacts => ({
    size: bytes.length,
    inode,
    links,
    kind,
    mode: 0o600,
    uid: process.getuid?.() ?? 0,
    modifiedMs: 0,
  });

  for (const folder of folders) make(folder, "folder", Buffer.alloc(0));
  return {
    put: (path, bytes) => {
      const node = nodes.get(path);
      if (node) node.bytes = Buffer.from(bytes);
      else make(path, "file", bytes);
    },
    bytes: (path) => at(path, "read").bytes,
    opened,
    openAppend: open,
    openRead: open,
    close: async () => undefined,
    append: async (file, bytes) => {
      const node = nodeOf(file);
      node.bytes = Buffer.concat([node.bytes, bytes]);
      return bytes.length;
    },
    readFrom: async (file, offset, max) => Buffer.from(nodeOf(file).bytes.subarray(offset, offset + max)),
    facts: async (file) => facts(nodeOf(file)),
    stat: async (path) => {
      const node = nodes.get(path);
      return node && facts(node);
    },
    create: async (path, bytes) => makeNew(path, "file", bytes),
    rename: async (from, to) => {
      const node = at(from, "rename");
      nodes.delete(from);
      nodes.set(to, node);
    },
    unlink: async (path) => {
      at(path, "unlink").links = 0;
      nodes.delete(path);
    },
    list: async (path) =>
      nodes.has(path)
        ? [...nodes.keys()]
            .filter((other) => other !== path && dirname(other) === path)
            .map((other) => other.slice(path.length + 1))
            .toSorted()
        : undefined,
    mkdir: async (path) => makeNew(path, "folder", Buffer.alloc(0)),
    rmdir: async (path) => {
      nodes.delete(path);
    },
    sync: async () => undefined,
    syncFolder: async () => undefined,
  };
}
