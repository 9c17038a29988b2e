import * as fc from "fast-check";
import { z } from "zod";
import { TroupeError } from "../../src/base/errors.ts";
import { fileSystemOf } from "../../src/base/network-file-system.ts";
import { parseEnvironment, parseStat } from "../../src/base/process-identity.ts";
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
import { segmentName, segmentNumber } from "../../src/protocol/paths.ts";
import { comparePositions, parsePosition, positionOf } from "../../src/store/position.ts";
import { harmed, harms, refusePollution } from "./fuzz-bytes.ts";
import { type Fuzz, fuzz, must } from "./fuzz-property.ts";
import { testHost } from "./test-host.ts";

/** Text of a person, a shell or a kernel: nearly right, or anything. */
function nearly(...right: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(...right),
    fc.string(),
    fc.string({ unit: "binary" }),
    fc
      .tuple(fc.constantFrom(...right), harms())
      .map(([text, all]) => harmed(Buffer.from(text), all).toString()),
  );
}

const field = fc.nat(2 ** 31).map(String);
const command = fc.oneof(
  fc.constantFrom("node", "a) b", "(x)", ") S 1 2", "", " ", "é", "a\nb"),
  fc.string(),
);

const stats = fuzz({
  title: "G1 G2 /proc/<pid>/stat: a process may be called anything, and a line that is cut tells nothing",
  parsers: ["src/base/process-identity.ts"],
  input: fc.record({
    command,
    state: fc.constantFrom("R", "S", "T", "t", "Z", "X"),
    numbers: fc.array(field, { minLength: 49, maxLength: 49 }),
    cut: fc.nat(600),
    all: harms(),
  }),
  open:
    () =>
    ({ command: name, state, numbers, cut, all }) => {
      const [, group, session] = numbers;
      const text = `4711 (${name}) ${state} ${numbers.join(" ")}\n`;
      const startTime = numbers[18];
      must(parseStat(text)).toEqual({ state, group: Number(group), session: Number(session), startTime });
      const part = parseStat(text.slice(0, cut));
      // Half of a start time is another process's: the verdict would be "dead".
      if (part && text.lastIndexOf(")") < cut) must(part.startTime).toBe(startTime);
      const odd = parseStat(harmed(Buffer.from(text), all).toString());
      if (odd) must(typeof odd.startTime).toBe("string");
    },
});

const environments = fuzz({
  title: "G1 G3 /proc/<pid>/environ: whatever stands there, a variable has the value it was given",
  parsers: ["src/base/process-identity.ts"],
  input: fc.record({
    variables: fc.dictionary(
      fc.stringMatching(/^[A-Za-z_]\w{0,9}$/),
      fc.string().map((text) => text.replaceAll("\0", "")),
      { maxKeys: 5 },
    ),
    noise: fc.array(fc.constantFrom("", "=", "=x", "x", "__proto__=polluted", "constructor=1"), {
      maxLength: 3,
    }),
  }),
  open:
    () =>
    ({ variables, noise }) => {
      const pairs = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
      const env = parseEnvironment([...noise, ...pairs]);
      for (const [name, value] of Object.entries(variables)) must(env.get(name)).toBe(value);
      refusePollution();
    },
});

const POINTS = ["/", "/home", "/home/a b", "/home/a b/c", "/tab\there", "/back\\slash", "/mnt/é"];
const TYPES = ["ext4", "nfs4", "tmpfs", "fuse.sshfs", "9p"];

function mountLine(point: string, type: string, number: number): string {
  const escaped = point.replace(/[ \t\n\\]/g, (one) => `\\${one.charCodeAt(0).toString(8).padStart(3, "0")}`);
  return `${number} 1 0:${number} / ${escaped} rw,relatime shared:1 - ${type} /dev/x rw`;
}

const mounts = fuzz({
  title: "H4 /proc/self/mountinfo: the innermost mount tells the type, broken lines tell nothing",
  parsers: ["src/base/network-file-system.ts"],
  input: fc.record({
    mounts: fc.array(fc.tuple(fc.constantFrom(...POINTS), fc.constantFrom(...TYPES)), { maxLength: 6 }),
    below: fc.constantFrom(...POINTS, "/home/a b/c/d", "/homely"),
    noise: fc.constantFrom("", "36 35 98:0", " - ", "1 2 3 4 \\999 - x", "\0", "- - - -"),
    all: harms(),
  }),
  open:
    () =>
    ({ mounts: given, below, noise, all }) => {
      const text = [noise, ...given.map(([point, type], index) => mountLine(point, type, index)), noise].join(
        "\n",
      );
      const holding = given.filter(
        ([point]) => point === "/" || below === point || below.startsWith(`${point}/`),
      );
      const longest = Math.max(...holding.map(([point]) => point.length));
      must(fileSystemOf(below, text)).toBe(holding.findLast(([point]) => point.length === longest)?.[1]);
      must(["string", "undefined"]).toContain(
        typeof fileSystemOf(below, harmed(Buffer.from(text), all).toString()),
      );
    },
});

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

const env = fuzz({
  title: "E1 E13 the variables that a process is started with are names, or refused by name",
  parsers: ["src/cli/own-process.ts", "src/cli/parse-team-name.ts"],
  input: fc.record({ team: nearly("demo", "session-1", "con"), instance: nearly("instance-a", "short") }),
  open:
    () =>
    ({ team, instance }) => {
      const host = testHost("env", { TROUPE_TEAM: team, TROUPE_INSTANCE: instance });
      const refused = (read: () => string): string | undefined => {
        try {
          return read();
        } catch (error) {
          if (!(error instanceof TroupeError)) throw error;
          must(error.message).toContain("TROUPE_");
          return undefined;
        }
      };
      must([undefined, team]).toContain(refused(() => ownTeam(host)));
      must([undefined, instance]).toContain(refused(() => ownInstance(host)));
      must(refused(() => parseTeamName(team, "TROUPE_TEAM")) !== undefined).toBe(
        TeamName.safeParse(team).success,
      );
    },
});

const positions = fuzz({
  title: "M21 H9 a position and the name of a segment come back as they were, and nothing else is one",
  parsers: ["src/store/position.ts", "src/protocol/paths.ts"],
  input: fc.record({
    segment: fc.integer({ min: 1, max: 999_999_999 }),
    offset: fc.integer({ min: 0, max: 999_999_999_999_999 }),
    word: nearly("1:0", "12:345", "1.jsonl", "12.jsonl"),
  }),
  open:
    () =>
    ({ segment, offset, word }) => {
      const position = positionOf(segment, offset);
      must(parsePosition(position)).toEqual({ segment, offset });
      must(comparePositions(position, position)).toBe(0);
      must(comparePositions(position, positionOf(1, 0))).toBeGreaterThanOrEqual(0);
      must(segmentNumber(segmentName(segment))).toBe(segment);
      const place = parsePosition(word);
      if (place) must(positionOf(place.segment, place.offset)).toBe(word);
      const number = segmentNumber(word);
      if (number !== undefined) must(segmentName(number)).toBe(word);
    },
});

export const systemProperties: readonly Fuzz[] = [
  stats,
  environments,
  mounts,
  argumentsTyped,
  env,
  positions,
];
