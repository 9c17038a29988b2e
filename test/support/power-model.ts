import { createHash } from "node:crypto";
import { basename, dirname } from "node:path";
import type { Call } from "./power-calls.ts";

/** What a power cut left: each path with its content, null for a folder. */
export type Image = ReadonlyMap<string, Buffer | null>;

/** A disk as a cut may leave it, and what had been answered by then. */
export interface Cut {
  /** The cut came after so many calls. */
  readonly after: number;
  readonly image: Image;
  readonly key: string;
  readonly acked: readonly string[];
}

export interface CutLimits {
  /** All disks of a cut point are built when there are no more than so many. */
  readonly exhaustive: number;
  /** So many otherwise, chosen by the seed. */
  readonly sample: number;
  readonly seed: number;
  /** The first cut point; 0 unless given. */
  readonly from?: number;
}

interface FileNode {
  readonly kind: "file";
  /** What a process reads. */
  bytes: Buffer;
  /** Up to here the device has it. */
  covered: Buffer;
  /** Places where a write ended: the tail is cut there and around there. */
  ends: number[];
  /** Where the device may have nothing although a later sync said "good": a sync failed over it. */
  lost: (readonly [from: number, to: number])[];
  /** Up to here a sync failed. */
  failed: number;
  /** What stood there before it was written over in place. */
  before: readonly Buffer[];
}

interface FolderNode {
  readonly kind: "folder";
  readonly names: Map<string, Node>;
  readonly durable: Map<string, Node>;
  pending: NameChange[];
}

type Node = FileNode | FolderNode;

/** One step in one folder: a name goes, a name comes, or both at once. */
interface NameChange {
  readonly remove?: string;
  readonly add?: readonly [name: string, node: Node];
}

/** A cut in front of such a call is one behind it. Answers come before the cut: they are what it must not break. */
const LEAVES_AS_IT_IS: ReadonlySet<Call["kind"]> = new Set(["ack", "open", "sync", "syncFolder"]);
/** Names of temporary files hold the pid of their writer, which is dead after a cut. */
const OWN_TEMP = new RegExp(`\\.${process.pid}-(\\d+)\\.tmp$`);

/**
 * The disks that a power cut may leave, for each place in the list where it may come. What a finished sync covers
 * stands. Of the tail behind it there is nothing, a prefix, all, or NULs; each file on its own. Of the names that no
 * sync of their folder covers any subset is there. A sync of a file does not cover its name, one of a folder covers
 * neither the files in it nor its own name.
 */
export function* cuts(root: string, calls: readonly Call[], limits: CutLimits): Generator<Cut> {
  const disk = createDisk(root);
  const random = randomOf(limits.seed);
  const acked: string[] = [];
  const from = limits.from ?? 0;
  for (let at = 0; at <= calls.length; at++) {
    const call = calls[at];
    if (at >= from && !(call && LEAVES_AS_IT_IS.has(call.kind)))
      for (const drawn of images(disk.top, root, limits, random))
        yield { after: at, ...drawn, acked: [...acked] };
    if (call?.kind === "ack" && call.what !== "") acked.push(call.what);
    else if (call) disk.apply(call, at);
  }
}

function keyOf(image: readonly (readonly [string, Buffer | null])[]): string {
  const hash = createHash("sha1");
  for (const [path, bytes] of image)
    hash.update(`${path}\0${bytes === null ? "/" : bytes.length}\0`).update(bytes ?? "");
  return hash.digest("hex");
}

