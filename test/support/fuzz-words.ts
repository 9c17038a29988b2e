import * as fc from "fast-check";
import { z } from "zod";
import { TroupeError } from "../../src/base/errors.ts";
import { Duration } from "../../src/cli/durations.ts";
import { ownInstance, ownTeam } from "../../src/cli/own-process.ts";
import {
  countArgument,
  IntegerArgument,
  nameArgument,
  parseInput,
  TaskListArgument,
  taskArgument,
} from "../../src/cli/parse-input.ts";
import { parseTeamName } from "../../src/cli/parse-team-name.ts";
import { MemberName, TaskId, TeamName } from "../../src/protocol/names.ts";
import { nearly } from "./fuzz-bytes.ts";
import { type Fuzz, fuzz, must } from "./fuzz-property.ts";
import { testHost } from "./test-host.ts";

/** Parses as a command does; what is refused is refused in words that name the argument. */
function parsed<T>(schema: z.ZodType<T>, text: unknown): T | undefined {
  try {
    return parseInput(z.tuple([schema]), [text], [["<0>", ""]])[0];
  } catch (error) {
    if (!(error instanceof TroupeError)) throw error;
    must(["usage", "bad_name"]).toContain(error.code);
    must(error.message).toContain("<0>: ");
    must(error.message.length).toBeLessThan(1000);
    return undefined;
  }
}

const UNITS = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const part = fc.record({
  amount: fc.integer({ min: 0, max: 999 }),
  unit: fc.constantFrom("ms", "s", "m", "min", "h", "d"),
});

const argumentsTyped = fuzz({
  title:
    "E1 E2 E4 what is typed is what it says, or refused in words that name it: names, numbers, tasks, durations",
  parsers: ["src/cli/parse-input.ts", "src/cli/durations.ts", "src/cli/parse-team-name.ts"],
  input: fc.record({
    word: nearly(
      "ada",
      "3",
      "#3",
      "1,2",
      "-7",
      "12",
      "1h30m",
      "999999999d",
      "user",
      "..",
      "a/b",
      "1e3",
      "0x10",
      "٣",
    ),
    parts: fc.array(part, { minLength: 1, maxLength: 4 }),
    number: fc.integer({ min: -999_999, max: 999_999 }),
  }),
  open:
    () =>
    ({ word, parts, number }) => {
      const total = parts.reduce((sum, { amount, unit }) => sum + amount * UNITS[unit], 0);
      must(parsed(Duration, parts.map(({ amount, unit }) => `${amount}${unit}`).join(""))).toBe(total);
      must(parsed(IntegerArgument, String(number))).toBe(number);
      const duration = parsed(Duration, word);
      // A time that far back, or a wait that long, is still one that Date and timers can be asked for.
      if (duration !== undefined)
        must(new Date(Date.UTC(2026, 10) - duration).toISOString()).toMatch(/^\d{4}-/);
      const count = parsed(countArgument(50), word);
      if (count !== undefined) must(count >= 1 && count <= 50).toBe(true);
      const name = parsed(nameArgument(MemberName), word);
      if (name !== undefined) must(name).toBe(word);
      const task = parsed(taskArgument(TaskId), word);
      if (task !== undefined) must([task, `#${task}`]).toContain(word);
      for (const id of parsed(TaskListArgument, word) ?? []) must(id).toMatch(/^[1-9]\d{0,8}$/);
    },
});

/** The value, or undefined when it was refused by the variable's name. */
function unlessRefused(read: () => string): string | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TroupeError)) throw error;
    must(error.message).toContain("TROUPE_");
    return undefined;
  }
}

const env = fuzz({
  title: "E1 E13 the variables that a process is started with are names, or refused by name",
  parsers: ["src/cli/own-process.ts", "src/cli/parse-team-name.ts"],
  input: fc.record({ team: nearly("demo", "session-1", "con"), instance: nearly("instance-a", "short") }),
  open:
    () =>
    ({ team, instance }) => {
      const host = testHost("env", { TROUPE_TEAM: team, TROUPE_INSTANCE: instance });
      must([undefined, team]).toContain(unlessRefused(() => ownTeam(host)));
      must([undefined, instance]).toContain(unlessRefused(() => ownInstance(host)));
      must(unlessRefused(() => parseTeamName(team, "TROUPE_TEAM")) !== undefined).toBe(
        TeamName.safeParse(team).success,
      );
    },
});

export const wordProperties: readonly Fuzz[] = [argumentsTyped, env];
