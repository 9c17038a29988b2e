import { afterAll, describe, expect, test } from "vitest";
import { readWhole } from "../../../src/base/atomic-file.ts";
import type { Fs } from "../../../src/base/files.ts";
import { openCursorFile } from "../../../src/store/files/cursor-file.ts";
import { mailboxPlace } from "../../../src/store/files/log-place.ts";
import { openSnapshotFile } from "../../../src/store/files/snapshot-file.ts";
import type { PowerCase } from "../../support/power-case.ts";
import { checkCuts, type PowerResult } from "../../support/power-check.ts";
import { FAILED_SYNC, SCENARIOS, type Scenario } from "../../support/power-scenarios.ts";
import { powerWorld, type WorldOptions } from "../../support/power-work.ts";
import { parseLine } from "../../support/power-written.ts";

/** Of each cut point: every disk where there are few, otherwise a sample. The long run builds more. */
const LIMITS = { exhaustive: 6, sample: 3, seed: 20_261_120 };
/** For known-bad ones, which are told by some disks only. */
const CLOSER = { ...LIMITS, exhaustive: 12, sample: 16 };

let disks = 0;
let cpuMs = 0;

async function checkScenario(
  { run }: Scenario,
  options: WorldOptions,
  { more, limits = LIMITS }: { readonly more?: Partial<PowerCase>; readonly limits?: typeof LIMITS } = {},
): Promise<PowerResult> {
  const world = powerWorld(options);
  const { from = 0, more: own } = await run(world);
  const start = process.cpuUsage();
  const result = await checkCuts(world.recorded({ ...own, ...more }), { ...limits, from });
  const { user, system } = process.cpuUsage(start);
  disks += result.disks;
  cpuMs += (user + system) / 1000;
  return result;
}

function named(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name.startsWith(name));
  if (!found) throw new Error(`no scenario ${name}`);
  return found;
}

afterAll(() => {
  process.stdout.write(
    `power cuts: ${disks} disks built and checked in ${(cpuMs / 1000).toFixed(1)} s of CPU, seed ${LIMITS.seed}\n`,
  );
});

describe.each(["default", "power"] as const)("a power cut, durability %s", (durability) => {
  test.each(SCENARIOS)("A15 $name", { timeout: 60_000 }, async (scenario) => {
    const { disks: built, violations } = await checkScenario(scenario, { durability });

    expect(built).toBeGreaterThan(5);
    expect(violations.join("\n")).toBe("");
  });
});

test("A15, C6 a sync fails, and nothing that is answered later is lost with the power", {
  timeout: 60_000,
}, async () => {
  const { violations } = await checkScenario(FAILED_SYNC, { durability: "power" });

  expect(violations.join("\n")).toBe("");
});

/** Wrong in a way that the model has to see. */
interface Wrong {
  readonly scenario: string;
  readonly durability: "default" | "power";
  /** What the processes have in place of the disk. */
  readonly fs?: WorldOptions["lie"];
  /** What the start after the cut has in place of the store. */
  readonly store?: PowerCase["lie"];
  /** What the case claims to be. */
  readonly claims?: Partial<PowerCase>;
  readonly report: RegExp;
}

const WRONG: readonly (readonly [name: string, Wrong])[] = [
  [
    "a sync that does nothing",
    {
      scenario: "tasks are made",
      durability: "power",
      fs: (fs) => ({ ...fs, sync: () => Promise.resolve() }),
      report: /acknowledged entry \S+ does not count any more/,
    },
  ],
  [
    "a sync of a folder that does nothing",
    {
      scenario: "the first letter",
      durability: "power",
      fs: (fs) => ({ ...fs, syncFolder: () => Promise.resolve() }),
      report: /acknowledged message \S+ is not delivered/,
    },
  ],
  [
    "a folder that is not synced before the seal, in either durability",
    {
      scenario: "two processes seal",
      durability: "default",
      fs: (fs) => ({ ...fs, syncFolder: () => Promise.resolve() }),
      report: /the team stands and does not open/,
    },
  ],
  [
    "the default durability where the other one is promised",
    {
      scenario: "tasks are made",
      durability: "default",
      claims: { durability: "power" },
      report: /acknowledged entry \S+ does not count any more/,
    },
  ],
  [
    "M8 a snapshot that is used without its checks",
    {
      scenario: "a snapshot is written",
      durability: "default",
      store: (store, fs, { snapshot }) => ({
        ...store,
        snapshot: openSnapshotFile(fs, snapshot, { check: () => checksumIn(fs, snapshot) }),
      }),
      report: /a start from the snapshot differs|the team stands and does not open/,
    },
  ],
  [
    "M21 a cursor that is trusted although it is ahead of the log",
    {
      scenario: "mail is received",
      durability: "default",
      store: (store, fs, paths) => ({
        ...store,
        cursor: (owner) => {
          const place = mailboxPlace(fs, paths.mailbox(owner), Number.POSITIVE_INFINITY);
          return openCursorFile(fs, paths.cursor(owner), place, { check: () => Promise.resolve(1) });
        },
      }),
      report: /new mail to bob is not seen|journal_damaged/,
    },
  ],
];

test.each(WRONG)("the power-cut model reports %s", { timeout: 60_000 }, async (_, wrong) => {
  const { violations } = await checkScenario(
    named(wrong.scenario),
    { durability: wrong.durability, ...(wrong.fs ? { lie: wrong.fs } : {}) },
    { limits: CLOSER, more: { ...wrong.claims, ...(wrong.store ? { lie: wrong.store } : {}) } },
  );

  expect(violations.join("\n")).toMatch(wrong.report);
});

/** What a snapshot says of itself. */
async function checksumIn(fs: Fs, snapshot: string): Promise<number | undefined> {
  const text = (await readWhole(fs, snapshot, 1_000_000))?.toString() ?? "{}";
  const checksum = parseLine(text)["lastChecksum"];
  return typeof checksum === "number" ? checksum : undefined;
}
