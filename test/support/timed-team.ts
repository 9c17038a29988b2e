import { onTestFinished } from "vitest";
import { InstanceId } from "../../src/protocol/names.ts";
import { type MemoryDisk, openMemoryStore } from "../../src/store/memory/open-memory-store.ts";
import { openTeam } from "../../src/team/open-team.ts";
import type { Team } from "../../src/team/team.ts";
import { testHost } from "./test-host.ts";

/** The one clock of every process of a test, in ms; it stands until the test moves it. */
export interface TestClock {
  now: number;
}

export const NOON = Date.UTC(2026, 10, 20, 12);

/** The team on this disk as a process sees it that looks at that clock. */
export async function timedView(disk: MemoryDisk, seed: string, clock: TestClock): Promise<Team> {
  const host = { ...testHost(seed), now: () => clock.now };
  const team = await openTeam(openMemoryStore(disk), host, InstanceId.parse(seed.padEnd(8, "0")));
  onTestFinished(team.close);
  return team;
}
