import { join } from "node:path";
import { segmentName } from "../../../src/protocol/paths.ts";
import { openJournalReader } from "../../../src/team/journal-reader.ts";
import { noteTask } from "../../../src/team/tasks.ts";
import {
  allWrote,
  type Body,
  claims,
  notes,
  ONE,
  oneTask,
  orHearsWhy,
  readsOn,
  same,
  winners,
} from "./bodies.ts";
import { type Actor, isTrouble, PATHS, type Scenario } from "./scenario.ts";

export const DISK: readonly Scenario[] = [
  {
    name: "seal",
    setup: oneTask,
    options: { sealBytes: 1700 },
    before: allWrote,
    processes: same(notes, 3),
    twins: [0, 1, 2],
  },
  {
    name: "seal-reader",
    setup: oneTask,
    byStates: true,
    options: { sealBytes: 1700 },
    before: allWrote,
    processes: [notes, notes, looksOnce],
    twins: [0, 1],
  },
  {
    name: "seal-two",
    setup: oneTask,
    options: { sealBytes: 1300 },
    processes: same(notes, 2),
    twins: [0, 1],
  },
  {
    name: "seal-reader-two",
    setup: oneTask,
    options: { sealBytes: 1300 },
    processes: [notes, readsOn],
  },
  {
    name: "snapshot",
    setup: oneTask,
    ignoresSize: true,
    processes: [savesSnapshot, savesSnapshot, opens],
  },
  {
    name: "retry",
    setup: oneTask,
    processes: [orHearsWhy(claims), claims, claims],
    twins: [1, 2],
    faults: [0],
    check: winners,
  },
  {
    name: "network",
    setup: oneTask,
    options: { network: true },
    processes: same(notes, 3),
    twins: [0, 1, 2],
  },
  {
    name: "stale-lock",
    setup: oneTask,
    options: { network: true },
    staleLocks: true,
    processes: same(notes, 2),
    crashes: [],
  },
  ...(["cut", "replaced", "removed"] as const).map(
    (how): Scenario => ({
      name: `damage-${how}`,
      setup: oneTask,
      isDamaged: true,
      processes: [orHearsWhy(notes), orHearsWhy(readsOn), damages(how)],
      crashes: [],
      check: everybodyStops(how),
    }),
  ),
];

async function savesSnapshot({ store, team, name, index }: Actor): Promise<void> {
  if (index === 0) await noteTask(team, name, ONE, "One more line");
  const reader = await openJournalReader(store);
  await reader.readOn();
  await reader.saveSnapshot();
}

async function looksOnce({ team }: Actor): Promise<void> {
  await team.readOn();
}

async function opens({ store, note }: Actor): Promise<void> {
  const reader = await openJournalReader(store);
  await reader.readOn();
  note(`folded ${reader.fold.folded()}`);
}

function damages(how: "cut" | "replaced" | "removed"): Body {
  const path = join(PATHS.journal, segmentName(1));
  return async ({ process, fs }) => {
    if (how === "removed") {
      await fs.unlink(path);
      return;
    }
    if (how === "replaced") {
      await fs.create(`${path}.edited`, (await process.peek(path)) ?? new Uint8Array());
      await fs.rename(`${path}.edited`, path);
      return;
    }
    await process.do({
      text: () => "cuts the journal",
      footprint: ({ disk }) => ({ reads: [], writes: [`d${disk.trail(path).inode?.number}`] }),
      job: ({ disk }) => disk.put(path, disk.content(path)?.subarray(0, 100) ?? new Uint8Array()),
    });
  };
}

/** Whoever looks again hears of it, and nothing was put where the journal was. */
function everybodyStops(how: string): NonNullable<Scenario["check"]> {
  return async ({ actors, disk }) => {
    for (const { index, team } of actors.slice(0, 2)) {
      const code = await codeOf(async () => {
        for (let look = 0; look < 3; look++) await team.readOn();
      });
      if (code !== "journal_damaged")
        return `M10: process ${index} reads on after the journal was ${how}: ${code}`;
    }
    const isThere = disk.content(join(PATHS.journal, segmentName(1))) !== undefined;
    return how === "removed" && isThere ? "M10: the journal was made again" : undefined;
  };
}

async function codeOf(job: () => Promise<void>): Promise<string> {
  try {
    await job();
    return "nothing";
  } catch (error) {
    return isTrouble(error) ? error.code : String(error);
  }
}
