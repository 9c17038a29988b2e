import { setTimeout as pause } from "node:timers/promises";
import { sampleProcess } from "./chaos-samples.ts";
import type { Siege } from "./chaos-siege.ts";

/** The most of each that any process of the team held at once. */
export type MostHeld = Readonly<Record<"rssMb" | "descriptors" | "watches" | "processes", number>>;

const EACH_MS = 5_000;

/** Looks every few seconds at what the processes of the team hold, until `stop`. */
export function watchHeld(siege: Siege): { readonly stop: () => Promise<MostHeld> } {
  const most = { rssMb: 0, descriptors: 0, watches: 0, processes: 0 };
  const over = new AbortController();

  async function look(): Promise<void> {
    const processes = await siege.processes();
    most.processes = Math.max(most.processes, processes.length);
    for (const { identity } of processes) {
      const held = sampleProcess(identity.pid);
      if (!held) continue;
      most.rssMb = Math.max(most.rssMb, Math.round(held.rssMb));
      most.descriptors = Math.max(most.descriptors, held.descriptors);
      most.watches = Math.max(most.watches, held.watches);
    }
  }

  async function watch(): Promise<void> {
    while (!over.signal.aborted) {
      await look();
      await pause(EACH_MS, undefined, { signal: over.signal }).catch(() => undefined);
    }
  }

  const watching = watch();
  return {
    stop: async () => {
      over.abort();
      await watching;
      return most;
    },
  };
}
