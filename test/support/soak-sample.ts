import { type FolderSample, type ProcessSample, sampleFolder, sampleProcess } from "./chaos-samples.ts";
import type { ChaosWorld } from "./chaos-world.ts";

/** What everybody held at one moment; `supervisor` among them. */
export interface SoakSample {
  /** Since the first sample. */
  readonly minutes: number;
  readonly processes: Readonly<Record<string, ProcessSample>>;
  readonly folder: FolderSample;
}

/** `minutes`: since the first sample. */
export async function sampleTeam(world: ChaosWorld, teamDir: string, minutes: number): Promise<SoakSample> {
  const processes: Record<string, ProcessSample> = {};
  for (const { identity, agent } of await world.processes()) {
    const held = sampleProcess(identity.pid);
    if (held) processes[agent ?? "supervisor"] = held;
  }
  return { minutes, processes, folder: sampleFolder(teamDir) };
}
