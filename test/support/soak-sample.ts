import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { signalProcess } from "../../src/base/process-identity.ts";
import type { TeamProcess } from "./chaos-processes.ts";
import { type FolderSample, type ProcessSample, sampleFolder, sampleProcess } from "./chaos-samples.ts";
import type { ChaosWorld } from "./chaos-world.ts";
import { until } from "./until.ts";

const Told = z.object({ count: z.number(), heapMb: z.number() });

/** What a process holds after a full collection of garbage. */
export interface SettledSample extends ProcessSample {
  /** Objects and buffers. */
  readonly heapMb: number;
}

/** What everybody held at one moment; `supervisor` among them. */
export interface SoakSample {
  /** Since the first sample. */
  readonly minutes: number;
  readonly processes: Readonly<Record<string, SettledSample>>;
  readonly folder: FolderSample;
}

export async function whenThere(world: ChaosWorld, count: number): Promise<void> {
  await until(async () => (await world.processes()).length === count, {
    within: 120_000,
    every: 250,
    what: "everybody is there",
  });
}

/** `heaps`: the folder that the processes of `soak-troupe.mjs` write to. `minutes`: since the first sample. */
export async function sampleTeam(
  world: ChaosWorld,
  { teamDir, heaps }: { readonly teamDir: string; readonly heaps: string },
  minutes: number,
): Promise<SoakSample> {
  const found = await world.processes();
  const settled = await Promise.all(
    found.map(async (process): Promise<[string, SettledSample] | undefined> => {
      const heapMb = await settle(heaps, process);
      const held = sampleProcess(process.identity.pid);
      return held && [process.agent ?? "supervisor", { ...held, heapMb }];
    }),
  );
  return {
    minutes,
    processes: Object.fromEntries(settled.filter((one) => one !== undefined)),
    folder: sampleFolder(teamDir),
  };
}

/** Lets a process collect its garbage; answers the MB that are left. */
async function settle(heaps: string, { identity }: TeamProcess): Promise<number> {
  const file = join(heaps, `${identity.pid}.json`);
  // There from the start, and only who has written it listens to the signal.
  await until(() => existsSync(file), { within: 30_000, what: `${file} is there` });
  const { count: before } = Told.parse(JSON.parse(readFileSync(file, "utf8")));
  await signalProcess(identity, "SIGUSR2");
  return until(
    () => {
      const { count, heapMb } = Told.parse(JSON.parse(readFileSync(file, "utf8")));
      return count > before && heapMb;
    },
    { within: 30_000, every: 50, what: `process ${identity.pid} has told what it holds` },
  );
}
