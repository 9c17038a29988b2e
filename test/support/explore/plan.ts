/** How much of an append lands: one byte, half of it, all but its last newline. */
export type Part = "one" | "half" | "line";

/**
 * What happens to one append: `one`, `half`, `line`: that much lands, and the answer is the short count · `full`:
 * nothing lands, ENOSPC · `half-full`: half lands, and the next append of this process meets ENOSPC · `lost`: all of it
 * lands, and the answer is EIO · `never`: nothing lands, and the answer is EIO · `slow`: readers see half of it first.
 */
export type AppendFault = Part | "full" | "half-full" | "lost" | "never" | "slow";

/** Dies instead of its change number `at` of the disk (from 0), or behind its last one; `lands`: that append lands in part. */
export interface Crash {
  readonly process: number;
  readonly at: number;
  readonly lands?: Part;
}

export interface Fault {
  readonly process: number;
  /** The append of this process, from 0. */
  readonly append: number;
  readonly kind: AppendFault;
}

/** What goes wrong in a run, fixed before it begins, so that only the order is left to explore. */
export interface Plan {
  readonly crashes: readonly Crash[];
  readonly faults: readonly Fault[];
  /** Crashes count every call, not changes alone: for the test of that reduction. */
  readonly everyCall?: boolean;
}

export const NOTHING: Plan = { crashes: [], faults: [] };
export const PARTS: readonly Part[] = ["one", "half", "line"];
export const APPEND_FAULTS: readonly AppendFault[] = [...PARTS, "full", "half-full", "lost", "never", "slow"];

/** `-`, `c1.2`, `c1.2.half`, `f0.1.lost`, joined by `+`: what `--replay` reads. */
export function planText({ crashes, faults }: Plan): string {
  const parts = [
    ...crashes.map(({ process, at, lands }) => `c${process}.${at}${lands === undefined ? "" : `.${lands}`}`),
    ...faults.map(({ process, append, kind }) => `f${process}.${append}.${kind}`),
  ];
  return parts.length === 0 ? "-" : parts.join("+");
}

export function parsePlan(text: string): Plan {
  const parts =
    text === "-" ? [] : text.split("+").map((part) => /^([cf])(\d)\.(\d+)(?:\.([a-z-]+))?$/.exec(part) ?? []);
  const crashes = parts.flatMap(([, letter, process, at, kind]) =>
    letter === "c"
      ? [{ process: Number(process), at: Number(at), ...(kind === undefined ? {} : { lands: partOf(kind) }) }]
      : [],
  );
  const faults = parts.flatMap(([, letter, process, append, kind]) =>
    letter === "f" ? [{ process: Number(process), append: Number(append), kind: faultOf(kind) }] : [],
  );
  if (crashes.length + faults.length !== parts.length) throw new Error(`not a plan: "${text}"`);
  return { crashes, faults };
}

function partOf(text: string): Part {
  const part = PARTS.find((known) => known === text);
  if (part === undefined) throw new Error(`an append cannot land "${text}"`);
  return part;
}

function faultOf(text: string | undefined): AppendFault {
  const kind = APPEND_FAULTS.find((known) => known === text);
  if (kind === undefined) throw new Error(`an append cannot meet "${text}"`);
  return kind;
}
