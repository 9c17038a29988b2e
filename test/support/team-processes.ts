import type { EntryOf } from "../../src/protocol/entries.ts";
import {
  createMemoryDisk,
  type MemoryDisk,
  openMemoryStore,
} from "../../src/store/memory/open-memory-store.ts";
import type { Store } from "../../src/store/store.ts";
import { joinMember } from "../../src/team/members.ts";
import { openTeam } from "../../src/team/open-team.ts";
import { createTask, type NewTask } from "../../src/team/tasks.ts";
import type { Team } from "../../src/team/team.ts";
import { ada, bob, cyd, engineer, instance, reviewer, teamEntry } from "./team-entries.ts";
import { testHost } from "./test-host.ts";

/** A disk with a team of nobody. */
function teamDisk(settings: EntryOf<"team">["settings"] = {}): MemoryDisk {
  return createMemoryDisk(teamEntry(settings));
}

/** One more process on the disk. `store`: what stands between it and the disk. */
export function process(
  disk: MemoryDisk,
  name: string,
  store: (real: Store) => Store = (real) => real,
): Promise<Team> {
  return openTeam(store(openMemoryStore(disk)), testHost(name), instance(name));
}

/** A disk with the lead ada and the teammates bob (engineer, a child) and cyd (reviewer, by hand), and their processes. */
export async function openProcesses(
  settings: EntryOf<"team">["settings"] = {},
): Promise<{ disk: MemoryDisk; lead: Team; one: Team; two: Team }> {
  const disk = teamDisk(settings);
  const lead = await process(disk, "lead");
  await joinMember(lead, "user", { name: ada, lead: true, backend: "child", definition: {} });
  await joinMember(lead, ada, { name: bob, role: engineer, backend: "child", definition: {} });
  await joinMember(lead, ada, { name: cyd, role: reviewer, backend: "hand", definition: {} });
  return { disk, lead, one: await process(disk, "one"), two: await process(disk, "two") };
}

/** That many tasks, by ada. */
export async function addTasks(team: Team, count: number, fields: Partial<NewTask> = {}): Promise<void> {
  for (let number = 1; number <= count; number++) {
    const outcome = await createTask(team, ada, { subject: `Task ${number}`, ...fields });
    if (!outcome.ok) throw new Error(`task ${number} was refused: ${outcome.reason.kind}`);
  }
}

/** A store whose journal is changed in one way. */
export function withJournal(
  change: (journal: Store["journal"]) => Partial<Store["journal"]>,
): (real: Store) => Store {
  return (real) => ({ ...real, journal: { ...real.journal, ...change(real.journal) } });
}

export function journalIds(disk: MemoryDisk): readonly string[] {
  return disk.logs.get("journal")?.lines.map((line) => line.id) ?? [];
}
