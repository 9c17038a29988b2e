import type { OpenFile } from "../../../src/base/files.ts";
import { union } from "./footprints.ts";
import { type Crash, PARTS, type Part, type Plan } from "./plan.ts";
import type { Footprint } from "./search.ts";
import { handleOf, type SimWorld } from "./sim-world.ts";

/** `holds`: whether the process has its lock, where it may lose it. */
export type Answer = { readonly holds?: boolean } & (
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: Error }
);

/** One call that waits for its turn. Which world it then happens in is its caller's to say. */
export interface Move {
  readonly text: () => string;
  readonly footprint: (world: SimWorld) => Footprint;
  readonly isEnabled: (world: SimWorld) => boolean;
  readonly take: (world: SimWorld) => Answer;
  /** That it changes the disk, where a death makes a difference; `appends`: what may land in part. */
  readonly change: Change | undefined;
  /** A change, or a lock: what others can notice, however it ends. */
  readonly shows: boolean;
}

export interface Change {
  readonly appends?: { readonly file: OpenFile; readonly bytes: Uint8Array };
}

/** Calls so far, and changes and appends among them: the one that waits is not counted. */
export interface Counts {
  readonly calls: number;
  readonly changes: number;
}

const DEAD: Answer = { ok: true, value: undefined };
const ALWAYS = (): boolean => true;

/** What a process does next under a plan: its own move, or its death. */
export function underPlan(
  plan: Plan,
  process: number,
  move: Move | undefined,
  { calls, changes }: Counts,
): Move | undefined {
  if (plan.crashes.length === 0) return move;
  const isCounted = plan.everyCall || !move || move.change;
  const at = plan.everyCall ? calls : changes;
  const crash = isCounted && plan.crashes.find((each) => each.process === process && each.at === at);
  return crash ? death(crash, move) : move;
}

/** In front of the move, or in the midst of its append. */
function death({ process, lands }: Crash, move: Move | undefined): Move {
  const appends = move?.change?.appends;
  const part = lands && appends?.bytes.subarray(0, lengthOf(lands, appends.bytes));
  const dies: Footprint = { reads: [], writes: [`p${process}`] };
  return {
    text: () => (part && move ? `dies in: ${part.length} of ${move.text()}` : "dies"),
    footprint: () => {
      if (!part || !appends) return dies;
      return union(dies, { reads: [], writes: [`d${handleOf(appends.file).inode}`] });
    },
    isEnabled: ALWAYS,
    take: (world) => {
      if (part && appends) world.disk.now.append(world.file(appends.file), part);
      world.dead.add(process);
      return DEAD;
    },
    change: undefined,
    shows: true,
  };
}

export function lengthOf(part: string, bytes: Uint8Array): number {
  const known: Part | undefined = PARTS.find((each) => each === part);
  if (known === "one") return 1;
  return known === "line" ? bytes.length - 1 : bytes.length >> 1;
}

export function answerOf(job: () => unknown): Answer {
  try {
    return { ok: true, value: job() };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** An answer may be given to several lives of one process, which do with theirs what they like. */
export function copyOf(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  if (Array.isArray(value)) return [...(value as readonly unknown[])];
  return typeof value === "object" && value !== null ? { ...value } : value;
}
