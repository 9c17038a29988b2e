import { expect, test } from "vitest";
import { quantile } from "../support/chaos-samples.ts";
import { longOptions, printResult } from "../support/long-run.ts";
import { figuresOf, type ProcessFigures } from "../support/soak-figures.ts";
import { soak } from "../support/soak-run.ts";

const { agents, minutes } = longOptions({ agents: 16, minutes: 60 });
/** A sixth of a short run, ten minutes of an hour. */
const WARM_UP_MINUTES = Math.min(10, minutes / 6);

/** An hour is too short for a slope of 1 MB/h to be told from a garbage collector's moods; 4 MB/h can be. */
const SILENT_MB_PER_HOUR = 4;
/** A conversation is held whole until it can be compacted, as objects, and each request is made of it. */
const MB_PER_TRANSCRIPT_MB = 8;

function slopes(of: readonly ProcessFigures[]): { readonly median: number; readonly worst: number } {
  const all = of.map(({ rssMbPerHour }) => rssMbPerHour);
  return { median: quantile(all, 0.5), worst: quantile(all, 1) };
}

test(`a team of ${agents} that talks for ${minutes} minutes holds no more at the end than it has to`, async () => {
  const run = await soak({ agents, minutes, sampleMs: Math.min(30_000, (minutes * 60_000) / 20) });
  const { processes, growth, probes, messages } = figuresOf(run, WARM_UP_MINUTES);
  const isSilent = ({ name }: ProcessFigures): boolean => !run.workers.includes(name);
  const silent = processes.filter(isSilent);
  const talking = processes.filter((one) => !isSilent(one));
  const transcriptMb = (growth["transcript"]?.kilobytes ?? 0) / 1024 / agents;
  printResult("soak", {
    agents,
    minutes,
    modelCalls: run.modelCalls,
    messages: run.delivery.length,
    rssMbPerHour: { silent: slopes(silent), talking: slopes(talking) },
    rssMb: {
      silent: quantile(
        silent.map(({ rssMb }) => rssMb),
        1,
      ),
      talking: quantile(
        talking.map(({ rssMb }) => rssMb),
        1,
      ),
    },
    transcriptMbPerHourEach: Math.round(transcriptMb * 10) / 10,
    descriptors: quantile(
      processes.map(({ descriptors }) => descriptors[1]),
      1,
    ),
    watches: quantile(
      processes.map(({ watches }) => watches[1]),
      1,
    ),
    growthPerHour: growth,
    deliveryMs: {
      idle: { second: probes[0], last: probes[1] },
      all: { second: messages[0], last: messages[1] },
    },
    processes: processes.map(({ name, rssMb, rssMbPerHour }) => `${name} ${rssMb} MB ${rssMbPerHour} MB/h`),
    violations: run.violations.slice(0, 20),
  });

  expect(run.violations).toEqual([]);
  const limit = minutes < 30 ? Number.POSITIVE_INFINITY : SILENT_MB_PER_HOUR;
  expect(slopes(silent).median).toBeLessThan(limit);
  expect(slopes(talking).median).toBeLessThan(limit + MB_PER_TRANSCRIPT_MB * transcriptMb);
  for (const { name, descriptors, watches } of processes) {
    // A request or a file that is just being written is one more for a moment.
    expect(descriptors[1], `descriptors of ${name}`).toBeLessThanOrEqual(descriptors[0] + 2);
    expect(watches[1], `watches of ${name}`).toBeLessThanOrEqual(watches[0]);
  }
});
