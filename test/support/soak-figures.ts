import { slopeOf, spread } from "./chaos-samples.ts";
import type { SoakRun } from "./soak-run.ts";
import type { SoakSample } from "./soak-sample.ts";

export interface ProcessFigures {
  readonly name: string;
  /** By least squares, behind the warm-up. */
  readonly rssMbPerHour: number;
  readonly heapMbPerHour: number;
  readonly rssMb: number;
  /** The most that it ever held at once in the first and in the last part behind the warm-up. */
  readonly descriptors: readonly [first: number, last: number];
  readonly watches: readonly [first: number, last: number];
}

export interface SoakFigures {
  readonly processes: readonly ProcessFigures[];
  /** Of each kind of file, per hour. */
  readonly growth: Readonly<Record<string, { readonly files: number; readonly kilobytes: number }>>;
  /** p50 and p99 in ms, in the second and in the last sixth: of probes to idle members, and of all messages. */
  readonly probes: readonly [second: Latency, last: Latency];
  readonly messages: readonly [second: Latency, last: Latency];
}

type Latency = ReturnType<typeof spread>;

/** `warmUpMinutes` are left out of every slope: a process that has just begun fills its caches. */
export function figuresOf({ samples, delivery }: SoakRun, warmUpMinutes: number): SoakFigures {
  const warm = samples.filter(({ minutes }) => minutes >= warmUpMinutes);
  const end = samples.at(-1)?.minutes ?? 0;
  const part = (end - warmUpMinutes) / 3;
  const first = warm.filter(({ minutes }) => minutes < warmUpMinutes + part);
  const last = warm.filter(({ minutes }) => minutes >= end - part);
  const names = Object.keys(warm.at(-1)?.processes ?? {});
  const sixth = (from: number, isProbe: boolean): Latency => {
    const ms = delivery
      .filter((one) => one.minutes >= (end * from) / 6 && one.minutes < (end * (from + 1)) / 6)
      .filter((one) => one.isProbe === isProbe)
      .map((one) => one.ms);
    return spread(ms);
  };
  return {
    processes: names.map((name) => processFigures(name, { warm, first, last })),
    growth: growthOf(warm),
    probes: [sixth(1, true), sixth(5, true)],
    messages: [sixth(1, false), sixth(5, false)],
  };
}

interface Parts {
  readonly warm: readonly SoakSample[];
  readonly first: readonly SoakSample[];
  readonly last: readonly SoakSample[];
}

function processFigures(name: string, { warm, first, last }: Parts): ProcessFigures {
  const most = (samples: readonly SoakSample[], key: "descriptors" | "watches"): number =>
    Math.max(0, ...samples.map(({ processes }) => processes[name]?.[key] ?? 0));
  const points = (key: "rssMb" | "heapMb"): readonly (readonly [number, number])[] =>
    warm.flatMap(({ minutes, processes }) => {
      const held = processes[name]?.[key];
      return held === undefined ? [] : [[minutes / 60, held] as const];
    });
  return {
    name,
    rssMbPerHour: round(slopeOf(points("rssMb"))),
    heapMbPerHour: round(slopeOf(points("heapMb"))),
    rssMb: round(points("rssMb").at(-1)?.[1] ?? 0),
    descriptors: [most(first, "descriptors"), most(last, "descriptors")],
    watches: [most(first, "watches"), most(last, "watches")],
  };
}

function growthOf(samples: readonly SoakSample[]): SoakFigures["growth"] {
  const kinds = new Set(samples.flatMap(({ folder }) => Object.keys(folder)));
  return Object.fromEntries(
    [...kinds].toSorted().map((kind) => {
      const of = (key: "files" | "bytes"): number =>
        slopeOf(samples.map(({ minutes, folder }) => [minutes / 60, folder[kind]?.[key] ?? 0] as const));
      return [kind, { files: round(of("files")), kilobytes: round(of("bytes") / 1024) }];
    }),
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
