import { expect, test } from "vitest";
import { quantile } from "../support/chaos-samples.ts";
import { longOptions, printResult } from "../support/long-run.ts";
import { figuresOf, type ProcessFigures } from "../support/soak-figures.ts";
import { soak } from "../support/soak-run.ts";

const { agents, minutes } = longOptions({ agents: 16, minutes: 60 });
/** A sixth of a short run, ten minutes of an hour. */
const WARM_UP_MINUTES = Math.min(10, minutes / 6);
/** A shorter run is for looking at the harness: its slopes are those of caches that fill. */
const isLong = minutes >= 30;

/** What objects and buffers may grow by in an hour, after a full collection: compiled code and the probes are half of it. */
const HEAP_MB_PER_HOUR = 4;
/** The same of the whole process, whose pages come and go with its allocator. */
const RSS_MB_PER_HOUR = 15;
/** A conversation is held whole until it can be compacted: as objects, and as the request that is made of it. */
const MB_PER_TRANSCRIPT_MB = 8;
/** What is neither a log nor said by somebody does not grow: cursors, run.json, the snapshot, anything else. */
const STEADY = ["cursor", "run", "snapshot", "other"];
const STEADY_KB_PER_HOUR = 200;

type Key = "heapMbPerHour" | "rssMbPerHour";

function slopes(
  of: readonly ProcessFigures[],
  key: Key,
): { readonly median: number; readonly worst: number } {
  return { median: most(of, key, 0.5), worst: most(of, key, 1) };
}

function most(of: readonly ProcessFigures[], key: Key | "rssMb", share = 1): number {
  return quantile(
    of.map((one) => one[key]),
    share,
  );
}

test(`a team of ${agents} that talks for ${minutes} minutes holds no more at the end than it has to`, async () => {
  const run = await soak({ agents, minutes, sampleMs: Math.min(30_000, (minutes * 60_000) / 20) });
  const { processes, growth, probes, messages } = figuresOf(run, WARM_UP_MINUTES);
  const silent = processes.filter(({ name }) => !run.workers.includes(name));
  const talking = processes.filter(({ name }) => run.workers.includes(name));
  const transcriptMb = (growth["transcript"]?.kilobytes ?? 0) / 1024 / agents;
  printResult("soak", {
    agents,
    minutes,
    modelCalls: run.modelCalls,
    messages: run.delivery.length,
    heapMbPerHour: { silent: slopes(silent, "heapMbPerHour"), talking: slopes(talking, "heapMbPerHour") },
    rssMbPerHour: { silent: slopes(silent, "rssMbPerHour"), talking: slopes(talking, "rssMbPerHour") },
    rssMb: { silent: most(silent, "rssMb"), talking: most(talking, "rssMb") },
    transcriptMbPerHourEach: Math.round(transcriptMb * 10) / 10,
    descriptors: Math.max(...processes.map(({ descriptors }) => descriptors[1])),
    watches: Math.max(...processes.map(({ watches }) => watches[1])),
    growthPerHour: growth,
    deliveryMs: {
      idle: { second: probes[0], last: probes[1] },
      all: { second: messages[0], last: messages[1] },
    },
    processes: processes.map(
      ({ name, rssMb, heapMbPerHour }) => `${name} ${rssMb} MB, heap ${heapMbPerHour} MB/h`,
    ),
    violations: run.violations.slice(0, 20),
  });

  expect(run.violations).toEqual([]);
  for (const { name, descriptors, watches } of processes) {
    // A request or a file that is just being written is one more for a moment.
    expect(descriptors[1], `descriptors of ${name}`).toBeLessThanOrEqual(descriptors[0] + 2);
    expect(watches[1], `watches of ${name}`).toBeLessThanOrEqual(watches[0]);
  }
  const allowed = isLong ? MB_PER_TRANSCRIPT_MB * transcriptMb : Number.POSITIVE_INFINITY;
  const noReason = isLong ? 0 : Number.POSITIVE_INFINITY;
  expect(slopes(silent, "heapMbPerHour").worst).toBeLessThan(HEAP_MB_PER_HOUR + noReason);
  expect(slopes(talking, "heapMbPerHour").worst).toBeLessThan(HEAP_MB_PER_HOUR + allowed);
  expect(slopes(silent, "rssMbPerHour").median).toBeLessThan(RSS_MB_PER_HOUR + noReason);
  expect(slopes(talking, "rssMbPerHour").median).toBeLessThan(RSS_MB_PER_HOUR + allowed);
  for (const kind of STEADY) expect(growth[kind]?.kilobytes ?? 0).toBeLessThan(STEADY_KB_PER_HOUR + noReason);
});
