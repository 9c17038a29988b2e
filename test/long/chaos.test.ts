import { expect, test } from "vitest";
import { chaos } from "../support/chaos-run.ts";
import { seedOfRun } from "../support/kill-harness.ts";
import { longOptions, printResult } from "../support/long-run.ts";

const options = longOptions({ agents: 0, minutes: 10, seed: seedOfRun(), disk: 800 });
const sizes = options.agents === 0 ? [16, 64] : [options.agents];

test.each(sizes)(
  "%i agents keep every promise while they are killed, stopped and starved",
  async (agents) => {
    const { violations, figures, diary } = await chaos({
      agents,
      seconds: options.minutes * 60,
      seed: options.seed,
      // MB of the disk that is filled; 0 is the way without a mount.
      diskMb: options.disk,
      paceMs: 600,
      longestStopMs: 20_000,
      // So many that the machine is busy and not drowned: about a dozen replies a second, whatever their number.
      delayMs: agents * 80,
      hangs: true,
      hasSecondTeam: true,
      rescueLimitMs: 5_000,
      restWithinMs: 600_000,
    });
    if (violations.length > 0) process.stdout.write(`${diary.join("\n")}\n`);
    printResult("chaos", { ...figures, violations: violations.length });
    expect(violations).toEqual([]);
  },
);