/** Numbers in [0, 1) that only the seed decides (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word = (word + Math.imul(word ^ (word >>> 7), word | 61)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type CallOf<K extends Call["kind"]> = Extract<Call, { readonly kind: K }>;

interface Disk {
  readonly top: FolderNode;
  readonly apply: (call: Call, at: number) => void;
}

function newFolder(): FolderNode {
  return { kind: "folder", names: new Map(), durable: new Map(), pending: [] };
}

function createDisk(root: string): Disk {
  const top = newFolder();
  const handles = new Map<number, FileNode>();
  /** What a sync that has begun will cover. */
  const begun = new Map<number, (ok: boolean) => void>();

  function nodeAt(path: string): Node | undefined {
    if (path !== root && !path.startsWith(`${root}/`)) throw new Error(`${path} lies outside ${root}`);
    let node: Node | undefined = top;
    for (const name of path.slice(root.length).split("/").filter(Boolean))
      node = node?.kind === "folder" ? node.names.get(name) : undefined;
    return node;
  }

  function folderAt(path: string): FolderNode {
    const node = nodeAt(path);
    if (node?.kind !== "folder") throw new Error(`no folder at ${path}`);
    return node;
  }

  function fileAt(path: string): FileNode {
    const node = nodeAt(path);
    if (node?.kind !== "file") throw new Error(`no file at ${path}`);
    return node;
  }

  function handled(handle: number): FileNode {
    const file = handles.get(handle);
    if (!file) throw new Error(`file ${handle} is not open`);
    return file;
  }

  function change(path: string, step: NameChange): void {
    const folder = folderAt(dirname(path));
    if (step.remove !== undefined) folder.names.delete(step.remove);
    if (step.add) folder.names.set(...step.add);
    folder.pending.push(step);
  }

  function rename(from: string, to: string): void {
    if (dirname(from) !== dirname(to)) throw new Error(`a rename out of its folder: ${from} to ${to}`);
    const node = nodeAt(from);
    if (!node) throw new Error(`nothing at ${from}`);
    change(to, { remove: basename(from), add: [basename(to), node] });
  }

  const steps: { readonly [K in Call["kind"]]: (call: CallOf<K>, at: number) => void } = {
    open: ({ handle, path }) => handles.set(handle, fileAt(path)),
    append: ({ handle, bytes }) => extend(handled(handle), bytes),
    create: ({ path, bytes }) => change(path, { add: [basename(path), newFile(bytes)] }),
    overwrite: ({ path, bytes }) => overwrite(fileAt(path), bytes),
    rename: ({ from, to }) => rename(from, to),
    unlink: ({ path }) => change(path, { remove: basename(path) }),
    rmdir: ({ path }) => change(path, { remove: basename(path) }),
    mkdir: ({ path }) => change(path, { add: [basename(path), newFolder()] }),
    sync: ({ handle }, at) => begun.set(at, coverFile(handled(handle))),
    syncFolder: ({ path }, at) => begun.set(at, coverFolder(folderAt(path))),
    synced: ({ begin, ok }) => begun.get(begin)?.(ok),
    settled: () => settle(top),
    ack: () => undefined,
  };

  /** The kind picks the step, which the compiler cannot follow. */
  function apply<K extends Call["kind"]>(call: CallOf<K> & { readonly kind: K }, at: number): void {
    steps[call.kind](call, at);
  }

  return { top, apply };
}

function newFile(bytes: Buffer): FileNode {
  return {
    kind: "file",
    bytes,
    covered: Buffer.alloc(0),
    ends: [bytes.length],
    lost: [],
    failed: 0,
    before: [],
  };
}

function extend(file: FileNode, bytes: Buffer): void {
  file.bytes = Buffer.concat([file.bytes, bytes]);
  file.ends.push(file.bytes.length);
}

/** What was there may stand, or be gone before the first new byte has reached the device. */
function overwrite(file: FileNode, bytes: Buffer): void {
  file.before = [...file.before, file.bytes];
  file.covered = file.covered.subarray(0, 0);
  file.bytes = bytes;
  file.ends = [bytes.length];
}

function coverFile(file: FileNode): (ok: boolean) => void {
  const { bytes } = file;
  return (ok) => {
    const from = file.covered.length;
    if (bytes.length <= from) return;
    if (!ok) {
      file.failed = Math.max(file.failed, bytes.length);
      return;
    }
    // The kernel forgets what it could not write: the next sync says "good" and covers only what came later.
    if (file.failed > from) file.lost.push([from, file.failed]);
    file.covered = bytes;
    file.before = [];
  };
}

function coverFolder(folder: FolderNode): (ok: boolean) => void {
  const count = folder.pending.length;
  const covered = folder.pending.slice(0, count);
  return (ok) => {
    if (!ok) return;
    for (const step of covered) applyStep(folder.durable, step);
    folder.pending = folder.pending.filter((step) => !covered.includes(step));
  };
}

function applyStep(names: Map<string, Node>, { remove, add }: NameChange): void {
  if (remove !== undefined) names.delete(remove);
  if (add) names.set(...add);
}

function settle(node: Node): void {
  if (node.kind === "file") {
    node.covered = node.bytes;
    return;
  }
  coverFolder(node)(true);
  for (const child of node.names.values()) settle(child);
}

/** One thing that the cut decides, with how many ways it may go; way 0 loses most, the last keeps all. */
interface Question {
  readonly subject: FileNode | NameChange;
  readonly ways: number;
}

type Answers = ReadonlyMap<FileNode | NameChange, number>;

function* images(
  top: FolderNode,
  root: string,
  limits: CutLimits,
  random: () => number,
): Generator<{ readonly image: Image; readonly key: string }> {
  const fates = new Map<FileNode, readonly Buffer[]>();
  const questions = questionsOf(top, fates);
  const seen = new Set<string>();
  for (const answers of answersTo(questions, limits, random)) {
    const image: [string, Buffer | null][] = [];
    draw(top, root, { fates, answers, image });
    const key = keyOf(image);
    if (seen.has(key)) continue;
    seen.add(key);
    yield { image: new Map(image), key };
  }
}

