import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  nat,
  oneof,
  record,
  uint8Array,
} from "fast-check";
import { expect, test } from "vitest";
import type { Fs, OpenFile } from "../../../src/base/files.ts";
import { nodeFiles } from "../../../src/base/node-files.ts";
import { SimDisk } from "../../support/sim-disk.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const NAMES = ["a", "b", "a/a", "a/b", "b/a", "a/a/a"] as const;
const path = constantFrom(...NAMES);
const content = uint8Array({ maxLength: 20 });
const slot = nat({ max: 2 });

/** A call by path, or on the file that was opened last in that slot. */
type Call =
  | {
      readonly kind: "open";
      readonly op: "openAppend" | "openRead";
      readonly path: string;
      readonly slot: number;
    }
  | { readonly kind: "file"; readonly slot: number; readonly run: FileCall }
  | { readonly kind: "path"; readonly path: string; readonly run: PathCall };
type FileCall =
  | { readonly op: "append"; readonly bytes: Uint8Array }
  | { readonly op: "readFrom"; readonly offset: number; readonly max: number }
  | { readonly op: "facts" | "sync" | "close" };
type PathCall =
  | { readonly op: "stat" | "unlink" | "list" | "mkdir" | "rmdir" | "syncFolder" }
  | { readonly op: "create"; readonly bytes: Uint8Array }
  | { readonly op: "rename"; readonly to: string };

const call: Arbitrary<Call> = oneof(
  record({
    kind: constant("open" as const),
    op: constantFrom("openAppend" as const, "openRead" as const),
    path,
    slot,
  }),
  record({
    kind: constant("file" as const),
    slot,
    run: oneof(
      record({ op: constant("append" as const), bytes: content }),
      record({ op: constant("readFrom" as const), offset: nat({ max: 30 }), max: nat({ max: 30 }) }),
      record({ op: constantFrom("facts" as const, "sync" as const, "close" as const) }),
    ),
  }),
  record({
    kind: constant("path" as const),
    path,
    run: oneof(
      record({
        op: constantFrom(
          "stat" as const,
          "unlink" as const,
          "list" as const,
          "mkdir" as const,
          "rmdir" as const,
          "syncFolder" as const,
        ),
      }),
      record({ op: constant("create" as const), bytes: content }),
      record({ op: constant("rename" as const), to: path }),
    ),
  }),
);

/** What a process sees of a disk: each answer, and each error with all it says. */
async function play(fs: Fs, root: string, calls: readonly Call[]): Promise<unknown[]> {
  const open = new Map<number, OpenFile>();
  const seen: unknown[] = [];
  for (const each of calls) {
    try {
      seen.push(await playOne(fs, root, open, each));
    } catch (error) {
      seen.push(errorText(error, root));
    }
  }
  for (const file of open.values()) await fs.close(file);
  return seen;
}

async function playOne(fs: Fs, root: string, open: Map<number, OpenFile>, each: Call): Promise<unknown> {
  if (each.kind === "path") return callPath(fs, root, join(root, each.path), each.run);
  const before = open.get(each.slot);
  if (each.kind === "file") {
    if (!before) return "not open";
    if (each.run.op === "close") open.delete(each.slot);
    return callFile(fs, before, each.run);
  }
  open.set(each.slot, await fs[each.op](join(root, each.path)));
  if (before) await fs.close(before);
  return "opened";
}

async function callFile(fs: Fs, file: OpenFile, run: FileCall): Promise<unknown> {
  if (run.op === "append") return fs.append(file, run.bytes);
  if (run.op === "readFrom") return [...(await fs.readFrom(file, run.offset, run.max))];
  return run.op === "facts" ? shown(await fs.facts(file)) : fs[run.op](file);
}

async function callPath(fs: Fs, root: string, at: string, run: PathCall): Promise<unknown> {
  if (run.op === "stat") return shown(await fs.stat(at));
  if (run.op === "rename") return fs.rename(at, join(root, run.to));
  return run.op === "create" ? fs.create(at, run.bytes) : fs[run.op](at);
}

/** Inodes and times are the disk's own; sizes and links of folders differ from one file system to the next. */
function shown(facts: Awaited<ReturnType<Fs["stat"]>>): unknown {
  if (!facts) return undefined;
  const { kind, mode, uid, size, links } = facts;
  return kind === "file" ? { kind, mode, uid, size, links } : { kind, mode, uid };
}

function errorText(error: unknown, root: string): unknown {
  if (!(error instanceof Error)) return error;
  const fields = Object.fromEntries(
    ["errno", "code", "syscall", "path", "dest", "message", "hint"].map((key) => [
      key,
      Reflect.get(error, key),
    ]),
  );
  return JSON.parse(JSON.stringify(fields).replaceAll(root, ""));
}

test("the simulated disk answers every sequence of calls as the real one does, errors included", async () => {
  const root = join(tempFolder(), "root");
  await assert(
    asyncProperty(array(call, { minLength: 5, maxLength: 40 }), async (calls) => {
      rmSync(root, { recursive: true, force: true });
      mkdirSync(root);
      const sim = new SimDisk();
      sim.now.mkdir("/root");
      expect(await play(sim.fs(), "/root", calls)).toEqual(await play(nodeFiles(), root, calls));
    }),
    { numRuns: 300 },
  );
});

test("an open file survives its removal and its replacement, and says so", () => {
  const disk = new SimDisk();
  const { now } = disk;
  now.create("/log", Buffer.from("one"));
  const file = now.openAppend("/log");
  now.create("/other", Buffer.from("two"));
  now.rename("/other", "/log");
  now.append(file, Buffer.from("+"));

  expect(now.facts(file)).toMatchObject({ links: 0, size: 4 });
  expect(disk.content("/log")?.toString()).toBe("two");
  expect(Buffer.from(now.readFrom(file, 0, 10)).toString()).toBe("one+");
});

test("a clone goes its own way", () => {
  const disk = new SimDisk();
  disk.put("/team/log", Buffer.from("one"));
  const twin = disk.clone();
  twin.now.append(twin.now.openAppend("/team/log"), Buffer.from("+"));
  twin.now.mkdir("/team/new");

  expect(disk.paths()).toEqual(["/team/", "/team/log"]);
  expect(disk.content("/team/log")?.toString()).toBe("one");
  expect(twin.content("/team/log")?.toString()).toBe("one+");
});