function questionsOf(top: FolderNode, fates: Map<FileNode, readonly Buffer[]>): Question[] {
  const questions: Question[] = [];
  const seen = new Set<Node>();
  const look = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === "file") {
      const ways = fatesOf(node);
      fates.set(node, ways);
      if (ways.length > 1) questions.push({ subject: node, ways: ways.length });
      return;
    }
    for (const step of node.pending) questions.push({ subject: step, ways: 2 });
    for (const child of [
      ...node.durable.values(),
      ...node.pending.flatMap(({ add }) => (add ? [add[1]] : [])),
    ])
      look(child);
  };
  look(top);
  return questions;
}

/** Contents a file may have: nothing of its tail first, all of it last. */
function fatesOf(file: FileNode): readonly Buffer[] {
  const { covered, ends, lost, before } = file;
  const base = file.bytes;
  const from = covered.length;
  const starts = [from, ...ends.filter((end) => end > from)];
  const places = new Set([from]);
  for (const [index, end] of starts.entries()) {
    const start = starts[index - 1];
    if (start === undefined) continue;
    // One byte, half, all but the newline, all: of each write in the tail.
    for (const place of [start + 1, start + Math.floor((end - start) / 2), end - 1, end]) places.add(place);
  }
  const cutAt = [...places].toSorted((one, other) => one - other);
  const tails = cutAt.map((place) => base.subarray(0, place));
  const nuls = starts
    .slice(0, -1)
    .map((start) => Buffer.concat([base.subarray(0, start), Buffer.alloc(base.length - start)]));
  const whole = [...before, ...nuls, ...tails];
  return lost.length === 0 ? whole : [...whole.map((bytes) => withHoles(bytes, lost)), ...whole];
}

function withHoles(bytes: Buffer, lost: FileNode["lost"]): Buffer {
  const holed = Buffer.from(bytes);
  for (const [from, to] of lost) holed.fill(0, from, Math.min(to, holed.length));
  return holed;
}

/** All answers when they are few; otherwise that all is kept, that all is lost, and random ones. */
function* answersTo(
  questions: readonly Question[],
  { exhaustive, sample }: CutLimits,
  random: () => number,
): Generator<Answers> {
  const ways = questions.reduce((product, question) => product * question.ways, 1);
  if (ways <= exhaustive) {
    for (let number = 0; number < ways; number++) yield numbered(questions, number);
    return;
  }
  const all = questions.map(({ ways: count }) => count - 1);
  const none = questions.map(() => 0);
  for (let count = 0; count < sample; count++) {
    if (count === 0) yield answer(questions, all);
    else if (count === 1) yield answer(questions, none);
    else yield answer(questions, mixed(questions, random));
  }
}

/** All but one thing lost or kept in half of the cases, otherwise each by itself: mostly kept, or as it comes. */
function mixed(questions: readonly Question[], random: () => number): readonly number[] {
  const any = ({ ways }: Question): number => Math.floor(random() * ways);
  const kind = random();
  const one = Math.floor(random() * questions.length);
  return questions.map((question, index) => {
    if (kind < 0.4) return index === one ? any(question) : question.ways - 1;
    if (kind < 0.5) return index === one ? question.ways - 1 : 0;
    return random() < (kind < 0.8 ? 0.8 : 0.4) ? question.ways - 1 : any(question);
  });
}

function answer(questions: readonly Question[], ways: readonly number[]): Answers {
  return new Map(questions.map(({ subject }, index) => [subject, ways[index] ?? 0]));
}

function numbered(questions: readonly Question[], number: number): Answers {
  let rest = number;
  return new Map(
    questions.map(({ subject, ways }) => {
      const way = rest % ways;
      rest = Math.floor(rest / ways);
      return [subject, way];
    }),
  );
}

interface Drawing {
  readonly fates: ReadonlyMap<FileNode, readonly Buffer[]>;
  readonly answers: Answers;
  readonly image: [string, Buffer | null][];
}

/** Writes down what stands below `path`: a file whose name is lost is not there, whatever became of its content. */
function draw(folder: FolderNode, path: string, drawing: Drawing): void {
  const names = new Map(folder.durable);
  for (const step of folder.pending) if (drawing.answers.get(step) === 1) applyStep(names, step);
  for (const [name, node] of [...names].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    const at = `${path}/${name.replace(OWN_TEMP, ".999999999-$1.tmp")}`;
    if (node.kind === "folder") {
      drawing.image.push([at, null]);
      draw(node, at, drawing);
    } else drawing.image.push([at, drawing.fates.get(node)?.[drawing.answers.get(node) ?? 0] ?? node.bytes]);
  }
}
